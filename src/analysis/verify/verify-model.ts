import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import type { Sample } from '../../datasets/dataset.js';
import type { Dataset } from '../../datasets/load.js';
import { readingOfTruths } from '../../datasets/values/decide-truths.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import { runnerOptionsSchema } from '../../runners/onnx/session-options.js';
import type { StagedNetwork, StageSession } from '../../runners/runner.js';
import { hypothesesFor } from './hypotheses.js';
import { inferAll, scoreOutputs, type RawOutput, type SpecScore } from './score-spec.js';

interface VerifyRequest {
  readonly network: StagedNetwork;
  readonly dataset: Dataset;
  readonly threads: number;
  /** Said before each way of feeding that is tried. */
  onTry(mistake: string): void;
  readonly signal: AbortSignal;
}

/** A spec that differs in one point, and what it would reach. */
interface Alternative extends SpecScore {
  readonly mistake: string;
  readonly fix: string;
}

export interface Verification extends SpecScore {
  readonly images: number;
  /** Smallest and greatest value of the raw outputs. */
  readonly range: readonly [min: number, max: number];
  /** `unrecorded`: the spec says no score for this dataset. */
  readonly verdict: 'as recorded' | 'differs' | 'unrecorded';
  readonly expected: { readonly iou: number; readonly mae: number | null } | null;
  /** What the raw values alone give away. */
  readonly hints: readonly string[];
  /** Those that explain the score, best first; looked for only where something is wrong. */
  readonly alternatives: readonly Alternative[];
}

/** Samples that are taken at most: the first ones. */
const ENOUGH = 16;

/** How much better than the given spec an alternative must be where no score is recorded. */
const CLEARLY = 0.05;

/**
 * Scores a model on a dataset against the score that its spec records, and where they differ looks for the mistake by
 * mending the usual ones, one at a time.
 *
 * @throws MaskbenchError where the model cannot be run at all, or `cancelled`.
 */
export async function verifyModel(request: VerifyRequest): Promise<Verification> {
  const { network, dataset } = request;
  const { spec } = network;
  const samples = await samplesOf(dataset);
  const folder = await mkdtemp(join(tmpdir(), 'maskbench-verify-'));
  let session: StageSession | undefined;
  try {
    const truths = await readingOfTruths(dataset, request.signal);
    // One process for all ways of feeding: large networks take long to load.
    const opened = (session = await network.open({
      device: { provider: 'cpu', index: 0 },
      options: runnerOptionsSchema.parse({}),
      threads: request.threads,
      folder,
    }));
    const infer = async (as: NetworkSpec): Promise<readonly RawOutput[]> => {
      throwIfCancelled(request.signal);
      return inferAll(opened, as, samples, truths);
    };
    const outputs = await infer(spec);
    const { score, hints } = await scoreOutputs(spec, outputs);
    const recorded = spec.expected?.dataset === dataset.name ? spec.expected : undefined;
    const fits = ({ iou, mae }: SpecScore): boolean =>
      recorded !== undefined &&
      Math.abs(iou - recorded.iou) <= recorded.tolerance &&
      Math.abs(mae - (recorded.mae ?? mae)) <= recorded.tolerance;
    const verdict = recorded === undefined ? 'unrecorded' : fits(score) ? 'as recorded' : 'differs';
    const search = verdict === 'differs' || hints.length > 0;
    const tried = search ? await tryAll(request, outputs, infer) : [];
    const better = tried.filter((one) => fits(one) || one.iou >= score.iou + CLEARLY);
    const distance = ({ iou, mae }: SpecScore): number =>
      Math.abs(iou - (recorded?.iou ?? 1)) + Math.abs(mae - (recorded?.mae ?? 0));
    better.sort((a, b) => distance(a) - distance(b));
    return {
      images: samples.length,
      ...score,
      range: rangeOf(outputs),
      verdict,
      expected: recorded === undefined ? null : { iou: recorded.iou, mae: recorded.mae ?? null },
      hints,
      alternatives: better,
    };
  } finally {
    await session?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function tryAll(
  request: VerifyRequest,
  outputs: readonly RawOutput[],
  infer: (as: NetworkSpec) => Promise<readonly RawOutput[]>,
): Promise<Alternative[]> {
  const { spec } = request.network;
  // Class numbers and prompts are no matter of a spec's usual mistakes.
  if (spec.feeding !== 'matte') return [];
  const dims = outputs[0]?.output.dims ?? [];
  const channels = dims.length === 4 ? (spec.output.layout === 'nchw' ? dims[1] : dims[3]) : 1;
  const alternatives: Alternative[] = [];
  for (const hypothesis of hypothesesFor(spec, channels)) {
    const { mistake, fix, readingOnly } = hypothesis;
    if (!readingOnly) request.onTry(mistake);
    const own = readingOnly ? outputs : await infer(hypothesis.spec);
    const { score } = await scoreOutputs(hypothesis.spec, own);
    alternatives.push({ mistake, fix, ...score });
  }
  return alternatives;
}

async function samplesOf(dataset: Dataset): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for await (const entry of dataset.entries()) {
    if (entry.kind === 'sample') samples.push(entry.sample);
    if (samples.length === ENOUGH) break;
  }
  if (samples.length === 0) {
    throw new MaskbenchError('data.empty', `dataset "${dataset.name}" has no pairs`, { where: dataset.root });
  }
  return samples;
}

function rangeOf(outputs: readonly RawOutput[]): readonly [number, number] {
  let [min, max] = [Infinity, -Infinity];
  for (const { output } of outputs) {
    for (const value of output.data) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return [min, max];
}
