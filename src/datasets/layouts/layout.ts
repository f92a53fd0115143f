import { z } from 'zod';
import type { DatasetEntry, OnRemark } from '../dataset.js';
import { datasetFields, truthsField } from '../dataset-fields.js';

/** How a kind of dataset lies on disk. A new kind is a file with one such object, and its entry in the registry. */
export interface Layout<S extends LayoutSchema> {
  readonly name: z.output<S>['layout'];
  /** One line for people. */
  readonly summary: string;
  /** Of a spec that names this layout. */
  readonly schema: S;
  /** The splits that are asked for or, where the layout knows them beforehand, could be there. */
  splits(spec: z.output<S>): readonly string[];
  /** Tags of the public sets that a split (or, without one, the whole) has pictures of, unless the spec says. */
  defaultTags(spec: z.output<S>, split: string | undefined): readonly string[];
  /**
   * Every pair and every problem below `root`, in code-unit order of the ids, with bounded memory.
   *
   * @param onRemark told of what may not be meant, as files on no side of the pairs, at most once a folder
   * @throws MaskbenchError `data.missing` if nothing of the layout is there.
   */
  list(spec: z.output<S>, root: string, onRemark?: OnRemark): AsyncIterable<DatasetEntry>;
  /** Says that listing looks at names alone and opens no file, so that a root may be in object storage, of which only the names are brought. */
  readonly readsNamesOnly?: true;
}

export type LayoutSchema = z.ZodObject<typeof datasetFields & { layout: z.ZodLiteral<string> }>;

type Fields<N extends string, F> = typeof datasetFields & { layout: z.ZodLiteral<N> } & F &
  ('truths' extends keyof F ? unknown : { truths: typeof truthsField });

/** The schema of a layout: what all datasets may say, and what only this kind does. */
export function layoutSchema<N extends string, F extends z.ZodRawShape>(name: N, summary: string, fields: F) {
  const layout = z.literal(name).describe(summary);
  return z.strictObject({ ...datasetFields, layout, truths: truthsField, ...fields } as Fields<N, F>);
}
