import { RESUME, throwIfCancelled } from '../core/cancelled.js';
import type { ValuesFields } from '../datasets/values/contradiction.js';
import { AS_OPACITY } from '../datasets/values/read-checked.js';
import { cellFailure, toError, type Failure } from '../core/failure.js';
import { truthReadings, truthsInSignature } from '../store/run-readings.js';
import { signaturesOf } from '../metrics/signature.js';
import { scoreKey } from '../store/cell-key.js';
import type { EventSink } from '../schema/events.js';
import { openDurableLines, type Held } from '../core/durable-lines.js';
import type { RunSettings } from '../store/manifest.js';
import type { Cells } from '../store/cells.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import type { SampleName, ScoreRecord, TruthRecord } from '../store/records.js';
import { plannedSamples, readRecords, type RunFolder } from '../store/run-folder.js';
import type { Keeper } from './keep-mattes.js';
import { SCORE_WIDTH, scoreOnThread } from '../scoring/score-pool.js';

/** Scores samples on worker threads, each once all its models have ended. */
interface Scorer {
  /** Queues the cells of a sample that are not scored yet, and its ground truth; resolves when the queue has room. */
  offer(sample: PlannedSample): Promise<void>;
  /** Waits until all that was offered is scored and on the disk; cells whose mattes are damaged are marked so instead. */
  settle(): Promise<void>;
  /** Milliseconds in which that, or an offer, waited for the disk. */
  blockedMs(): number;
  /**
   * Waits for all that was offered.
   *
   * @throws MaskbenchError `data.values` where a ground truth contradicts how all of its dataset are read.
   */
  close(): Promise<void>;
}

interface ScorerOptions {
  /** Removes mattes that need not stay; undefined where all do. */
  readonly keeper?: Keeper | undefined;
  /** What the user sets where the ground truths' values cannot be read. */
  readonly fields?: ValuesFields | undefined;
  /** Called with every score that is on the disk. */
  readonly onScored?: ((score: ScoreRecord) => void) | undefined;
}

/**
 * A score is complete only if its record holds every metric that the run's protocols have now, so that one that was added
 * later is computed by a resumed run. What the record holds decides, and not its key: keys of 0.1 stay as they are, and
 * nothing is scored again that lacks nothing.
 *
 * @param cells what became of the cells in earlier runs and is predicted in this one, `whole` being the metrics of the
 *   protocols, with `digests`
 */
export async function openScorer(
  folder: RunFolder,
  held: Held,
  settings: RunSettings,
  cells: Cells,
  emit: EventSink,
  { fields, keeper, onScored }: ScorerOptions = {},
): Promise<Scorer> {
  const { protocols, resize, ...conventions } = settings.scoring;
  const signatures = signaturesOf(protocols, settings.scoring, truthsInSignature(settings));
  const readings = truthReadings(settings, fields);
  const writer = await openDurableLines(folder.scores, held);
  const measured = await measuredTruths(folder);
  // By cell, and by sample: a byte each, where names would grow with the run.
  const offered = new Uint8Array(cells.size);
  const measuredNow = new Uint8Array(cells.size / cells.models.length);
  const placeOf = (model: string, sample: SampleName): number => cells.placeOf(model, sample) ?? cells.size;
  const truths = await openDurableLines(folder.truths, held);
  const running = new Set<Promise<void>>();
  let broken: unknown;
  /** Datasets that are not scored on: a ground truth contradicts how all of them are read. */
  const contradicted = new Map<string, Failure>();

  const scoreSample = async (
    sample: PlannedSample,
    open: readonly OpenCell[],
    attributes: boolean,
  ): Promise<void> => {
    const { dataset, id, imagePath, truthPath, truthSha256, imageSha256, attributes: layout } = sample;
    const mattePaths = open.map(({ model }) => folder.matte(model, dataset, id));
    const matteReadings = open.map(({ model }) => ({ matteSha256: cells.matteSha256(model, sample) }));
    const result = await scoreOnThread({
      truthPath,
      truthReading: readings.get(dataset) ?? AS_OPACITY,
      imagePath,
      planned: { truthSha256, imageSha256 },
      mattePaths,
      matteReadings,
      protocols,
      conventions,
      resize,
      attributes,
    });
    if (result.contradiction !== undefined) {
      contradicted.set(dataset, result.contradiction);
      return;
    }
    for (const of of [...result.cells, result.truth]) if (of?.status === 'failed') cellFailure(of.failure);
    if (result.truth !== null) {
      await truths.append({ dataset, id, truthSha256, layout, ...result.truth } satisfies TruthRecord);
    }
    for (const [i, { model, key }] of open.entries()) {
      const scored: ScoreRecord = { key, model, dataset, id, ...result.cells[i] };
      const record =
        keeper === undefined || scored.status === 'failed' ? scored : { ...scored, ...matteReadings[i] };
      const failure = record.status === 'failed' ? record.failure : undefined;
      if (failure?.code === 'matte.damaged') {
        cells.markDamaged(model, sample);
        offered[placeOf(model, sample)] = 0;
        continue;
      }
      const onDisk = async (): Promise<void> => {
        if (failure !== undefined) emit({ kind: 'cell-failed', model, dataset, id, failure });
        onScored?.(record);
        await keeper?.scored(record);
      };
      await writer.append(record, { onDisk });
    }
  };

  const settle = async (): Promise<void> => {
    await Promise.all(running);
    if (broken !== undefined) throw broken;
    await truths.flush();
    await writer.flush();
  };
  return {
    settle,
    blockedMs: () => truths.blockedMs() + writer.blockedMs(),
    async offer(sample) {
      if (broken !== undefined) throw broken;
      if (contradicted.has(sample.dataset)) return;
      const open = Object.entries(sample.cells)
        .filter(([model]) => cells.isPredicted(model, sample) && !cells.hasScore(model, sample))
        .filter(([model]) => offered[placeOf(model, sample)] === 0)
        .map(([model, key]) => ({ model, key: scoreKey(key, sample.truthSha256, signatures) }));
      const row = Math.floor(placeOf(cells.models[0], sample) / cells.models.length);
      const isNewTruth = measuredNow[row] === 0 && !measured.has(truthName(sample));
      if (open.length === 0 && !isNewTruth) return;
      for (const { model } of open) offered[placeOf(model, sample)] = 1;
      measuredNow[row] = 1;
      const work = scoreSample(sample, open, isNewTruth)
        .catch((error: unknown) => {
          broken ??= error;
        })
        .finally(() => running.delete(work));
      running.add(work);
      while (running.size >= SCORE_WIDTH) await Promise.race(running);
    },
    async close() {
      await Promise.all(running);
      try {
        await truths.close();
      } finally {
        await writer.close();
      }
      if (broken !== undefined) throw broken;
      for (const failure of contradicted.values()) throw toError(failure);
    },
  };
}

interface OpenCell {
  readonly model: string;
  readonly key: string;
}

/**
 * Scores every predicted cell that has no complete score under the run's conventions.
 *
 * @param isMeant default: every sample, for its ground truth is measured in any case
 */
export async function scoreRemaining(
  folder: RunFolder,
  scorer: Scorer,
  total: number | undefined,
  emit: EventSink,
  signal: AbortSignal,
  isMeant: (sample: PlannedSample) => boolean = () => true,
): Promise<void> {
  emit({ kind: 'phase-started', phase: 'score', total, label: 'masks' });
  const before = scorer.blockedMs();
  let done = 0;
  for await (const sample of plannedSamples(folder)) {
    throwIfCancelled(signal, RESUME);
    if (!isMeant(sample)) continue;
    await scorer.offer(sample);
    emit({ kind: 'progress', phase: 'score', done: ++done, total });
  }
  await scorer.settle();
  emit({ kind: 'phase-ended', phase: 'score', blockedMs: scorer.blockedMs() - before });
}

/** Names of the ground truths that are measured; those that could not be read are tried again. */
async function measuredTruths(folder: RunFolder): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const record of readRecords(folder, 'truths')) {
    if (record.status === 'done') names.add(truthName(record));
    else names.delete(truthName(record));
  }
  return names;
}

function truthName({
  dataset,
  id,
  truthSha256,
}: Pick<TruthRecord, 'dataset' | 'id' | 'truthSha256'>): string {
  return `${truthSha256.slice(0, 24)} ${dataset}/${id}`;
}
