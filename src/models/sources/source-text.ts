import type { ModelFileSource } from './source-types.js';

/** A compact source taken apart into the fields of the long form; they still have to be checked. */
type SourceText =
  | { readonly kind: 'fields'; readonly fields: unknown }
  | { readonly kind: 'invalid'; readonly message: string };

const FORMS =
  'file:<path>, https://<address>#sha256=<hash>, hf:<owner>/<name>@<commit>/<path>, or ' +
  'npm:<package>@<version>#integrity=<sha512>&path=<path>';

/** What a compact source looks like at first sight. */
export const SOURCE_TEXT = /^(file:|https?:|hf:[^/@]+\/|npm:@?[^@]+@)[^]+$/;

/**
 * Takes `kind:what#key=value&key=value` apart. Values are taken as they stand (base64 holds `+` and `/`), so a value
 * may not hold `&`; a path with `#` needs the long form.
 */
export function parseSourceText(text: string): SourceText {
  const [, kind, rest] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
  if (kind === undefined || rest === undefined) return invalid(`"${text}" is not a source: write ${FORMS}`);
  const hash = rest.indexOf('#');
  const main = hash < 0 ? rest : rest.slice(0, hash);
  const options = parseOptions(hash < 0 ? '' : rest.slice(hash + 1));
  if (options === undefined) return invalid(`"${text}": after "#" come key=value pairs joined by "&"`);
  switch (kind) {
    case 'file':
      return fields({ kind, path: main, ...options });
    case 'https':
    case 'http':
      return fields({ kind: 'https', url: `${kind}:${main}`, ...options });
    case 'hf': {
      const [, repo, revision, path] = /^([^/@]+\/[^/@]+)(?:@([^/]+))?\/(.+)$/.exec(main) ?? [];
      if (path === undefined) return invalid(`"${text}": write hf:<owner>/<name>@<commit>/<path>`);
      return fields({ kind, repo, ...(revision === undefined ? {} : { revision }), path, ...options });
    }
    case 'npm': {
      const [, name, version] = /^(@?[^@]+)@(.+)$/.exec(main) ?? [];
      if (version === undefined) return invalid(`"${text}": write npm:<package>@<version>#...`);
      return fields({ kind, package: name, version, ...options });
    }
    default:
      return invalid(`"${kind}:" is not a kind of source: write ${FORMS}`);
  }
}

/** A source in one short line, for messages and manifests. */
export function describeSource(source: ModelFileSource): string {
  switch (source.kind) {
    case 'file':
      return `file:${source.path}`;
    case 'https':
      return source.url;
    case 'hf':
      return `hf:${source.repo}@${source.revision}/${source.path}`;
    case 'npm':
      return `npm:${source.package}@${source.version} ${source.resource ?? source.path ?? ''}`;
  }
}

/** The last part of a source's address: what a person calls the file. */
export function fileNameOf(source: ModelFileSource): string {
  const path =
    source.kind === 'https'
      ? new URL(source.url).pathname
      : source.kind === 'npm'
        ? (source.resource ?? source.path ?? source.package)
        : source.path;
  return path.split('/').findLast((part) => part !== '') ?? path;
}

function parseOptions(text: string): Readonly<Record<string, string | number>> | undefined {
  const options: Record<string, string | number> = {};
  for (const pair of text === '' ? [] : text.split('&')) {
    const [, key, value] = /^([a-z0-9]+)=(.+)$/.exec(pair) ?? [];
    if (key === undefined || value === undefined || key === 'kind') return undefined;
    options[key] = key === 'bytes' ? Number(value) : value;
  }
  return options;
}

function fields(value: unknown): SourceText {
  return { kind: 'fields', fields: value };
}

function invalid(message: string): SourceText {
  return { kind: 'invalid', message };
}
