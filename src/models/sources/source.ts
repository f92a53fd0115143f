import { plainIssue } from '../../core/plain-issue.js';
import { z } from 'zod';
import { hintFor } from '../../core/names.js';
import { lacksPin, mergePins } from './pins.js';
import { SOURCE_KINDS } from './source-kinds.js';
import { parseSourceText, SOURCE_TEXT } from './source-text.js';
import {
  fileSchema,
  httpsSchema,
  hubSchema,
  npmSchema,
  type ModelFileSource,
  type ModelFiles,
} from './source-types.js';

const sourceSchema = z.discriminatedUnion('kind', [fileSchema, httpsSchema, hubSchema, npmSchema], {
  error: 'a source has the kind file, https, hf or npm, or is short such as "file:model.onnx"',
});

/** As an object, or in short such as `hf:owner/name@<commit>/model.onnx#sha256=...`. */
const sourceForm = z
  .union([
    z.string().regex(SOURCE_TEXT).describe('A source in short: kind:what#key=value&key=value.'),
    sourceSchema,
  ])
  .meta({ id: 'ModelSource', description: 'Where a file comes from.' });
const mirrorsForm = z
  .union([sourceForm, z.array(sourceForm).min(1)])
  .meta({ id: 'ModelSources', description: 'One source, or mirrors with the same bytes, best first.' });

/** The file of a model that has one. */
export const oneFileSchema = filesSchema(
  z.union([mirrorsForm, z.strictObject({ model: mirrorsForm })]),
  ['model'],
  'name one file, such as file:model.onnx, or its mirrors',
).describe('Where the network comes from: one source, or mirrors with the same bytes, best first.');

/** The files of a model that is an encoder and a decoder. */
export const encoderDecoderSchema = filesSchema(
  z.strictObject({ encoder: mirrorsForm, decoder: mirrorsForm }),
  ['encoder', 'decoder'],
  'name the files by role: encoder and decoder',
).describe('Where the two networks come from, by role.');

/**
 * A model's files: one source, a list of sources with identical bytes in order of preference, or either of these
 * by role (`encoder`, `decoder`). Mirrors share their checksums; those that contradict each other are refused.
 *
 * @param form what may be written, and holds for what it is read as, too. Reading goes first: it knows more of what is wrong.
 */
function filesSchema(form: z.ZodType, roles: readonly string[], missing: string): z.ZodType<ModelFiles> {
  return z.preprocess((value, ctx): ModelFiles => {
    if (value === undefined) return complain(ctx, `is missing; ${missing}`, []) ?? z.NEVER;
    const byRole: [string, unknown, Path][] = isRoles(value)
      ? Object.entries(value).map(([role, inner]) => [role, inner, [role]])
      : [['model', value, []]];
    const files: Record<string, readonly ModelFileSource[]> = {};
    for (const [role, inner, path] of byRole) files[role] = readMirrors(inner, ctx, path);
    if (ctx.issues.length === 0 && !roles.every((role) => role in files)) complain(ctx, missing, []);
    return ctx.issues.length > 0 ? z.NEVER : files;
  }, form as z.ZodType<ModelFiles>);
}

type Context = z.core.$RefinementCtx;
type Path = readonly PropertyKey[];

function readMirrors(value: unknown, ctx: Context, path: Path): readonly ModelFileSource[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) complain(ctx, 'name at least one source', path);
  const read = list.map((item, i) => readSource(item, ctx, Array.isArray(value) ? [...path, i] : path));
  const sources = read.filter((source) => source !== undefined);
  const merged = mergePins(sources);
  if (merged.kind === 'conflict') return complain(ctx, merged.message, path) ?? [];
  const unpinned = merged.sources.find(lacksPin);
  if (unpinned !== undefined) {
    complain(
      ctx,
      'pin the download by sha256 or md5 (or say in "unpinned" why there is none, to trust the first download)',
      path,
    );
  }
  return merged.sources;
}

function readSource(value: unknown, ctx: Context, path: Path): ModelFileSource | undefined {
  const parsed =
    typeof value === 'string' ? parseSourceText(value) : { kind: 'fields' as const, fields: value };
  if (parsed.kind === 'invalid') return complain(ctx, parsed.message, path);
  const own = SOURCE_KINDS.find(({ kind }) => kind === kindOf(parsed.fields));
  const result = (own?.schema ?? sourceSchema).safeParse(parsed.fields, { error: plainIssue });
  if (result.success && own !== undefined) return readSource(own.resolve(result.data), ctx, path);
  if (result.success) return result.data as ModelFileSource;
  for (const issue of result.error.issues) {
    const at = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) complain(ctx, unknownKey(key, parsed.fields), [...path, key]);
    } else if (typeof value === 'string') {
      // Inside a compact string there is no position to point at, so the field's name goes into the message.
      complain(ctx, at === '' ? issue.message : `${at}: ${issue.message}`, path);
    } else {
      complain(ctx, issue.message, [...path, ...issue.path]);
    }
  }
  return undefined;
}

function kindOf(fields: unknown): unknown {
  return typeof fields === 'object' && fields !== null && 'kind' in fields ? fields.kind : undefined;
}

function unknownKey(key: string, fields: unknown): string {
  const kind = kindOf(fields);
  const schema = [fileSchema, httpsSchema, hubSchema, npmSchema].find(
    ({ shape }) => shape.kind.safeParse(kind).success,
  );
  const known = Object.keys(schema?.shape ?? {});
  return `unknown key "${key}"; ${hintFor(key, known, `known keys are ${known.join(', ')}`)}`;
}

function isRoles(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !['kind', 'url', 'repo', 'package', 'path'].some((key) => key in value);
}

function complain(ctx: Context, message: string, path: Path): undefined {
  ctx.issues.push({ code: 'custom', message, path: [...path], input: ctx.value });
  return undefined;
}
