import { dirname, join, posix } from 'node:path';
import { pinsOf } from './pins.js';
import type { ModelFileSource, Pins } from './source-types.js';

/**
 * The source of a file that a model's weights are in: beside the model, in the same folder, package or commit.
 *
 * @param location its path in the model's folder, with forward slashes.
 * @param revision the commit that the model itself came from.
 */
export function besideSource(
  { sha256: _sha256, md5: _md5, bytes: _bytes, data, ...source }: ModelFileSource,
  location: string,
  revision: string | undefined,
): ModelFileSource {
  const pins = definedOnly(pinsOf(data?.[location] ?? {}));
  switch (source.kind) {
    case 'file':
      return { ...source, path: join(dirname(source.path), location), ...pins };
    case 'https':
      return { ...source, url: besideUrl(source.url, location), ...pins };
    case 'hf':
      return {
        ...source,
        path: posix.join(posix.dirname(source.path), location),
        revision: revision ?? source.revision,
        ...pins,
      };
    case 'npm': {
      const { path, resource } = source;
      const beside = (of: string): string => posix.join(posix.dirname(of), location);
      return resource === undefined
        ? { ...source, path: beside(path ?? ''), ...pins }
        : { ...source, resource: beside(resource), ...pins };
    }
  }
}

function besideUrl(model: string, location: string): string {
  const url = new URL(model);
  const folder = url.pathname.slice(0, url.pathname.lastIndexOf('/') + 1);
  url.pathname = folder + location.split('/').map(encodeURIComponent).join('/');
  return url.href;
}

function definedOnly(pins: Pins): Pins {
  return Object.fromEntries(Object.entries(pins).filter(([, value]) => value !== undefined));
}
