import { z } from 'zod';
import { hintFor, unknownName } from '../../../core/names.js';
import { lateBound } from '../../../core/plugins/late-bound.js';
import { boundedRange } from '../../../metrics/metric.js';
import { knownMetrics, metaOf } from '../../../metrics/registry.js';
import type { PairComparison, RemeasuredRound } from '../../../schema/comparison.js';
import type { Check } from '../../../schema/verdict.js';
import type { Resampling } from '../../compare/metric-comparison.js';
import type { PairedDataset } from '../../compare/paired-images.js';
import type { Assumption } from '../../../schema/verdict.js';
import type { SampleName } from '../../../store/records.js';
import type { Claim } from '../evidence/claims.js';
import type { Followed, Looks } from '../evidence/followed.js';
import type { Measure } from '../remeasure/measure.js';

/** One rule of gates: its key in the gate file, what may stand there, and how it judges a pair of models. */
export interface GateRule<Key extends string = string, Schema extends z.ZodType = z.ZodType> {
  /** In the gate file. */
  readonly key: Key;
  /** What stands under the key: a list that defaults to none, or an object that is optional. */
  readonly schema: Schema;
  /** The kind of its checks in every output, e.g. `tail`; several rules may share one. */
  readonly kind: string;
  /** Ids of the metrics that it is about; without this, none. */
  metricsOf?(asked: Asked<Schema>): readonly string[];
  /** Whether it needs times that are measured for the check; without this, it does not. */
  needsTimes?(asked: Asked<Schema>): boolean;
  /** How those times are to be measured; the first rule of a gate that says so is followed. */
  measureOf?(asked: Asked<Schema>): Measure | undefined;
  /** Whether a measurement fails it: it is then confirmed by one more, and by no third. */
  isFailedBy?(asked: Asked<Schema>, round: RemeasuredRound): boolean;
  /** Why generated masks say nothing of it; the self-test leaves such a rule out, and says so. */
  readonly notGenerated?: string;
  /** Whether it is about this very image: one that comes before all others where images are looked at as they come in. */
  wants?(asked: Asked<Schema>, sample: SampleName): boolean;
  /** Whether it is about means of its metrics, which take a largest and a smallest value to be bounded. */
  readonly ofMeans?: true;
  /** A figure under its key that everything passes, or nothing: where it stands, and what would be right. */
  faultsOf?(asked: Asked<Schema>): readonly Fault[];
  /** Refuses to judge images by what none of them has. @throws MaskbenchError `config.unknown-name`. */
  assertThere?(asked: Asked<Schema>, datasets: readonly PairedDataset[]): void;
  /** Checks that are decided, and claims on means and shares, which are decided together with those of all other rules. */
  judge(asked: Asked<Schema>, on: JudgedPair): readonly Finding[];
}

interface Fault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The faults of a rule's list, entry by entry. */
export function faultsIn<T extends { readonly metric: string }, K extends string & keyof T>(
  asked: readonly T[],
  field: K,
  faultOf: (metric: string, value: T[K]) => string | undefined,
): readonly Fault[] {
  return asked.flatMap((one, i) => {
    const message = faultOf(one.metric, one[field]);
    return message === undefined ? [] : [{ path: [i, field], message }];
  });
}

/** @throws MaskbenchError `config.unknown-name` for a rule on a dataset that is not there: no image would ever decide it. */
export function assertDatasets(
  key: string,
  asked: readonly { readonly dataset?: string | undefined }[],
  datasets: readonly PairedDataset[],
): void {
  const names = datasets.map(({ name }) => name);
  for (const { dataset } of asked) {
    if (dataset !== undefined && !names.includes(dataset))
      throw unknownName(`${key} of the gate: no image is of the dataset`, dataset, names);
  }
}

/** What a gate says under a rule's key, where it says something. */
export type Asked<Schema extends z.ZodType> = NonNullable<z.output<Schema>>;

/**
 * A check without its kind, with what it follows where it rests on means, or a claim for the one family that Holm's
 * correction covers.
 */
export type Finding = (Omit<Check, 'kind'> & { readonly followed?: readonly Followed[] }) | Claim;

/** One pair of models with everything that a rule may judge it by. */
export interface JudgedPair {
  /** Without those that a model was trained on: they prove nothing about new pictures. */
  readonly datasets: readonly PairedDataset[];
  /** Times, peak memory and file sizes. */
  readonly comparison: PairComparison;
  /** Whether it is one model file, fed in one way, that made the same mattes of all images on both sides. */
  readonly isIdentical: boolean;
  /** Of every one-sided bound. */
  readonly level: number;
  /** What the gate takes for granted of the images that are not there; null: nothing. */
  readonly assume: Assumption | null;
  /** Fewer decide nothing. */
  readonly minimumImages: number;
  /** Whether open claims say what they would take, by simulation: some seconds each. */
  readonly explain: boolean;
  /** Of images that are looked at while they come in: what the looks have shown of each claim. */
  readonly looks?: Looks | undefined;
  /** Then also: the images that rules want by id, which are there before their turn. */
  readonly named?: readonly PairedDataset[] | undefined;
  readonly resampling: Resampling;
}

/**
 * Why a difference of two scores of a metric decides nothing; undefined for one that can be reached and missed.
 *
 * @param what it is: `a margin`
 */
export function differenceFault(what: string, metric: string, value: number): string | undefined {
  const range = boundedRange(metaOf(metric));
  const width = range === null ? Number.POSITIVE_INFINITY : range[1] - range[0];
  if (value < width) return undefined;
  return `${what} for ${metric} must lie below ${width}${width === 1 ? ' (5 % is 0.05)' : ''}`;
}

/** Why no score of a metric, or every one, is better than this; undefined for a limit that scores can lie on both sides of. */
export function limitFault(what: string, metric: string, value: number): string | undefined {
  const { range, better } = metaOf(metric);
  const [low, high] = [range[0], range[1] ?? Number.POSITIVE_INFINITY];
  // worse is below the limit, or above it: at the best score there is still something worse
  if (better === 'higher' ? low < value && value <= high : low <= value && value < high) return undefined;
  const example = low === 0 && high === 1 ? ' (50 % is 0.5)' : '';
  const to =
    high === Number.POSITIVE_INFINITY ? '' : ` and ${better === 'higher' ? 'at most' : 'below'} ${high}`;
  return `${what} for ${metric} must lie ${better === 'higher' ? 'above' : 'at or above'} ${low}${to}${example}`;
}

/** A metric of the registry, by its id. */
export const metricId = lateBound(() => {
  const ids = knownMetrics().map(({ meta }) => meta.id);
  return z
    .enum(ids, {
      error: ({ input }) => {
        if (typeof input !== 'string') return undefined;
        return `unknown metric "${input}"; ${hintFor(input, ids, 'docs/metrics.md lists them, and "plugins" of the gate loads others')}`;
      },
    })
    .describe('A metric by its id (docs/metrics.md).');
});
