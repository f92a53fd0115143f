import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { MaskbenchError } from '../core/errors.js';
import { PACKAGE_ROOT } from '../core/package-root.js';
import { nearest, readYamlFile } from '../core/yaml-file.js';
import { extendSpec, isExtension, modelExtensionSchema, type ModelExtension } from './extension.js';
import { modelSpecSchema, type ModelSpec } from './spec.js';

export const MODELS_FOLDER = join(PACKAGE_ROOT, 'configs', 'models');

/** What a run config may say: the name of a known model, the path of a YAML file, a variation, or a whole spec. */
export const modelReferenceSchema = z.union([z.string().min(1), modelExtensionSchema, modelSpecSchema]);
const fileSchema = z.union([modelExtensionSchema, modelSpecSchema]);

export type ModelReference = string | ModelExtension | ModelSpec | z.input<typeof modelSpecSchema>;

/** Variations of variations, at most so many. */
const DEEPEST = 8;

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
 * A model by name (`isnet-fp16`), by the path of a YAML file (`./my-model.yaml`, relative to `from`), or inline; all but
 * the first may be variations of another model (`extends`).
 *
 * @throws MaskbenchError `config.unknown-name` with the nearest name, `data.missing`, or `config.invalid` with line.
 */
export async function loadModelSpec(
  reference: ModelReference,
  from: string = process.cwd(),
  depth = 0,
): Promise<LoadedSpec> {
  if (typeof reference !== 'string') return finish(reference, from, depth);
  if (/\.ya?ml$/.test(reference)) {
    const path = resolve(from, reference);
    return finish(await readYamlFile(path, fileSchema), dirname(path), depth);
  }
  const names = await listModelNames();
  if (!names.includes(reference)) throw unknownModel(reference, names);
  const path = join(MODELS_FOLDER, `${reference}.yaml`);
  return finish(await readYamlFile(path, fileSchema), MODELS_FOLDER, depth);
}

async function finish(
  reference: Exclude<ModelReference, string>,
  folder: string,
  depth: number,
): Promise<LoadedSpec> {
  if (!isExtension(reference)) return { spec: modelSpecSchema.parse(reference), folder };
  if (depth >= DEEPEST) {
    throw new MaskbenchError('config.invalid', 'variations extend each other in a circle', {
      where: reference.extends,
    });
  }
  return extendSpec(await loadModelSpec(reference.extends, folder, depth + 1), reference, folder);
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
