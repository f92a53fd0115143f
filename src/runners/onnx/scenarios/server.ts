import { predictMs } from '../../phases.js';
import type { TimedProcess } from '../timing/timed-process.js';
import { percentileOf, poissonArrivals, simulatedRate, type Demand } from './queue.js';

/** What a rate of requests did to their latency, counted from the moment that each was due. */
interface RateTrial {
  readonly perSecond: number;
  readonly n: number;
  readonly p50Ms: number;
  /** The percentile of the demand. */
  readonly percentileMs: number;
  readonly maxMs: number;
  /** Share of the requests answered within the bound. */
  readonly withinBound: number;
  readonly held: boolean;
}

interface ServerRequest {
  /** Warm, with its images decoded. */
  readonly process: Pick<TimedProcess, 'measure'>;
  readonly images: number;
  /** What single predictions took, milliseconds. */
  readonly serviceMs: readonly number[];
  readonly demand: Demand;
  /** Requests of a trial. */
  readonly requests: number;
  /** A fresh, equal start of the random streams for every label. */
  readonly streams: (label: string) => {
    readonly gap: () => number;
    readonly below: (bound: number) => number;
  };
}

interface ServerResult {
  /** In the order in which they were made. */
  readonly trials: readonly RateTrial[];
  /** The highest rate, requests a second, of a trial that held; null if none did. */
  readonly sustainedPerSecond: number | null;
}

/** Each trial after one that did not hold asks for this much less. */
const STEP_DOWN = 0.92;
const TRIALS = 6;

/**
 * The highest rate of Poisson arrivals that a process sustains within the demand. A simulation of the queue says where to
 * begin; what counts are the trials that were really made, from there downwards until one holds.
 */
export async function findSustainedRate(request: ServerRequest): Promise<ServerResult> {
  const { serviceMs, demand, streams } = request;
  let rate = simulatedRate(serviceMs, demand, () => streams('simulation'));
  const trials: RateTrial[] = [];
  for (let i = 0; i < TRIALS && rate > 0; i++, rate *= STEP_DOWN) {
    const trial = await tryRate(request, rate, i);
    trials.push(trial);
    if (trial.held) return { trials, sustainedPerSecond: rate };
  }
  return { trials, sustainedPerSecond: null };
}

async function tryRate(
  { process, images, demand, requests, streams }: ServerRequest,
  perSecond: number,
  index: number,
): Promise<RateTrial> {
  const { gap, below } = streams(`trial ${index}`);
  const arrivalsMs = poissonArrivals(requests, perSecond, gap);
  const order = arrivalsMs.map(() => below(images));
  const { samples } = await process.measure({ order, arrivalsMs });
  const latencies = samples.map(
    ({ startMs, phases }, i) => startMs + predictMs(phases) - (arrivalsMs[i] ?? 0),
  );
  const percentileMs = percentileOf(latencies, demand.p);
  return {
    perSecond,
    n: latencies.length,
    p50Ms: percentileOf(latencies, 0.5),
    percentileMs,
    maxMs: Math.max(...latencies),
    withinBound: latencies.filter((ms) => ms <= demand.boundMs).length / latencies.length,
    held: percentileMs <= demand.boundMs,
  };
}
