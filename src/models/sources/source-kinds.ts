import type { z } from 'zod';
import { extensible } from '../../core/plugins/parts.js';

/** A kind of source that a plug-in brings: other words for a source of ours, which then fetches, checks and keeps the file. */
export interface SourceKind<Schema extends z.ZodType = z.ZodType> {
  /** As in `files: { kind: acme.store, ... }`. */
  readonly kind: string;
  /** Of all fields, `kind` included. */
  readonly schema: Schema;
  /**
   * The source of ours that is meant, as it could stand in a spec: `https://...#sha256=...`, or an object. It is asked for when the
   * spec is read, and recorded in its place; so it must hold no secret.
   */
  resolve(source: z.output<Schema>): string | object;
}

/** Those that plug-ins bring; ours are a closed union (source-types.ts). */
export const SOURCE_KINDS = extensible<SourceKind>('sources', []);
