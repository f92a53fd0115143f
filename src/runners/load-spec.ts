import { readdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { MaskbenchError } from '../core/errors.js';
import { PACKAGE_ROOT } from '../core/package-root.js';
import { unknownName } from '../core/names.js';
import { readYamlFile } from '../core/yaml-file.js';
import type { ModelFiles } from '../models/sources/source-types.js';
import type { ModelSpec } from '../models/spec/spec.js';
import { modelSpecSchema, runnerOf } from './runner-of.js';
import type { LoadedSpec } from './runner.js';

export const MODELS_FOLDER = join(PACKAGE_ROOT, 'configs', 'models');

/**
 * A known model with a few fields put differently: `{extends: u2net, name: u2net-bilinear, input: {...}}`.
 *
 * @public since the type of the schema of run files names it
 */
export interface ModelExtension {
  readonly extends: string;
  readonly [field: string]: unknown;
}

const modelExtensionSchema = z.custom<ModelExtension>(isExtension, {
  error: 'a variation says in "extends" which model it varies',
});

/** What a run config may say: the name of a known model, the path of a YAML file, a variation, or a whole spec. */
export const modelReferenceSchema = z.union([z.string().min(1), modelExtensionSchema, modelSpecSchema]);
const fileSchema = z.union([modelExtensionSchema, modelSpecSchema]);

type ModelReference = string | ModelExtension | ModelSpec | Readonly<Record<string, unknown>>;

/** Variations of variations, at most so many. */
const DEEPEST = 8;

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
  if (!names.includes(reference)) {
    const otherwise = 'see "maskbench models list", or give the path of a YAML file';
    throw unknownName('unknown model', reference, names, { otherwise });
  }
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

/** Fields that belong to the very model they stand in, and say nothing of a variation. */
const NOT_INHERITED = ['title', 'publishedAs', 'expected'] as const;
/** Fields within fields whose parts are replaced one by one, too; so are those of the outermost fields, `files` apart. */
const MERGED_WITHIN = ['classes'] as const;

/**
 * The base with the extension's fields in place of its own; paths are relative to `folder` afterwards.
 *
 * @throws MaskbenchError `config.invalid` for what does not make a spec.
 */
function extendSpec(base: LoadedSpec, extension: ModelExtension, folder: string): LoadedSpec {
  const { extends: name, ...changes } = extension;
  const inherited: Record<string, unknown> = { ...moved(base, folder) };
  for (const field of NOT_INHERITED) delete inherited[field];
  const varied = merge(inherited, { name: `${name}-varied`, ...changes }, (key) => key !== 'files');
  const result = modelSpecSchema.safeParse(varied);
  if (result.success) return { spec: result.data, folder };
  throw new MaskbenchError('config.invalid', z.prettifyError(result.error).replaceAll(/\s*\n\s*/g, ' '), {
    where: `the variation of model "${name}"`,
    remedy: 'its fields are those of the model that it extends',
    cause: result.error,
  });
}

/** The spec with its paths relative to another folder. */
function moved({ spec, folder: from }: LoadedSpec, folder: string): ModelSpec {
  const move = (path: string): string => (isAbsolute(path) ? path : relative(folder, join(from, path)));
  const own = from === folder ? spec : (runnerOf(spec).moved?.(spec, move) ?? spec);
  return own.files === undefined ? own : { ...own, files: moveFiles(own.files, move) };
}

function isExtension(value: unknown): value is ModelExtension {
  return (
    typeof value === 'object' && value !== null && 'extends' in value && typeof value.extends === 'string'
  );
}

function moveFiles(files: ModelFiles, move: (path: string) => string): ModelFiles {
  return Object.fromEntries(
    Object.entries(files).map(([role, sources]) => [
      role,
      sources.map((source) => (source.kind === 'file' ? { ...source, path: move(source.path) } : source)),
    ]),
  );
}

function merge(
  base: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, unknown>>,
  isMerged: (key: string) => boolean,
): Readonly<Record<string, unknown>> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const before = base[key];
    merged[key] =
      isMerged(key) && isRecord(before) && isRecord(value)
        ? merge(before, value, (inner) => MERGED_WITHIN.some((name) => name === inner))
        : value;
  }
  return merged;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
