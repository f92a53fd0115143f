import { plainIssue } from '../../core/plain-issue.js';
import { z } from 'zod';
import { hintFor } from '../../core/names.js';
import { lacksPin, mergePins } from './pins.js';
import { parseSourceText, SOURCE_TEXT } from './source-text.js';
import type { ModelFileSource, ModelFiles } from './source-types.js';

const filePins = {
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'a sha256 is 64 lower-case hexadecimal digits')
    .optional()
    .describe('Of the file: 64 lower-case hexadecimal digits.'),
  md5: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'an md5 is 32 lower-case hexadecimal digits')
    .optional()
    .describe('Of the file, where no better checksum is published.'),
  bytes: z.int().positive().optional().describe("The file's size."),
};

const relativePath = z
  .string()
  .regex(/^(?!\/)[^\\\0?#]+$/, 'a relative path with forward slashes')
  .regex(/^(?!([^]*\/)?\.\.(\/|$))/, 'a path without ".."');

const pins = {
  ...filePins,
  data: z
    .record(z.string().min(1), z.strictObject(filePins))
    .optional()
    .describe('Of the files beside it that hold its weights, by the names that the model has for them.'),
};

const fileSchema = z.strictObject({
  kind: z.literal('file').describe('A file on this machine.'),
  path: z.string().min(1).describe('Relative to the YAML file.'),
  ...pins,
});

const UNSAFE_URL = 'an https address without user and password';

const httpsSchema = z.strictObject({
  kind: z.literal('https').describe('A download, pinned by its sha256 or md5.'),
  url: z
    .string()
    .regex(/^https?:/, { error: UNSAFE_URL, abort: true })
    .refine(isSafeUrl, UNSAFE_URL)
    .describe('Its address; http only on this very machine.'),
  ...pins,
  unpinned: z
    .string()
    .min(1)
    .optional()
    .describe('Why there is neither sha256 nor md5: the first download is trusted then.'),
});

const hubSchema = z.strictObject({
  kind: z.literal('hf').describe('A file in a repository of the Hugging Face hub.'),
  repo: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/, 'a repository is named owner/name')
    .describe('owner/name.'),
  revision: z
    .string()
    .regex(/^[A-Za-z0-9][\w./-]*$/, 'a commit of 40 hexadecimal digits, a branch or a tag')
    .default('main')
    .describe('A full commit pins the file; a branch or a tag may change under it.'),
  path: relativePath.describe('Of the file in the repository.'),
  ...pins,
});

const npmSchema = z
  .strictObject({
    kind: z.literal('npm').describe('A file in an npm package.'),
    // The package and version become an argument of the npm client, so their alphabet is kept narrow.
    package: z
      .string()
      .regex(/^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/, 'a package name')
      .describe("The package's name."),
    version: z
      .string()
      .regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, 'an exact version such as 1.4.5')
      .describe('Its exact version.'),
    integrity: z
      .string()
      .regex(/^sha512-[A-Za-z0-9+/]{86}==$/, 'sha512-<base64> of the tarball')
      .describe(
        'sha512-<base64> of the tarball, as "npm view <package>@<version> dist.integrity" prints it.',
      ),
    path: relativePath.optional().describe('Of the file in the package.'),
    resource: z.string().min(1).optional().describe("Or its key in the package's index of chunked files."),
    index: relativePath.default('dist/resources.json').describe('The path of that index in the package.'),
    ...pins,
  })
  .refine((source) => (source.path === undefined) !== (source.resource === undefined), {
    message: 'name either the "path" of a file in the package or a "resource" of its index',
  })
  .meta({ oneOf: [{ required: ['path'] }, { required: ['resource'] }] });

const sourceSchema = z.discriminatedUnion('kind', [fileSchema, httpsSchema, hubSchema, npmSchema], {
  error: 'the kind of a source is file, https, hf or npm',
});

/** One source, as an object or as a compact string such as `hf:owner/name@<commit>/model.onnx#sha256=...`. */
export const modelFileSourceSchema = z
  .unknown()
  .transform((value, ctx): ModelFileSource => readSource(value, ctx, []) ?? z.NEVER);

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
  'name one file, or its mirrors',
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
  const result = sourceSchema.safeParse(parsed.fields, { error: plainIssue });
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
