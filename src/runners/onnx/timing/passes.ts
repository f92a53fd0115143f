import { createRandom } from '../../../stats/random.js';

/** How much is recorded of a model that is warm. */
export interface SamplingPlan {
  /** Timed predictions of every dataset, at least; */
  readonly samples: number;
  /** and at least so long over all datasets, milliseconds. */
  readonly ms: number;
  /** Exactly so many passes over all images instead; null: as many as the above need. */
  readonly passes: number | null;
}

/** Passes over all images, divided into blocks: models take turns block by block. */
export interface Passes {
  readonly count: number;
  readonly perBlock: number;
}

/** Blocks shorter than this would measure the switching from model to model. */
const BLOCK_MS = 500;
/** As many blocks at least, if there are that many passes: drift must be able to show. */
const BLOCKS = 6;
/** The most predictions that are kept of one model. */
const MOST = 20_000;

/**
 * @param images of all datasets together
 * @param imagesOfSmallest of the dataset with the fewest
 * @param perImageMs what one prediction takes, milliseconds
 */
export function planPasses(
  plan: SamplingPlan,
  images: number,
  imagesOfSmallest: number,
  perImageMs: number,
): Passes {
  const passMs = Math.max(perImageMs * images, 1e-3);
  const wanted = Math.max(Math.ceil(plan.samples / imagesOfSmallest), Math.ceil(plan.ms / passMs));
  const most = Math.max(1, Math.floor(MOST / images));
  const count = plan.passes ?? Math.min(wanted, most);
  const perBlock = Math.max(1, Math.min(Math.ceil(BLOCK_MS / passMs), Math.floor(count / BLOCKS)));
  return { count, perBlock };
}

/**
 * Whose turn it is: one block of every model that has blocks left, and the other way round in every second round, so
 * that a machine that grows slower or faster does so for all of them.
 */
export function turns(blocks: readonly number[]): readonly number[] {
  const rounds = Math.max(0, ...blocks);
  return Array.from({ length: rounds }, (_, round) => {
    const models = blocks.flatMap((count, model) => (round < count ? [model] : []));
    return round % 2 === 0 ? models : models.reverse();
  }).flat();
}

/** Names the order of images in every pass; recorded with what was measured. */
export const ORDER_SEED = 'order of images';

/**
 * In which order a pass goes over so many images: another one in every pass (Fisher and Yates), so that no image always
 * comes after the same one or last, and the same one for every model.
 */
export function imageOrder(images: number, pass: number): readonly number[] {
  const random = createRandom(ORDER_SEED).split(pass);
  const order = Array.from({ length: images }, (_, i) => i);
  for (let i = images - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
