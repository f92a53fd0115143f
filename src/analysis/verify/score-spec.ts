import type { Sample } from '../../datasets/dataset.js';
import { decodeTruth } from '../../image/codec.js';
import { feedingOf } from '../../models/feedings/registry.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import type { OutputTensor } from '../../models/pixels/tensor.js';
import type { GrayImage } from '../../image/raster.js';
import type { StageSession } from '../../runners/runner.js';
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
  readonly truth: GrayImage;
  readonly output: OutputTensor;
}

const THRESHOLD = 128;

/** Feeds the samples to the network as a spec says, and keeps the raw outputs. */
export async function inferAll(
  session: StageSession,
  spec: NetworkSpec,
  samples: readonly Sample[],
): Promise<readonly RawOutput[]> {
  const outputs: RawOutput[] = [];
  for (const sample of samples) {
    const output = await session.outputOf(sample, spec);
    outputs.push({ truth: await decodeTruth(sample.truthPath), output });
  }
  return outputs;
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

function meanAbsoluteError(a: GrayImage, b: GrayImage): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += Math.abs(a.data[i] - b.data[i]);
  return sum / 255 / Math.max(1, a.data.length);
}
