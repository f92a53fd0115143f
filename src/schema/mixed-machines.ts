import { z } from 'zod';
import { counted } from '../core/text.js';
import { count, text } from './basics.js';

/** What differs between the machines that a run was put together from. */
export const mixedSchema = z
  .array(
    z
      .object({
        what: text.describe('E.g. `ONNX Runtime`, `driver`.'),
        values: z
          .array(z.object({ value: text, shards: count }).readonly())
          .readonly()
          .describe('Most shards first.'),
      })
      .readonly(),
  )
  .readonly();
export type MixedMachines = z.output<typeof mixedSchema>;

/** `ONNX Runtime: 1.27.0 (3 shards), 1.26.0 (1 shard)`. */
export function mixedText({ what, values }: MixedMachines[number]): string {
  return `${what}: ${values.map(({ value, shards }) => `${value} (${counted(shards, 'shard')})`).join(', ')}`;
}
