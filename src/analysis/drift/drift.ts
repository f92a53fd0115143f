import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { cellFailure, type Failure, toFailure } from '../../core/failure.js';
import { takeImages, type ImageChoice } from '../../datasets/draw-sample.js';
import type { Sample } from '../../datasets/dataset.js';
import type { Dataset } from '../../datasets/load.js';
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
import type { ResampleFilter } from '../../image/resample.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import { loadModelSpec } from '../../runners/load-spec.js';
import { runnerOf } from '../../runners/runner-of.js';
import type { StageSession } from '../../runners/runner.js';
import { filterSchema } from '../../models/spec/input-spec.js';
import { type DeviceRequest, parseDevice } from '../../runners/device.js';
import { type RunnerOptions, runnerOptionsSchema } from '../../runners/onnx/session-options.js';

interface DriftRequest extends ImageChoice {
  readonly reference: DriftCandidate;
  readonly candidates: readonly DriftCandidate[];
  readonly dataset: Dataset;
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
 * @returns a record per image and candidate, in the dataset's order.
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
    failure: cellFailure(toFailure(error)),
  });
  let truth: MaskImage;
  let before: Awaited<ReturnType<Contender['stagesOf']>>;
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

/** A model in a process of its own. */
export interface Contender extends StageSession {
  readonly label: string;
}

export async function openContender(
  candidate: DriftCandidate,
  folder: string,
  { cwd, offline, signal }: { readonly cwd: string; readonly offline: boolean; readonly signal: AbortSignal },
): Promise<Contender> {
  const { label, model, device, threads, options } = candidate;
  const loaded = await loadModelSpec(model, cwd);
  const runner = runnerOf(loaded.spec);
  if (runner.stages === undefined) {
    throw new MaskbenchError('usage', `no stages to compare in ${runner.title}`, {
      where: label,
      remedy: 'compare their scores with "maskbench compare"',
    });
  }
  const network = runner.stages(await runner.ensure(loaded, { signal, ...(offline ? { offline } : {}) }));
  const spec = candidate.resample === undefined ? network.spec : resampled(network.spec, candidate.resample);
  return { label, ...(await network.open({ spec, device, options, threads, folder })) };
}

function resampled(spec: NetworkSpec, resample: ResampleFilter): NetworkSpec {
  switch (spec.feeding) {
    case 'matte':
      return { ...spec, input: { ...spec.input, resample }, output: { ...spec.output, resample } };
    case 'classes':
      return { ...spec, input: { ...spec.input, resample }, output: { ...spec.output, resample } };
    case 'sam':
      throw new MaskbenchError('usage', 'SAM pictures are warped, not resampled', {
        where: spec.name,
        remedy: 'put another input.warp into a spec that extends it',
      });
  }
}

/** A model and how it is run. */
interface DriftCandidate {
  /** As the user wrote it. */
  readonly label: string;
  /** Name, or path of a YAML file. */
  readonly model: string;
  readonly device: DeviceRequest;
  readonly threads: number;
  readonly options: RunnerOptions;
  /** In place of the spec's filters, on the way in and on the way back. */
  readonly resample: ResampleFilter | undefined;
}

/**
 * Reads `isnet-fp16`, `isnet-fp16@webgpu`, `isnet-fp16@cpu+threads=1+resample=pillow-bilinear`.
 *
 * @throws MaskbenchError `usage`, saying what can follow the `+`.
 */
export function parseCandidate(label: string, defaultThreads: number): DriftCandidate {
  const [place, ...settings] = label.split('+');
  // A path may hold an @ as well; a device has neither slash nor dot.
  const [, model = '', device = 'cpu'] = /^(.*?)(?:@([^@/\\.]*))?$/.exec(place) ?? [];
  if (model === '') throw new MaskbenchError('usage', `"${label}" names no model`);
  let threads = defaultThreads;
  let options = runnerOptionsSchema.parse({});
  let resample: ResampleFilter | undefined;
  for (const setting of settings) {
    const [key, value = ''] = setting.split('=');
    if (key === 'threads' && /^[1-9]\d{0,3}$/.test(value)) threads = Number(value);
    else if (key === 'graph') options = { ...options, graphOptimization: graphOf(value, label) };
    else if (key === 'resample') resample = filterOf(value, label);
    else {
      throw new MaskbenchError('usage', `"${setting}" is not a setting`, {
        where: label,
        remedy: 'expected threads=<n>, graph=disabled|basic|extended|all or resample=<filter>',
      });
    }
  }
  return { label, model, device: parseDevice(device), threads, options, resample };
}

function filterOf(value: string, label: string): ResampleFilter {
  const result = filterSchema.safeParse(value);
  if (result.success) return result.data;
  throw new MaskbenchError('usage', `"${value}" is not a filter`, {
    where: label,
    remedy: `expected ${filterSchema.options.join(', ')}`,
  });
}

function graphOf(value: string, label: string): RunnerOptions['graphOptimization'] {
  const result = runnerOptionsSchema.shape.graphOptimization.safeParse(value);
  if (result.success) return result.data;
  throw new MaskbenchError('usage', `"${value}" is not a graph optimization`, {
    where: label,
    remedy: 'expected disabled, basic, extended or all',
  });
}
