import { z } from 'zod';
import { hintFor } from '../../core/names.js';
import { lacksPin, mergePins } from './pins.js';
import { parseSourceText } from './source-text.js';
import type { ModelFileSource, ModelFiles } from './source-types.js';

const filePins = {
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'a sha256 is 64 lower-case hexadecimal digits')
    .optional(),
  md5: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'an md5 is 32 lower-case hexadecimal digits')
    .optional(),
  bytes: z.int().positive().optional(),
};

const relativePath = z
  .string()
  .regex(/^(?!\/)[^\\\0?#]+$/, 'a relative path with forward slashes')
  .refine((path) => !path.split('/').includes('..'), 'a path without ".."');

const pins = { ...filePins, data: z.record(z.string().min(1), z.strictObject(filePins)).optional() };

const fileSchema = z.strictObject({ kind: z.literal('file'), path: z.string().min(1), ...pins });

const httpsSchema = z.strictObject({
  kind: z.literal('https'),
  url: z.string().refine(isSafeUrl, 'an https address without user and password'),
  ...pins,
  unpinned: z.string().min(1).optional(),
});

const hubSchema = z.strictObject({
  kind: z.literal('hf'),
  repo: z.string().regex(/^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/, 'a repository is named owner/name'),
  revision: z
    .string()
    .regex(/^[A-Za-z0-9][\w./-]*$/, 'a commit of 40 hexadecimal digits, a branch or a tag')
    .default('main'),
  path: relativePath,
  ...pins,
});

const npmSchema = z
  .strictObject({
    kind: z.literal('npm'),
    // The package and version become an argument of the npm client, so their alphabet is kept narrow.
    package: z.string().regex(/^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/, 'a package name'),
    version: z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, 'an exact version such as 1.4.5'),
    integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/, 'sha512-<base64> of the tarball'),
    path: relativePath.optional(),
    resource: z.string().min(1).optional(),
    index: relativePath.default('dist/resources.json'),
    ...pins,
  })
  .refine((source) => (source.path === undefined) !== (source.resource === undefined), {
    message: 'name either the "path" of a file in the package or a "resource" of its index',
  });

const sourceSchema = z.discriminatedUnion('kind', [fileSchema, httpsSchema, hubSchema, npmSchema], {
  error: 'the kind of a source is file, https, hf or npm',
});

/** One source, as an object or as a compact string such as `hf:owner/name@<commit>/model.onnx#sha256=...`. */
export const modelFileSourceSchema = z
  .unknown()
  .transform((value, ctx): ModelFileSource => readSource(value, ctx, []) ?? z.NEVER);

/**
 * A model's files: one source, a list of sources with identical bytes in order of preference, or either of these
 * by role (`encoder`, `decoder`). Mirrors share their checksums; those that contradict each other are refused.
 */
export const modelFilesSchema = z.unknown().transform((value, ctx): ModelFiles => {
  const byRole: [string, unknown, Path][] = isRoles(value)
    ? Object.entries(value).map(([role, inner]) => [role, inner, [role]])
    : [['model', value, []]];
  if (byRole.length === 0) return complain(ctx, 'name at least one file', []) ?? z.NEVER;
  const files: Record<string, readonly ModelFileSource[]> = {};
  for (const [role, inner, path] of byRole) files[role] = readMirrors(inner, ctx, path);
  return ctx.issues.length > 0 ? z.NEVER : files;
});

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
  const result = sourceSchema.safeParse(parsed.fields);
  if (result.success) return result.data;
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

function unknownKey(key: string, fields: unknown): string {
  const kind = typeof fields === 'object' && fields !== null && 'kind' in fields ? fields.kind : undefined;
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

/** https, or http to this very machine; never with credentials, which would end in logs and manifests. */
function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const local = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return (
    (url.protocol === 'https:' || (url.protocol === 'http:' && local)) &&
    url.username === '' &&
    url.password === ''
  );
}
