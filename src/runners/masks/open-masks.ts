import { RESUME, throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { toError, toFailure } from '../../core/failure.js';
import { mapInOrder } from '../../core/map-in-order.js';
import { VALUES_FIELDS } from '../../datasets/values/contradiction.js';
import { readChecked, type CheckedReading } from '../../datasets/values/read-checked.js';
import { readImageSize } from '../../image/codec.js';
import { PLAIN_OPACITY } from '../../schema/mask-reading.js';
import type { MatteJob, OpenRequest, Outcome, PredictSession } from '../runner.js';
import { writeMatte } from '../write-matte.js';
import type { MaskPathOf } from './mask-files.js';
import { phasesOf, readMaskTimes, type MaskTimes } from './mask-times.js';

export interface MasksAssets {
  readonly pathOf: MaskPathOf;
  /** The file of their times, absolute. */
  readonly times: string | undefined;
}

/** Of a dataset for which nothing was decided. */
const MASKS_AS_OPACITY: CheckedReading = {
  reading: PLAIN_OPACITY,
  role: 'prediction',
  field: VALUES_FIELDS.masks,
};

/** Masks read at once. */
const WIDTH = 4;

/**
 * Takes masks into the run as 8-bit mattes, read as was decided for all of a dataset. A mask that is missing or unreadable is
 * a failed cell, and so is one of another size than its image and ground truth, unless it is to be resized when it is
 * scored; one that contradicts how all are read ends the run.
 */
export async function openMasks(
  assets: MasksAssets,
  { signal, readings, resize = false }: Pick<OpenRequest, 'signal' | 'readings' | 'resize'>,
): Promise<PredictSession> {
  const times = assets.times === undefined ? undefined : await readMaskTimes(assets.times);
  return {
    async predict(jobs, onOutcome) {
      const taken = mapInOrder(jobs, WIDTH, async (job) => ({
        job,
        outcome: await take(
          assets,
          job,
          readings.get(job.sample.dataset) ?? MASKS_AS_OPACITY,
          times,
          resize,
        ).catch((error: unknown): Outcome => ({ kind: 'failed', failure: toFailure(error) })),
      }));
      for await (const { job, outcome } of taken) {
        throwIfCancelled(signal, RESUME);
        if (outcome.kind === 'failed' && outcome.failure.code === 'data.values')
          throw toError(outcome.failure);
        await onOutcome(job, outcome);
      }
      return undefined;
    },
    close: async () => undefined,
  };
}

async function take(
  { pathOf }: MasksAssets,
  { sample, mattePath }: MatteJob,
  reading: CheckedReading,
  times: MaskTimes | undefined,
  resize: boolean,
): Promise<Outcome> {
  const path = pathOf(sample);
  const start = performance.now();
  const matte = await readChecked(path, reading);
  const decodeMs = performance.now() - start;
  const { width, height } = matte;
  if (!resize && !isSize(matte, sample) && !isSize(matte, await readImageSize(sample.truthPath))) {
    throw new MaskbenchError(
      'data.size-mismatch',
      `the mask is ${width} x ${height}, its image ${sample.width} x ${sample.height}`,
      { where: path },
    );
  }
  return {
    kind: 'done',
    phases: { decodeMs, ...phasesOf(times?.of(sample) ?? 0) },
    width,
    height,
    ...(await writeMatte(mattePath, matte)),
  };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const isSize = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;
