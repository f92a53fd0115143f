import { isAbsolute, join, relative } from 'node:path';
import { z } from 'zod';
import { MaskbenchError } from '../core/errors.js';
import type { LoadedSpec } from './load-spec.js';
import { modelSpecSchema } from './spec.js';

/** A known model with a few fields put differently: `{extends: u2net, name: u2net-bilinear, input: {...}}`. */
export interface ModelExtension {
  readonly extends: string;
  readonly [field: string]: unknown;
}

export const modelExtensionSchema = z.custom<ModelExtension>(isExtension, {
  error: 'a variation says in "extends" which model it varies',
});

/** Fields that belong to the very model they stand in, and say nothing of a variation. */
const NOT_INHERITED = ['title', 'publishedAs', 'expected'] as const;
/** Fields whose parts are replaced one by one; all others are replaced whole. */
const MERGED = ['input', 'output', 'classes', 'prompts', 'masks'] as const;

/**
 * The base with the extension's fields in place of its own; paths are relative to `folder` afterwards.
 *
 * @throws MaskbenchError `config.invalid` for what does not make a spec.
 */
export function extendSpec(base: LoadedSpec, extension: ModelExtension, folder: string): LoadedSpec {
  const { extends: name, ...changes } = extension;
  const inherited: Record<string, unknown> = { ...base.spec };
  for (const field of NOT_INHERITED) delete inherited[field];
  if (base.spec.feeding !== 'precomputed') {
    inherited['files'] = rebase(base.spec.files, (path) =>
      isAbsolute(path) ? path : relative(folder, join(base.folder, path)),
    );
  }
  const result = modelSpecSchema.safeParse(merge(inherited, { name: `${name}-varied`, ...changes }));
  if (result.success) return { spec: result.data, folder };
  throw new MaskbenchError('config.invalid', z.prettifyError(result.error).replaceAll(/\s*\n\s*/g, ' '), {
    where: `the variation of model "${name}"`,
    remedy: 'its fields are those of the model that it extends',
    cause: result.error,
  });
}

export function isExtension(value: unknown): value is ModelExtension {
  return (
    typeof value === 'object' && value !== null && 'extends' in value && typeof value.extends === 'string'
  );
}

type Files = Exclude<LoadedSpec['spec'], { feeding: 'precomputed' }>['files'];

function rebase(files: Files, move: (path: string) => string): Files {
  return Object.fromEntries(
    Object.entries(files).map(([role, sources]) => [
      role,
      sources.map((source) => (source.kind === 'file' ? { ...source, path: move(source.path) } : source)),
    ]),
  );
}

function merge(base: Readonly<Record<string, unknown>>, changes: Readonly<Record<string, unknown>>): unknown {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const before = base[key];
    const inner = MERGED.some((name) => name === key) && isRecord(before) && isRecord(value);
    merged[key] = inner ? merge(before, value) : value;
  }
  return merged;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
