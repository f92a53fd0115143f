import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { cellFailure, type Failure, toFailure } from '../../core/failure.js';
import { takeImages } from '../../datasets/draw-sample.js';
import type { Sample } from '../../datasets/dataset.js';
import { readingOfTruths } from '../../datasets/values/decide-truths.js';
import { type CheckedReading, readChecked } from '../../datasets/values/read-checked.js';
import type { MaskImage } from '../../image/raster.js';
import { iouOf } from '../../scoring/iou-of.js';
import {
  matteDifference,
  type MatteDifference,
  type Stage,
  stageOf,
  tensorDifference,
  type TensorDifference,
} from './difference.js';
import { type Contender, type FoundStages, openContender } from './contender.js';
import { type ContendersRequest, openServices } from './services.js';

interface DriftRequest extends ContendersRequest {
  readonly threshold: number;
  onImage(done: number): void;
}

/** Where both are networks. */
interface StageDifferences {
  readonly input: TensorDifference;
  readonly output: TensorDifference;
  readonly stage: Stage;
}

interface Drift {
  /** A record per image and candidate, in the dataset's order. */
  readonly images: readonly DriftedImage[];
  /** Of the models that say theirs, the reference among them, by how the user wrote them. */
  readonly versions: Readonly<Record<string, string>>;
}

/** One candidate's matte of one image beside the reference's. */
export type DriftedImage = { readonly candidate: string; readonly id: string } & (
  | ({
      readonly status: 'compared';
      readonly matte: MatteDifference;
      /** IoU with the ground truth; null where that is undefined. */
      readonly referenceIou: number | null;
      readonly candidateIou: number | null;
    } & Partial<StageDifferences>)
  | { readonly status: 'failed'; readonly failure: Failure }
);

/**
 * Holds candidates against a reference, image by image and, where both are networks, stage by stage. All models are loaded at
 * once, each in a process of its own, and an image goes through one after another; its tensors are held only as long. Services
 * are called before that, for all images.
 *
 * @throws MaskbenchError for models that cannot be had, loaded or fed, or `cancelled`.
 */
export async function measureDrift(request: DriftRequest): Promise<Drift> {
  const reading = await readingOfTruths(request.dataset, request.signal);
  const scratch = await mkdtemp(join(tmpdir(), 'maskbench-drift-'));
  const contenders: Contender[] = [];
  try {
    const services = await openServices(request);
    for (const [i, candidate] of [request.reference, ...request.candidates].entries()) {
      const folder = join(scratch, String(i));
      await mkdir(folder);
      contenders.push(services.get(candidate.label) ?? (await openContender(candidate, folder, request)));
    }
    const [reference, ...others] = contenders;
    const records: DriftedImage[] = [];
    let done = 0;
    const { dataset, signal } = request;
    const { entries } = await takeImages(dataset.name, dataset.entries(), request, signal);
    for await (const entry of entries) {
      throwIfCancelled(signal);
      if (entry.kind === 'problem') {
        const { id, code, message, path: where } = entry.problem;
        for (const { label } of others)
          records.push({ candidate: label, id, status: 'failed', failure: { code, message, where } });
        continue;
      }
      records.push(...(await compareImage(entry.sample, reading, reference, others, request.threshold)));
      request.onImage(++done);
    }
    if (records.length === 0)
      throw new MaskbenchError('data.missing', 'the dataset holds no pair to compare mattes on', {
        where: request.dataset.name,
      });
    const versions = contenders.flatMap(({ label, version }) =>
      version === undefined ? [] : [[label, version] as const],
    );
    return { images: records, versions: Object.fromEntries(versions) };
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
    failure: cellFailure(toFailure(error)),
  });
  let truth: MaskImage;
  let before: FoundStages;
  let referenceIou: number | null;
  try {
    truth = await readChecked(sample.truthPath, reading);
    before = await reference.stagesOf(sample);
    referenceIou = iouOf(before.matte, truth, threshold);
  } catch (error) {
    if (isOfModel(error)) throw error;
    return others.map(({ label }) => failed(label, error));
  }
  const records: DriftedImage[] = [];
  for (const { label, stagesOf } of others) {
    try {
      const after = await stagesOf(sample);
      // Which sees that they are of one size.
      const candidateIou = iouOf(after.matte, truth, threshold);
      const matte = matteDifference(before.matte, after.matte, threshold);
      const stages = stagesBetween(before, after, matte);
      const scores = { referenceIou, candidateIou };
      records.push({ candidate: label, id, status: 'compared', ...stages, matte, ...scores });
    } catch (error) {
      if (isOfModel(error)) throw error;
      records.push(failed(label, error));
    }
  }
  return records;
}

function stagesBetween(
  before: FoundStages,
  after: FoundStages,
  matte: MatteDifference,
): StageDifferences | undefined {
  if (before.stages === undefined || after.stages === undefined) return undefined;
  const input = tensorDifference(before.stages.input, after.stages.input);
  const output = tensorDifference(before.stages.output, after.stages.output);
  return { input, output, stage: stageOf(input, output, matte) };
}

/** Failures that every further image would meet again, or that end all. */
const OF_MODEL: ReadonlySet<string> = new Set([
  'cancelled',
  'device.unavailable',
  'device.busy',
  'model.load',
  'model.signature',
]);

function isOfModel(error: unknown): boolean {
  return error instanceof MaskbenchError && OF_MODEL.has(error.code);
}
