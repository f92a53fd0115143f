import { firstIssue } from '../core/jsonl.js';
import { plainIssue } from '../core/plain-issue.js';
import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { MaskbenchError } from '../core/errors.js';
import { PACKAGE_ROOT } from '../core/package-root.js';
import { lateBound } from '../core/plugins/late-bound.js';
import { unknownName } from '../core/names.js';
import { readYamlFile } from '../core/yaml-file.js';
import type { ModelFiles } from '../models/sources/source-types.js';
import type { ModelSpec } from '../models/spec/spec.js';
import { RUNNERS } from './registry.js';
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

/** Fields that belong to the very model they stand in, and say nothing of a variation. */
const NOT_INHERITED = ['title', 'publishedAs', 'expected'] as const;
/** Fields whose parts are not replaced one by one. */
const REPLACED_WHOLE: readonly string[] = [...NOT_INHERITED, 'files'];
/** Fields within fields whose parts are replaced one by one, too; so are those of the outermost fields. */
const MERGED_WITHIN: readonly string[] = ['classes'];

const extensionSchema = onlyIf(
  hasExtends,
  'a variation says in "extends" which model it varies',
  lateBound(() =>
    z
      .strictObject({
        extends: z.string().min(1).describe('The name of a known model, or the path of its YAML file.'),
        ...anyOf(
          RUNNERS.flatMap(({ specs }) => Object.values(specs)),
          (field) => !REPLACED_WHOLE.includes(field),
        ).shape,
      })
      .meta({ id: 'ModelVariation', description: 'A known model with a few fields changed.' }),
  ),
);
const wholeSchema = onlyIf((value) => !hasExtends(value), 'a variation, not a whole spec', modelSpecSchema);

/** What a model's file may say: a whole spec, or a variation of another model. */
export const modelFileSchema = z.union([extensionSchema, wholeSchema]).meta({
  title: 'Maskbench model',
  description: 'A whole spec, or a variation of another model (docs/models.md).',
});

/** What a run config may say of a model. */
export const modelReferenceSchema = z
  .union([z.string().min(1), extensionSchema, wholeSchema])
  .describe(
    'The name of a known model ("maskbench models list"), the path of a YAML file, a variation, or a whole spec.',
  );

/** A schema for some values alone: of several that are tried, the others' complaints then do not hide its own. */
function onlyIf<S extends z.ZodType>(applies: (value: unknown) => boolean, message: string, schema: S) {
  return z.preprocess((value, context) => {
    if (!applies(value)) context.addIssue({ code: 'custom', message });
    return value;
  }, schema);
}

/** Any fields of these objects, without defaults; and so the parts of fields that are objects where `isMerged` says so. */
function anyOf(objects: readonly z.ZodObject[], isMerged: (field: string) => boolean): z.ZodObject {
  const fields = new Set(objects.flatMap(({ shape }) => Object.keys(shape)));
  return z.strictObject(
    Object.fromEntries(
      [...fields].map((field) => {
        const all = objects.flatMap(({ shape }) => shape[field] ?? []) as z.ZodType[];
        const bare = [...new Set(all.map(withoutDefault))];
        const parts = isMerged(field) ? bare.filter((schema) => schema instanceof z.ZodObject) : [];
        const [first, ...others] =
          parts.length > 0 ? [anyOf(parts, (part) => MERGED_WITHIN.includes(part))] : bare;
        const schema = others.length > 0 ? z.union([first, ...others]) : first;
        const text = all.find(({ description }) => description !== undefined)?.description;
        return [field, (text === undefined ? schema : schema.describe(text)).optional()];
      }),
    ),
  );
}

function withoutDefault(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional
    ? withoutDefault(schema.unwrap() as z.ZodType)
    : schema;
}

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

/** All models that come with Maskbench, by name. @throws MaskbenchError as `loadModelSpec` does. */
export async function loadKnownModels(): Promise<readonly LoadedSpec[]> {
  const names = await listModelNames();
  return Promise.all(names.map((name) => loadModelSpec(`${name}.yaml`, MODELS_FOLDER)));
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
): Promise<LoadedSpec> {
  return withNetwork(await load(reference, from, 0));
}

/** With the network of ours that a model is to run, where its spec names one. @throws MaskbenchError as `loadModelSpec`. */
export async function withNetwork(loaded: LoadedSpec): Promise<LoadedSpec> {
  const { spec, folder } = loaded;
  const named = runnerOf(spec).network?.(spec);
  return named === undefined ? loaded : { ...loaded, network: await load(named, folder, 0) };
}

async function load(reference: ModelReference, from: string, depth: number): Promise<LoadedSpec> {
  if (typeof reference !== 'string') {
    return isExtension(reference)
      ? finish(reference, from, depth)
      : { spec: modelSpecSchema.parse(reference), folder: from };
  }
  if (/\.ya?ml$/.test(reference)) {
    const path = resolve(from, reference);
    return finish(await readYamlFile(path, modelFileSchema, { kind: 'model' }), dirname(path), depth);
  }
  if (/\.onnx$/i.test(reference)) {
    throw new MaskbenchError('usage', `"${reference}" does not say how it is fed and read`, {
      remedy: 'name a YAML file that does: "maskbench models inspect" proposes one',
    });
  }
  const names = await listModelNames();
  if (!names.includes(reference)) {
    const found = statSync(resolve(from, reference), { throwIfNoEntry: false });
    const there =
      found === undefined ? '' : found.isDirectory() ? 'that is a folder; ' : 'that file is no YAML; ';
    const otherwise = `${there}see "maskbench models list", or give the path of a YAML file`;
    throw unknownName('unknown model', reference, names, { otherwise });
  }
  const path = join(MODELS_FOLDER, `${reference}.yaml`);
  return finish(await readYamlFile(path, modelFileSchema), MODELS_FOLDER, depth);
}

async function finish(
  checked: ModelExtension | ModelSpec,
  folder: string,
  depth: number,
): Promise<LoadedSpec> {
  if (!isExtension(checked)) return { spec: checked, folder };
  if (depth >= DEEPEST) {
    throw new MaskbenchError('config.invalid', 'variations extend each other in a circle', {
      where: checked.extends,
    });
  }
  return extendSpec(await load(checked.extends, folder, depth + 1), checked, folder);
}

/**
 * The base with the extension's fields in place of its own; paths are relative to `folder` afterwards.
 *
 * @throws MaskbenchError `config.invalid` for what does not make a spec.
 */
function extendSpec(base: LoadedSpec, extension: ModelExtension, folder: string): LoadedSpec {
  const { extends: name, ...changes } = extension;
  const inherited: Record<string, unknown> = { ...moved(base, folder) };
  for (const field of NOT_INHERITED) delete inherited[field];
  const varied = merge(
    inherited,
    { name: `${name}-varied`, ...changes },
    (key) => !REPLACED_WHOLE.includes(key),
  );
  const result = modelSpecSchema.safeParse(varied, { error: plainIssue });
  if (result.success) return { spec: result.data, folder };
  throw new MaskbenchError('config.invalid', firstIssue(result.error), {
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

/** Whether a variation is meant, whatever it says there. */
function hasExtends(value: unknown): value is { readonly extends: unknown } {
  return typeof value === 'object' && value !== null && 'extends' in value;
}

function isExtension(value: unknown): value is ModelExtension {
  return hasExtends(value) && typeof value.extends === 'string';
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
        ? merge(before, value, (part) => MERGED_WITHIN.includes(part))
        : value;
  }
  return merged;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
