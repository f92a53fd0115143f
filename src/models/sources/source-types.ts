import { z } from 'zod';
import type { Document } from '../../schema/basics.js';

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

/** What pins a file's bytes. Mirrors of one file share their pins. */
export type Pins = Document<z.ZodObject<typeof filePins>>;

const relativePath = z
  .string()
  .regex(/^(?!\/)[^\\\0?#]+$/, 'a relative path with forward slashes')
  .regex(/^(?!([^]*\/)?\.\.(\/|$))/, 'a path without ".."');

/** What pins a model: its file, and those beside it that its weights are in. */
const pins = {
  ...filePins,
  data: z
    .record(z.string().min(1), z.strictObject(filePins))
    .optional()
    .describe('Of the files beside it that hold its weights, by the names that the model has for them.'),
};

export const fileSchema = z.strictObject({
  kind: z.literal('file').describe('A file on this machine.'),
  path: z.string().min(1).describe('Relative to the YAML file.'),
  ...pins,
});
/** A file of the user's own, relative to the YAML file that names it. */
export type FileSource = Document<typeof fileSchema>;

const UNSAFE_URL = 'must be an https address without user and password';

export const httpsSchema = z.strictObject({
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
/** A file behind a web address. Without a checksum it must say why (`unpinned`); its first download is then trusted. */
export type HttpsSource = Document<typeof httpsSchema>;

export const hubSchema = z.strictObject({
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
/** A file of a model repository on the Hugging Face hub, or on the mirror that HF_ENDPOINT names. */
export type HubSource = Document<typeof hubSchema>;

export const npmSchema = z
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
/** A file in a package's tarball, or a resource that the tarball holds in chunks under an index. */
export type NpmSource = Document<typeof npmSchema>;

/** Where the bytes of one model file come from. */
export type ModelFileSource = FileSource | HttpsSource | HubSource | NpmSource;

/** The files of a model by role (`model` where there is one only), each as its sources in order of preference. */
export type ModelFiles = Readonly<Record<string, readonly ModelFileSource[]>>;

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
