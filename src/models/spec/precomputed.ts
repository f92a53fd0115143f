import { z } from 'zod';

/** Where masks lie that somebody else made. */
export const masksSchema = z.strictObject({
  /**
   * A path with `{dataset}`, `{id}` or `{stem}` (the id's last part), relative to the YAML file; or a folder alone,
   * in which `{dataset}/{id}.png`, `{id}.png` and `{stem}.png` are looked for.
   */
  path: z
    .string()
    .min(1)
    .refine(
      (path) =>
        [...path.matchAll(/\{([^}]*)\}/g)].every(([, key]) => ['dataset', 'id', 'stem'].includes(key)),
      'the placeholders are {dataset}, {id} and {stem}',
    ),
  /** CSV with a header `id,ms` or `dataset,id,ms`: how long each prediction took; relative to the YAML file. */
  times: z.string().min(1).optional(),
});
