import type { Sample } from '../../datasets/dataset.js';
import { readChecked, type CheckedReading } from '../../datasets/values/read-checked.js';
import { feedingOf } from '../../models/feedings/registry.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import type { ReadOutput } from '../../models/pixels/raw-values.js';
import type { OutputTensor } from '../../models/pixels/tensor.js';
import { constantLevel, type MaskImage } from '../../image/raster.js';
import { createPair, createTruth } from '../../metrics/context.js';
import { alphaDifference } from '../../metrics/matting/alpha-difference.js';
import type { StageSession } from '../../runners/runner.js';
import { iouOf } from '../../scoring/iou-of.js';

/** What a spec reaches on a few samples. */
export interface SpecScore {
  readonly iou: number;
  /** Mean absolute error of the mattes, 0..1: sees what the threshold hides. */
  readonly mae: number;
  /** Images without a matte: NaN, or of the wrong shape. They count 0 and 1. */
  readonly failed: number;
  /** Images whose matte is the same everywhere. */
  readonly constant: number;
}

/** Raw outputs as a spec reads them. */
interface ReadOutputs {
  readonly score: SpecScore;
  /** What the raw values, all together, give away of a wrong spec. */
  readonly hints: readonly string[];
}

/** What a network gave for a sample, kept so that it can be read in other ways. */
export interface RawOutput {
  readonly truth: MaskImage;
  readonly output: OutputTensor;
}

const THRESHOLD = 128;

/** Feeds the samples to the network as a spec says, and keeps the raw outputs. */
export async function inferAll(
  session: StageSession,
  spec: NetworkSpec,
  samples: readonly Sample[],
  truths: CheckedReading,
): Promise<readonly RawOutput[]> {
  const outputs: RawOutput[] = [];
  for (const sample of samples) {
    const output = await session.outputOf(sample, spec);
    outputs.push({ truth: await readChecked(sample.truthPath, truths), output });
  }
  return outputs;
}

/** Reads raw outputs as a spec says, and scores the mattes. */
export async function scoreOutputs(spec: NetworkSpec, outputs: readonly RawOutput[]): Promise<ReadOutputs> {
  const feeding = feedingOf(spec);
  const known: ReadOutput[] = [];
  let [iou, mae, failed, constant] = [0, 0, 0, 0];
  for (const { truth, output } of outputs) {
    try {
      const matte = await feeding.read(output, truth.width, truth.height);
      iou += iouOf(matte, truth, THRESHOLD) ?? 0;
      const pair = createPair(matte, createTruth(truth));
      mae += pair.get(alphaDifference).sum / 255 / pair.truth.pixels;
      if (constantLevel(matte) !== undefined) constant++;
      const raw = feeding.rawRange?.(output, truth.width, truth.height);
      if (raw !== undefined) known.push({ raw });
    } catch {
      mae += 1;
      failed++;
    }
  }
  const count = Math.max(1, outputs.length);
  const hints = (feeding.doubts?.(known) ?? []).map(({ message }) => message);
  return { score: { iou: iou / count, mae: mae / count, failed, constant }, hints };
}
