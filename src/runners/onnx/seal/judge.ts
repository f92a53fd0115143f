import { percent } from '../../../core/text.js';
import type { SealPart } from '../../../schema/seal.js';
import { isProven, type ProviderProof } from '../proof/prove-provider.js';
import { SLOW_MS, type WarmUp } from '../timing/warm-up.js';
import { medianMs, spreadOf, windowsOf } from '../timing/windows.js';
import type { Conditions } from './conditions.js';

/** All that the seal of one model's times is decided by. */
export interface SealEvidence {
  /** `only-provider`: the session had no other one to run on. Null if it was not checked where the nodes run. */
  readonly proof: Pick<ProviderProof, 'provider' | 'nodes'> | 'only-provider' | null;
  /** What else computed for inference at the time, in words; none if nothing did. */
  readonly neighbours: readonly string[];
  readonly warmUp: Pick<WarmUp, 'inferenceMs' | 'totalMs' | 'settled'>;
  /** Milliseconds of every recorded prediction, pass by pass over the same images. */
  readonly passes: readonly (readonly number[])[];
  /** Recorded predictions of the dataset that has the fewest, and how many the figures need. */
  readonly samples: number;
  readonly samplesNeeded: number;
  /** How far windows may lie apart, e.g. 0.1. */
  readonly tolerance: number;
  /** Of a moment in which we did nothing; null if nobody looked. */
  readonly before: Conditions | null;
  readonly during: Conditions;
  /** Why the card lowered its clocks while it was measured, each once. `untold` by a card that could tell; null where none can. */
  readonly gpuThrottling: readonly string[] | 'untold' | null;
}

/** The parts of the seal in their order, each with what was found. */
export function judgeSeal(evidence: SealEvidence): readonly SealPart[] {
  return [
    providerPart(evidence),
    isolatedPart(evidence),
    warmedPart(evidence),
    steadyPart(evidence),
    samplesPart(evidence),
    unthrottledPart(evidence),
    idlePart(evidence),
    clockPart(evidence),
  ];
}

function providerPart({ proof }: SealEvidence): SealPart {
  if (proof === null)
    return { name: 'provider', pass: false, found: 'it was not checked where the nodes run' };
  if (proof === 'only-provider')
    return { name: 'provider', pass: true, found: 'the only provider of the session' };
  const placed = Object.entries(proof.nodes).map(([name, count]) => `${count} nodes on ${name}`);
  const found = `asked for ${proof.provider}: ${placed.join(', ') || 'no nodes'}`;
  return { name: 'provider', pass: isProven(proof), found };
}

function isolatedPart({ neighbours }: SealEvidence): SealPart {
  return {
    name: 'isolated',
    pass: neighbours.length === 0,
    found: neighbours.length === 0 ? 'no other inference on this machine' : neighbours.join('; '),
  };
}

const WARM = { inferences: 20, ms: 3000, slowInferences: 5 };

function warmedPart({ warmUp, passes, tolerance }: SealEvidence): SealPart {
  const { inferenceMs, totalMs, settled } = warmUp;
  const n = inferenceMs.length;
  const slow = n > 0 && medianMs(inferenceMs) > SLOW_MS;
  const enough = slow ? n >= WARM.slowInferences : n >= WARM.inferences && totalMs >= WARM.ms;
  const excess = firstExcess(passes);
  const found = [
    `${n} inferences, ${(totalMs / 1000).toFixed(1)} s`,
    ...(enough
      ? []
      : [`needed ${slow ? WARM.slowInferences : `${WARM.inferences} and ${WARM.ms / 1000} s`}`]),
    ...(settled === false ? ['still changing'] : []),
    ...(excess > tolerance ? [`the first recorded pass was ${percent(excess)} slower than the others`] : []),
  ];
  return {
    name: 'warmed',
    pass: enough && settled !== false && excess <= tolerance,
    found: found.join(', '),
  };
}

/** How much slower the first tenth of the passes was than the rest, by their medians; 0 where that cannot be told. */
function firstExcess(passes: readonly (readonly number[])[]): number {
  const first = Math.ceil(passes.length / 10);
  if (passes.length < 3) return 0;
  return Math.max(0, medianMs(passes.slice(0, first).flat()) / medianMs(passes.slice(first).flat()) - 1);
}

function steadyPart({ passes, tolerance }: SealEvidence): SealPart {
  const windows = windowsOf(passes, 3);
  const spread = windows.length === 0 ? Number.POSITIVE_INFINITY : spreadOf(windows);
  const found =
    windows.length === 0
      ? `${passes.length} ${passes.length === 1 ? 'pass is' : 'passes are'} too few for three windows`
      : `three windows ${percent(spread)} apart, allowed ${percent(tolerance)}`;
  return { name: 'steady', pass: spread <= tolerance, found };
}

function samplesPart({ samples, samplesNeeded }: SealEvidence): SealPart {
  return {
    name: 'samples',
    pass: samples >= samplesNeeded,
    found: `${samples} of each dataset, needed ${samplesNeeded}`,
  };
}

/** A container's limit that costs less than this share of the time is not felt. */
const LIMITED_SHARE = 0.005;

function unthrottledPart({ during, gpuThrottling }: SealEvidence): SealPart {
  const { thermalEvents, limitedMs, durationMs } = during;
  const troubles = [
    ...(thermalEvents !== null && thermalEvents > 0
      ? [`processors slowed for heat ${thermalEvents} times`]
      : []),
    ...(limitedMs !== null && limitedMs > LIMITED_SHARE * durationMs
      ? [`held back ${limitedMs.toFixed(0)} ms by the container's limit`]
      : []),
    ...(gpuThrottling === 'untold'
      ? ['the GPU reported no clocks meanwhile']
      : (gpuThrottling ?? []).map((reason) => `GPU: ${reason}`)),
  ];
  const told = [
    ...(thermalEvents === null ? [] : ['processor heat']),
    ...(limitedMs === null ? [] : ['container limit']),
    ...(gpuThrottling === null ? [] : ['GPU clocks']),
  ];
  const quiet =
    told.length === 0 ? 'this machine reports nothing about throttling' : `none (${told.join(', ')})`;
  return { name: 'unthrottled', pass: troubles.length === 0, found: troubles.join('; ') || quiet };
}

/** Shares of all processors' time. */
const FOREIGN_ALLOWED = 0.03;
const STEAL_ALLOWED = 0.01;

function idlePart({ before, during }: SealEvidence): SealPart {
  const moments = [
    ...(before === null ? [] : [{ when: 'before', ...before }]),
    { when: 'during', ...during },
  ];
  const pass = moments.every(
    ({ foreignCpu, steal }) =>
      foreignCpu !== null && foreignCpu <= FOREIGN_ALLOWED && (steal ?? 0) <= STEAL_ALLOWED,
  );
  const found = moments.map(({ when, foreignCpu, steal }) => {
    const foreign = foreignCpu === null ? 'an unknown share' : percent(foreignCpu);
    const stolen = steal === null || steal === 0 ? '' : `, the hypervisor took ${percent(steal)}`;
    return `${when}: others used ${foreign} of the processors${stolen}`;
  });
  return { name: 'idle', pass, found: `${found.join('; ')}; allowed ${percent(FOREIGN_ALLOWED)}` };
}

/** The calendar's clock may be slewed; what moves further than this was set, or the machine slept. */
const STEP_MS = 50;
const SLEW = 0.001;
/** Counts timer interrupts: too coarse to time anything by. */
const COARSE = 'jiffies';

function clockPart({ before, during }: SealEvidence): SealPart {
  const sources = [...new Set([...(before?.clockSources ?? []), ...during.clockSources])];
  const stepped = during.clockStepMs > STEP_MS + SLEW * during.durationMs;
  const troubles = [
    ...(sources.length > 1 ? [`the clock source changed: ${sources.join(', ')}`] : []),
    ...(sources.includes(COARSE) ? [`the clock source is ${COARSE}`] : []),
    ...(stepped ? [`the clocks drifted apart by ${during.clockStepMs.toFixed(0)} ms`] : []),
  ];
  const quiet = sources.length === 0 ? 'the clock source is unknown' : sources.join(', ');
  return { name: 'clock', pass: troubles.length === 0, found: troubles.join('; ') || quiet };
}
