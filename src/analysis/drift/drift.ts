import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { toFailure, type Failure } from '../../core/failure.js';
import type { Sample } from '../../datasets/dataset.js';
import type { Dataset } from '../../datasets/load.js';
import { readingOfTruths } from '../../datasets/values/decide-truths.js';
import { readChecked, type CheckedReading } from '../../datasets/values/read-checked.js';
import type { GrayImage } from '../../image/raster.js';
import { iouOf } from '../../scoring/iou-of.js';
import type { DriftCandidate } from './candidate.js';
import {
  matteDifference,
  stageOf,
  tensorDifference,
  type MatteDifference,
  type Stage,
  type TensorDifference,
} from './difference.js';
import { openContender, type Contender } from './contender.js';

export interface DriftRequest {
  readonly reference: DriftCandidate;
  readonly candidates: readonly DriftCandidate[];
  readonly dataset: Dataset;
  readonly limit?: number | undefined;
  readonly threshold: number;
  readonly offline: boolean;
  readonly cwd: string;
  onImage(done: number): void;
  readonly signal: AbortSignal;
}

/** One candidate's matte of one image beside the reference's. */
export type DriftedImage = { readonly candidate: string; readonly id: string } & (
  | {
      readonly status: 'compared';
      readonly input: TensorDifference;
      readonly output: TensorDifference;
      readonly matte: MatteDifference;
      readonly stage: Stage;
      /** IoU with the ground truth; null where that is undefined. */
      readonly referenceIou: number | null;
      readonly candidateIou: number | null;
    }
  | { readonly status: 'failed'; readonly failure: Failure }
);

/**
 * Holds candidates against a reference, image by image and stage by stage. All models are loaded at once, each in a
 * process of its own, and an image goes through one after another; its tensors are held only as long.
 *
 * @returns a record an image and candidate, in the dataset's order.
 * @throws MaskbenchError for models that cannot be had, loaded or fed, or `cancelled`.
 */
export async function measureDrift(request: DriftRequest): Promise<readonly DriftedImage[]> {
  const reading = await readingOfTruths(request.dataset, request.signal);
  const scratch = await mkdtemp(join(tmpdir(), 'maskbench-drift-'));
  const contenders: Contender[] = [];
  try {
    for (const [i, candidate] of [request.reference, ...request.candidates].entries()) {
      const folder = join(scratch, String(i));
      await mkdir(folder);
      contenders.push(await openContender(candidate, folder, request));
    }
    const [reference, ...others] = contenders;
    const records: DriftedImage[] = [];
    let done = 0;
    for await (const entry of request.dataset.entries()) {
      throwIfCancelled(request.signal);
      if (request.limit !== undefined && done >= request.limit) break;
      if (entry.kind === 'problem') continue;
      records.push(...(await compareImage(entry.sample, reading, reference, others, request.threshold)));
      request.onImage(++done);
    }
    return records;
  } finally {
    for (const contender of contenders) await contender.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function compareImage(
  sample: Sample,
  reading: CheckedReading,
  reference: Contender,
  others: readonly Contender[],
  threshold: number,
): Promise<readonly DriftedImage[]> {
  const { id } = sample;
  const failed = (candidate: string, error: unknown): DriftedImage => ({
    candidate,
    id,
    status: 'failed',
    failure: toFailure(error),
  });
  let truth: GrayImage;
  let before: Awaited<ReturnType<Contender['stagesOf']>>;
  try {
    truth = await readChecked(sample.truthPath, reading);
    before = await reference.stagesOf(sample);
  } catch (error) {
    if (isOfModel(error)) throw error;
    return others.map(({ label }) => failed(label, error));
  }
  const referenceIou = iouOf(before.matte, truth, threshold);
  const records: DriftedImage[] = [];
  for (const { label, stagesOf } of others) {
    try {
      const after = await stagesOf(sample);
      const input = tensorDifference(before.input, after.input);
      const output = tensorDifference(before.output, after.output);
      const matte = matteDifference(before.matte, after.matte, threshold);
      const stage = stageOf(input, output, matte);
      const candidateIou = iouOf(after.matte, truth, threshold);
      records.push({
        candidate: label,
        id,
        status: 'compared',
        input,
        output,
        matte,
        stage,
        referenceIou,
        candidateIou,
      });
    } catch (error) {
      if (isOfModel(error)) throw error;
      records.push(failed(label, error));
    }
  }
  return records;
}

/** Failures that every further image would meet again. */
const OF_MODEL: ReadonlySet<string> = new Set(['device.unavailable', 'model.load', 'model.signature']);

function isOfModel(error: unknown): boolean {
  return error instanceof MaskbenchError && OF_MODEL.has(error.code);
}
