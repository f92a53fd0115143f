import type { ServerSummary } from '../../../schema/scenario-summary.js';
import { predictMs } from '../../phases.js';
import type { TimedProcess } from '../timing/timed-process.js';

type RateTrial = ServerSummary['trials'][number];

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

/** Each trial after one that did not hold asks for this much less. */
const STEP_DOWN = 0.92;
const TRIALS = 6;

/**
 * The highest rate of Poisson arrivals that a process sustains within the demand. A simulation of the queue says where to
 * begin; what counts are the trials that were really made, from there downwards until one holds.
 */
export async function findSustainedRate(
  request: ServerRequest,
): Promise<Pick<ServerSummary, 'trials' | 'sustainedPerSecond'>> {
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

/** A queue with one server, first come first served. Times in milliseconds. */

/** When requests arrive: `gap` gives exponential gaps of mean 1, so that arrivals are a Poisson stream of the rate. */
export function poissonArrivals(count: number, perSecond: number, gap: () => number): readonly number[] {
  const arrivals: number[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) arrivals.push((at += (gap() * 1000) / perSecond));
  return arrivals;
}

/** From a request's arrival to its answer, if each is served for so long (Lindley's recursion). */
export function queueLatencies(
  arrivalsMs: readonly number[],
  serviceMs: readonly number[],
): readonly number[] {
  let free = 0;
  return arrivalsMs.map((arrival, i) => {
    free = Math.max(free, arrival) + (serviceMs[i] ?? 0);
    return free - arrival;
  });
}

/** The value below which a share p of the values lies; the type of quantile does not matter for hundreds of them. */
export function percentileOf(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

interface Demand {
  /** The percentile that must stay below the bound, 0..1. */
  readonly p: number;
  readonly boundMs: number;
}

/** Requests of one simulation: the tail of a queue near its limit needs many. */
const REQUESTS = 20_000;
const STEPS = 18;

/**
 * The highest rate at which a queue with these service times should keep the demand, by bisection over simulated
 * queues, in requests per second; 0 if even single requests take too long. Where to look, not what to report.
 *
 * @param streams of random numbers, the same ones at every call: exponential gaps and positions among the service times
 */
export function simulatedRate(
  serviceMs: readonly number[],
  { p, boundMs }: Demand,
  streams: () => { readonly gap: () => number; readonly below: (bound: number) => number },
): number {
  const mean = serviceMs.reduce((sum, ms) => sum + ms, 0) / serviceMs.length;
  const holds = (perSecond: number): boolean => {
    const { gap, below } = streams();
    const arrivals = poissonArrivals(REQUESTS, perSecond, gap);
    const services = arrivals.map(() => serviceMs[below(serviceMs.length)] ?? mean);
    return percentileOf(queueLatencies(arrivals, services), p) <= boundMs;
  };
  if (percentileOf(serviceMs, p) > boundMs) return 0;
  let [low, high] = [0, 1000 / mean];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
