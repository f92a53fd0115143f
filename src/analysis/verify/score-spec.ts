import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sample } from '../../datasets/dataset.js';
import { readChecked, type CheckedReading } from '../../datasets/values/read-checked.js';
import { feedingOf } from '../../models/feedings/registry.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import type { OutputTensor } from '../../models/pixels/tensor.js';
import type { GrayImage, MaskImage } from '../../image/raster.js';
import { runnerOptionsSchema } from '../../runners/onnx/session-options.js';
import type { StagedNetwork } from '../../runners/runner.js';
import { iouOf } from '../../scoring/iou-of.js';

/** What a spec reaches on a few samples. */
export interface SpecScore {
  readonly iou: number;
  /** Mean absolute error of the mattes, 0..1: sees what the threshold hides. */
  readonly mae: number;
  /** Images without a matte: NaN, constant, of the wrong shape. They count 0 and 1. */
  readonly failed: number;
}

/** What a network gave for a sample, kept so that it can be read in other ways. */
export interface RawOutput {
  readonly truth: MaskImage;
  readonly output: OutputTensor;
}

const THRESHOLD = 128;

/** Feeds the samples to the network and keeps the raw outputs, one process for all of them. */
export async function inferAll(
  network: StagedNetwork,
  spec: NetworkSpec,
  samples: readonly Sample[],
  truths: CheckedReading,
  scratch: string,
  threads: number,
): Promise<readonly RawOutput[]> {
  const folder = join(scratch, 'stages');
  await mkdir(folder, { recursive: true });
  const runner = await network.open({
    spec,
    device: { provider: 'cpu', index: 0 },
    options: runnerOptionsSchema.parse({}),
    threads,
    folder,
  });
  try {
    const outputs: RawOutput[] = [];
    for (const sample of samples) {
      const output = await runner.outputOf(sample);
      outputs.push({ truth: await readChecked(sample.truthPath, truths), output });
    }
    return outputs;
  } finally {
    await runner.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads raw outputs as a spec says, and scores the mattes. */
export async function scoreOutputs(spec: NetworkSpec, outputs: readonly RawOutput[]): Promise<SpecScore> {
  const feeding = feedingOf(spec);
  let [iou, mae, failed] = [0, 0, 0];
  for (const { truth, output } of outputs) {
    try {
      const matte = await feeding.read(output, truth.width, truth.height);
      iou += iouOf(matte, truth, THRESHOLD) ?? 0;
      mae += meanAbsoluteError(matte, truth);
    } catch {
      mae += 1;
      failed++;
    }
  }
  const count = Math.max(1, outputs.length);
  return { iou: iou / count, mae: mae / count, failed };
}

function meanAbsoluteError(a: GrayImage, { data, ignore }: MaskImage): number {
  let [sum, counted] = [0, 0];
  for (let i = 0; i < a.data.length; i++) {
    if (ignore?.[i] === 1) continue;
    sum += Math.abs(a.data[i] - data[i]);
    counted++;
  }
  return sum / 255 / Math.max(1, counted);
}
