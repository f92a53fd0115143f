import { MaskbenchError } from '../../core/errors.js';
import { counted } from '../../core/text.js';
import { runnerOf } from '../../runners/runner-of.js';
import type { ReadyModel } from '../../runners/runner.js';
import type { PlanRecord } from '../../store/records.js';

/**
 * A pixel that a network is fed is taken to cost as much as so many pixels of a picture, which is decoded, and whose matte is
 * written, read and scored. A rough guess, since networks differ a hundredfold: only how even shards are depends on it.
 */
const OF_NETWORK = 10;
/** Of a model without a network, and of what does not grow with the picture. */
const LEAST_MEGAPIXELS = 0.05;

/** What a sample costs, relative to others: by its pixels, and by the networks that it is fed to. */
export function costOf(models: readonly Pick<ReadyModel, 'spec'>[]): (record: PlanRecord) => number {
  const networks = models.map(({ spec }) => {
    const { time } = runnerOf(spec);
    return time?.kind === 'pass' ? (OF_NETWORK * time.pixels(spec)) / 1e6 : 0;
  });
  const fixed = networks.reduce((sum, cost) => sum + LEAST_MEGAPIXELS + cost, 0);
  return (record) =>
    record.kind === 'problem' ? 0 : fixed + (models.length * record.width * record.height) / 1e6;
}

/** What a list of samples comes to as a whole, before it is divided. */
export interface Whole {
  readonly samples: number;
  readonly cost: number;
}

/**
 * Divides a list among shards of like cost, in its order and as it comes: each shard is a stretch of it, so that all
 * lists one after the other are the whole again. No shard is empty.
 *
 * @returns the shard of each next record, from 1
 * @throws MaskbenchError `usage` where there are more shards than samples.
 */
export function divider(whole: Whole, shards: number): (record: PlanRecord, cost: number) => number {
  if (shards > whole.samples) {
    throw new MaskbenchError(
      'usage',
      `${counted(whole.samples, 'sample')} cannot be divided among ${shards} shards`,
      {
        remedy: `choose at most --shards ${whole.samples}`,
      },
    );
  }
  let shard = 1;
  let taken = 0;
  let left = whole.samples;
  let isEmpty = true;
  return ({ kind }, cost) => {
    if (kind === 'problem') return shard;
    const meant = Math.floor(((taken + cost / 2) / whole.cost) * shards) + 1;
    const isLate = left <= shards - shard;
    if (!isEmpty && (meant > shard || isLate) && shard < shards) shard++;
    isEmpty = false;
    taken += cost;
    left--;
    return shard;
  };
}
