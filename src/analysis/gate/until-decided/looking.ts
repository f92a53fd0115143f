import { MaskbenchError } from '../../../core/errors.js';
import { groupBy } from '../../../core/group.js';
import { isDefined, type MetricValue } from '../../../schema/metric-value.js';
import type { GateOutcome } from '../../../schema/verdict.js';
import type { SampleName } from '../../../store/records.js';
import { compareAligned, pairSides, type CompareOptions, type PairedSides } from '../../compare/compare.js';
import type { PairedDataset } from '../../compare/paired-images.js';
import type { Side, SideFacts } from '../../compare/side.js';
import {
  decide,
  findingsOf,
  judgedPair,
  judgeRules,
  withTimes,
  type JudgedRule,
  type TimePair,
} from '../check.js';
import { assertThere, metricsOfGate, rulesOf, type LoadedGate } from '../gate.js';
import { follow, type DrawnUnit } from './follower.js';

/** A sample in its turn. */
interface Turn extends SampleName {
  /** Samples of a dataset with one unit come one after the other, and count as one. */
  readonly unit: string;
}

interface LookingRequest extends Omit<CompareOptions, 'metrics' | 'force'> {
  readonly baseline: Side;
  /** What is planned for the candidate; its scores are still to come. */
  readonly candidate: Side;
  readonly loaded: LoadedGate;
  /** All samples, in an order drawn before the first of them. */
  readonly turns: readonly Turn[];
  /** Of that order. */
  readonly orderSeed: string;
  /** Whether times are measured, once all else passes. */
  readonly timed: boolean;
}

interface OutcomeRequest {
  /** What is known of the candidate's run now that it has ended. */
  readonly facts: SideFacts;
  /** Datasets of which both models made equal mattes of all images. */
  readonly equal?: ReadonlySet<string>;
  readonly timePair?: (() => Promise<TimePair>) | undefined;
  /** As of `checkGate`. */
  readonly explain?: boolean;
}

/** A gate that looks at one pair of models after every image. */
export interface Looking {
  /** Whether a rule is about this very image. */
  isFirst(sample: SampleName): boolean;
  /** Takes the candidate's scores of a sample; in any order, since looks wait for whose turn it is. */
  see(sample: SampleName, metrics: Readonly<Record<string, MetricValue>>): void;
  /** Whether no image that is still to come would be looked at. */
  isEnough(): boolean;
  /** Images that were looked at in their turn. */
  walked(): number;
  /** Datasets whose images are looked at: those that neither model was trained on. */
  readonly counted: readonly string[];
  /** Whether all of theirs have been, and nothing was decided. */
  isExhausted(): boolean;
  isOneKey(): boolean;
  outcome(request: OutcomeRequest): Promise<GateOutcome>;
}

/**
 * Begins to look. A candidate that a rule on scores should refuse passes with a chance of at most 1 - level, for all must
 * be shown to hold; one that all should let pass is failed with at most 1 - level, which all that can fail share evenly
 * (the first failure ends it, so nothing is left for Holm's later steps). Both hold over all looks together.
 *
 * @throws MaskbenchError as `pairSides`; `usage` if no rule is decided by images; `data.empty` if none of them counts.
 */
export async function startLooking(request: LookingRequest): Promise<Looking> {
  const { baseline, candidate, loaded, turns, orderSeed, timed } = request;
  const { gate } = loaded;
  const wanted = metricsOfGate(gate);
  if (wanted.length === 0) {
    throw new MaskbenchError('usage', `no rule of the gate "${gate.name}" is decided by images`, {
      remedy: 'leave out --until-decided, or give the gate a rule on scores',
    });
  }
  const { resamples = 10_000, seed = 'maskbench', models = {}, datasets } = request;
  const paired = await pairSides(baseline, candidate, { models, datasets, metrics: wanted });
  const [pair, ...others] = paired.pairs;
  if (others.length > 0) throw new MaskbenchError('usage', 'one model is checked until it is decided');
  assertThere(gate, pair.datasets);
  const resampling = { resamples, seed };
  const full = pair.datasets.filter(({ leaked }) => leaked.length === 0);
  const live = blank(pair.datasets);
  const named = blank(full);
  const seen = <D extends PairedSides>(of: D): D => ({ ...of, pairs: [{ ...pair, datasets: live }] });
  const [comparison] = compareAligned(seen(paired), resampling).comparison.pairs;
  const on = {
    ...judgedPair(gate, { ...pair, datasets: live, isOneKey: false }, comparison, {
      resampling,
      explain: false,
    }),
    named,
    looks: (id: string) => followers.find((one) => one.id === id)?.known(),
  };

  const rowOf = new Map(
    full.flatMap((dataset) => dataset.ids.map((id, row) => [`${dataset.name}/${id}`, { dataset, row }])),
  );
  const units = unitsOf(turns, rowOf);
  const planned = units.reduce((sum, { rows }) => sum + rows.length, 0);
  if (planned === 0) {
    throw new MaskbenchError('data.empty', 'there is no image to judge by', {
      where: candidate.facts.label,
      remedy: 'neither model may have been trained on pictures of all datasets',
    });
  }
  const rules = rulesOf(gate);
  const isFirst = (sample: SampleName): boolean =>
    rowOf.has(`${sample.dataset}/${sample.id}`) &&
    rules.some(({ rule, asked }) => rule.wants?.(asked, sample) === true);
  const firsts = new Set(turns.filter(isFirst).map(({ dataset, id }) => `${dataset}/${id}`));
  const families = findingsOf(gate, { ...on, looks: undefined }).flatMap(({ finding: { followed = [] } }) =>
    followed.length === 0 ? [] : [followed],
  );
  const error = 1 - gate.level;
  const followers = families.flatMap((family) =>
    family.map((claim) =>
      follow(claim, {
        planned: units,
        level: gate.level,
        errors: { pass: error * (claim.share ?? 1), fail: error / families.length },
        minimum: gate.minimumImages,
      }),
    ),
  );

  const isWaiting = ({ rule, asked, check, followed }: JudgedRule): boolean =>
    check.verdict === 'inconclusive' &&
    !(timed && rule.needsTimes?.(asked) === true) &&
    followed.some(({ id }) => followers.find((one) => one.id === id)?.isOpen() === true);
  let isDecided = false;
  let next = 0;
  let walked = 0;
  const judge = (): void => {
    const judged = judgeRules(gate, on);
    isDecided =
      judged.some(({ check }) => check.verdict === 'fail') || (firsts.size === 0 && !judged.some(isWaiting));
  };
  const arrived = new Map(full.map(({ name, ids }) => [name, new Uint8Array(ids.length)]));
  const takeTurns = (): void => {
    for (; next < units.length; next++) {
      if (isDecided) return;
      const unit = units[next];
      if (!unit.rows.every((row) => arrived.get(unit.dataset.name)?.[row] === 1)) return;
      walked += unit.rows.length;
      for (const row of unit.rows) show(unit.dataset, row, live);
      for (const follower of followers) follower.add(unit);
      if (followers.map((follower) => follower.look(walked)).includes(true)) judge();
    }
  };
  // What needs no image, such as the size of the file.
  judge();
  return {
    isFirst,
    counted: full.map(({ name }) => name),
    walked: () => walked,
    isEnough: () => isDecided || next === units.length,
    isExhausted: () => !isDecided && next === units.length,
    isOneKey: () => pair.isOneKey,
    see(sample, metrics) {
      const name = `${sample.dataset}/${sample.id}`;
      const at = rowOf.get(name);
      if (at === undefined || isDecided || next === units.length) return;
      const { dataset, row } = at;
      for (const [id, column] of dataset.candidate) {
        const value = metrics[id];
        column[row] = value !== undefined && isDefined(value) ? value : Number.NaN;
      }
      const there = arrived.get(dataset.name);
      if (there !== undefined) there[row] = 1;
      if (firsts.delete(name)) {
        show(dataset, row, named);
        if (firsts.size === 0) judge();
      }
      if (firsts.size === 0) takeTurns();
    },
    async outcome({ facts, equal, timePair, explain = true }) {
      const marked = live.map((of) => ({ ...of, isEqual: equal?.has(of.name) === true }));
      const sides = { ...paired, after: { ...paired.after, facts }, pairs: [{ ...pair, datasets: marked }] };
      const compared = compareAligned(sides, resampling);
      const how = {
        resampling,
        looks: on.looks,
        named,
        untilDecided: { seed: orderSeed, images: walked, planned },
      };
      const untimed = judgedPair(gate, sides.pairs[0], comparison, { ...how, explain: false });
      const isTimed = timePair !== undefined && judgeRules(gate, untimed).every(passesSoFar);
      const whole = isTimed ? await withTimes(compared, gate, await timePair()) : compared;
      return decide(whole, loaded, { ...how, explain });
    },
  };
}

/** Whether times are all that a check may still want. */
function passesSoFar({ rule, asked, check, followed }: JudgedRule): boolean {
  if (check.verdict !== 'inconclusive') return check.verdict === 'pass';
  const isByImages = followed.length > 0 || rule.wants !== undefined;
  return !isByImages || rule.needsTimes?.(asked) === true;
}

/** The same images with nothing known of them. */
function blank(datasets: readonly PairedDataset[]): readonly PairedDataset[] {
  const none = (columns: PairedDataset['baseline']): PairedDataset['baseline'] =>
    new Map([...columns].map(([id, { length }]) => [id, new Float64Array(length).fill(Number.NaN)]));
  return datasets.map((of) => ({
    ...of,
    isEqual: false,
    baseline: none(of.baseline),
    candidate: none(of.candidate),
  }));
}

/** Copies what is known of an image on both sides. */
function show(from: PairedDataset, row: number, datasets: readonly PairedDataset[]): void {
  const to = datasets.find(({ name }) => name === from.name);
  for (const side of ['baseline', 'candidate'] as const)
    for (const [id, column] of to?.[side] ?? []) column[row] = from[side].get(id)?.[row] ?? Number.NaN;
}

/** Consecutive samples of a unit together, of those that count. */
function unitsOf(
  turns: readonly Turn[],
  rowOf: ReadonlyMap<string, { readonly dataset: PairedDataset; readonly row: number }>,
): readonly DrawnUnit[] {
  const drawn = turns.flatMap(({ unit, dataset, id }) => {
    const at = rowOf.get(`${dataset}/${id}`);
    return at === undefined ? [] : [{ ...at, unit: `${dataset}/${unit}` }];
  });
  return [...groupBy(drawn, ({ unit }) => unit).values()].map((of) => ({
    dataset: of[0].dataset,
    rows: of.map(({ row }) => row),
  }));
}
