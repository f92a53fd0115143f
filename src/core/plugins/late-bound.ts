import { z } from 'zod';
import { partsVersion } from './parts.js';

/**
 * A schema that is made of registries, and made anew after a plug-in has added to one. Give it its description and the like within
 * `build`: a copy of it would be bound once and for all.
 */
export function lateBound<S extends z.ZodType>(build: () => S): S {
  let [made, version] = [build(), partsVersion()];
  const schema = z.lazy(build);
  Object.defineProperty(schema._zod, 'innerType', {
    get: () => {
      if (version !== partsVersion()) [made, version] = [build(), partsVersion()];
      return made;
    },
  });
  // What it parses to is what `build` says.
  return schema as unknown as S;
}
