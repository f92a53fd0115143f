import type { z } from 'zod';
import { extensible } from '../../core/plugins/parts.js';
import { dis5k } from './dis5k.js';
import { humans } from './humans.js';
import type { Layout } from './layout.js';
import { pairedFolders } from './paired-folders.js';

/** Every layout that a dataset's spec may name. Adding one is one file and one line here. */
const OWN = [humans, dis5k, pairedFolders] as const;
export const LAYOUTS = extensible('layouts', OWN);

type AnySchema = (typeof OWN)[number]['schema'];

/** The layout that a spec names. */
export function layoutOf(spec: z.output<AnySchema>): Layout<AnySchema> {
  const found = LAYOUTS.find(({ name }) => name === spec.layout);
  // A spec is parsed by the schema of the layout that it names, so the one found is for this very spec.
  return found as Layout<AnySchema>;
}
