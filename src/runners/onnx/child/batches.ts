import { MaskbenchError } from '../../../core/errors.js';
import type { Fed, Inferred } from '../../../models/feedings/feeding.js';
import type { OpenModel } from '../open-model.js';
import { batched } from '../timing/batch.js';

/** What `auto` tries. */
export const AUTO_BATCH = 4;

/** A network of which several pictures may be computed at once. */
type Batchable = Pick<OpenModel, 'infer'> & Partial<Pick<OpenModel, 'takesBatches'>>;

export interface Batches {
  /** How many pictures the next inference takes. */
  size(): number;
  /** At most so many as `size` says; fewer are made up to it, so that all inferences have one shape. */
  infer(feds: readonly Fed[]): Promise<readonly Inferred[]>;
}

/**
 * Pictures put together as is asked for: a number as it is, `auto` for as long as the outputs of the first that come together
 * are, byte for byte, those of each alone.
 *
 * @param onAlone told why `auto` computes one by one
 * @throws MaskbenchError `model.signature` where a number is asked for and the network takes one picture at a time.
 */
export function openBatches(
  model: Batchable,
  asked: number | 'auto',
  onAlone: (reason: string) => void,
): Batches {
  const isPossible = model.takesBatches === true;
  if (typeof asked === 'number' && asked > 1 && !isPossible) {
    throw new MaskbenchError('model.signature', `the network takes one picture at a time, not ${asked}`, {
      remedy: 'set accuracy.batch to 1 or auto, or export it with a dynamic first axis',
    });
  }
  let size = asked === 'auto' ? (isPossible ? AUTO_BATCH : 1) : asked;
  let isProven = asked !== 'auto';
  const alone = async (feds: readonly Fed[]): Promise<readonly Inferred[]> => {
    const results: Inferred[] = [];
    for (const fed of feds) results.push(await model.infer(fed));
    return results;
  };
  const together = async (feds: readonly Fed[]): Promise<readonly Inferred[]> => {
    const whole = [...feds, ...Array.from({ length: size - feds.length }, () => feds[feds.length - 1])];
    const { outputs } = await batched(model.infer, whole);
    // Each with memory of its own: it goes to another thread.
    return feds.map((_, i) => ({ output: { ...outputs[i], data: outputs[i].data.slice() } }));
  };
  return {
    size: () => size,
    async infer(feds) {
      if (size === 1 || (!isProven && feds.length === 1)) return alone(feds);
      if (isProven) return together(feds);
      const single = await alone(feds);
      const reason = await together(feds).then(
        (all) => (all.every((one, i) => isEqual(one, single[i])) ? undefined : 'its outputs differ by bytes'),
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      isProven = true;
      if (reason !== undefined) {
        onAlone(`pictures are computed one by one, in a batch of ${size}: ${reason}`);
        size = 1;
      }
      return single;
    },
  };
}

function isEqual(a: Inferred, b: Inferred): boolean {
  const [bytes, others] = [a, b].map(({ output: { data } }) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  return bytes.equals(others);
}
