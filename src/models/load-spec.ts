import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { MaskbenchError } from '../core/errors.js';
import { PACKAGE_ROOT } from '../core/package-root.js';
import { nearest, readYamlFile } from '../core/yaml-file.js';
import { modelSpecSchema, type ModelSpec } from './spec.js';

export const MODELS_FOLDER = join(PACKAGE_ROOT, 'configs', 'models');

/** A spec and the folder that its `file:` sources are relative to. */
export interface LoadedSpec {
  readonly spec: ModelSpec;
  readonly folder: string;
}

/** Names of the models that come with Maskbench, sorted. */
export async function listModelNames(folder: string = MODELS_FOLDER): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
}

/**
 * A model by name (`isnet-fp16`), by the path of a YAML file (`./my-model.yaml`, relative to `from`), or inline.
 *
 * @throws MaskbenchError `config.unknown-name` with the nearest name, `data.missing`, or `config.invalid` with line.
 */
export async function loadModelSpec(
  reference: string | z.input<typeof modelSpecSchema>,
  from: string = process.cwd(),
): Promise<LoadedSpec> {
  if (typeof reference !== 'string') return { spec: modelSpecSchema.parse(reference), folder: from };
  if (/\.ya?ml$/.test(reference)) {
    const path = resolve(from, reference);
    return { spec: await readYamlFile(path, modelSpecSchema), folder: dirname(path) };
  }
  const names = await listModelNames();
  if (!names.includes(reference)) throw unknownModel(reference, names);
  const path = join(MODELS_FOLDER, `${reference}.yaml`);
  const spec = await readYamlFile(path, modelSpecSchema);
  return { spec, folder: MODELS_FOLDER };
}

function unknownModel(name: string, names: readonly string[]): MaskbenchError {
  const near = nearest(name, names);
  return new MaskbenchError('config.unknown-name', `unknown model "${name}"`, {
    remedy:
      near === undefined
        ? 'see "maskbench models list", or give the path of a YAML file'
        : `did you mean "${near}"? ("maskbench models list" shows all)`,
  });
}
