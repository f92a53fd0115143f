import type { PlannedSample } from '../schema/planned-sample.js';
import { groupBy } from '../core/group.js';
import { inDrawnOrder } from '../core/hash.js';
import type { Cells } from '../store/cells.js';
import type { Manifest, RunDataset, RunSettings } from '../store/manifest.js';
import type { PlanRecord, SampleName, ScoreRecord } from '../store/records.js';
import { plannedSamples, type RunFolder } from '../store/run-folder.js';

/** Somebody who looks at the scores of a run while they come in, in an order drawn before the first, until it is enough. */
export interface Walk {
  /** What the run is for: part of its settings, so that a resumed one is for the same. */
  readonly untilDecided: NonNullable<RunSettings['untilDecided']>;
  /** Whether anything is concluded from a dataset; those of others come last. */
  counts(dataset: RunDataset, models: RunSettings['models']): boolean;
  /**
   * Is told what is planned, before anything is written.
   *
   * @throws MaskbenchError where it is refused.
   */
  begin(manifest: Manifest, plan: readonly PlanRecord[]): Promise<void>;
  /** Whether a sample is wanted before all others, whenever its turn is. */
  isFirst(sample: SampleName): boolean;
  /** Is told every score that is on the disk, of this run or an earlier one, in any order. */
  see(score: ScoreRecord): void;
  isEnough(): boolean;
  /** How many images were looked at when it was decided; null where it is not. */
  decidedAfter(): number | null;
}

/** What counts as one draw: all its samples are predicted one after the other. */
export const unitOf = ({ id, unit }: PlannedSample): string => unit ?? id;

/**
 * The plan with the turn of each sample: the units of every dataset in a random order that follows from the seed, one unit
 * of every dataset in turn.
 *
 * @param counts whether a dataset counts; all samples of those that do not come last
 */
export function withTurns(
  plan: readonly PlanRecord[],
  seed: string,
  counts: (dataset: string) => boolean,
): readonly PlanRecord[] {
  const samples = plan.flatMap((record) => (record.kind === 'sample' ? [record] : []));
  const units = [...groupBy(samples, (sample) => `${sample.dataset}/${unitOf(sample)}`)].map(
    ([name, of]) => ({ name, dataset: of[0].dataset, of }),
  );
  const rounds = [...groupBy(units, ({ dataset }) => dataset)].flatMap(([dataset, own], place) =>
    inDrawnOrder(own, seed, ({ name }) => name).map(({ of }, round) => ({
      of,
      place,
      round,
      last: Number(!counts(dataset)),
    })),
  );
  rounds.sort((a, b) => a.last - b.last || a.round - b.round || a.place - b.place);
  const turns = new Map(rounds.flatMap(({ of }) => of).map((sample, turn) => [sample, turn]));
  return plan.map((record) => {
    const turn = record.kind === 'sample' ? turns.get(record) : undefined;
    return record.kind === 'problem' || turn === undefined ? record : { ...record, turn };
  });
}

/** The samples of a plan with turns, in their order. */
export function inTurn(plan: readonly PlanRecord[]): readonly PlannedSample[] {
  return plan
    .flatMap((record) => (record.kind === 'sample' ? [record] : []))
    .sort((a, b) => (a.turn ?? 0) - (b.turn ?? 0));
}

/** The planned samples in the order in which they are worked on: the plan's, or that of a walk as long as it goes on. */
export async function* samplesFor(
  folder: RunFolder,
  walk: Walk | undefined,
): AsyncGenerator<PlannedSample, void, undefined> {
  if (walk === undefined) {
    yield* plannedSamples(folder);
    return;
  }
  const all: PlannedSample[] = [];
  for await (const sample of plannedSamples(folder)) all.push(sample);
  const order = inTurn(all);
  for (const first of [true, false]) {
    for (const sample of order) {
      if (walk.isEnough()) return;
      if (walk.isFirst(sample) === first) yield sample;
    }
  }
}

/** Tells a walk what earlier runs have scored. */
export async function replay(cells: Cells, walk: Walk | undefined): Promise<void> {
  if (walk !== undefined) for await (const score of cells.scores()) walk.see(score);
}
