import { MaskbenchError } from '../../core/errors.js';
import { mapInOrder } from '../../core/map-in-order.js';
import { throwIfCancelled } from '../../core/cancelled.js';
import { inDrawnOrder } from '../../core/hash.js';
import { hintFor } from '../../core/names.js';
import type { Dataset } from '../../datasets/load.js';
import { AS_OPACITY } from '../../datasets/values/read-checked.js';
import { isDefined, type MetricValue } from '../../schema/metric-value.js';
import type { PlannedSample } from '../../schema/planned-sample.js';
import { unpackCounts } from '../../scoring/class-counts.js';
import { SCORE_WIDTH, scoreOnThread } from '../../scoring/score-pool.js';
import type { ScoreResult } from '../../scoring/score-worker.js';
import { counted } from '../../core/text.js';
import { openCells } from '../../store/cells.js';
import { keepsAll } from '../../store/kept-mattes.js';
import type { RunSettings } from '../../store/manifest.js';
import type { DoneScore } from '../../store/records.js';
import { plannedSamples, readManifest, type RunFolder } from '../../store/run-folder.js';
import { truthReadings } from '../../store/run-readings.js';

interface RescoreRequest {
  readonly folder: RunFolder;
  /** The judge's own datasets, by the names that the run has for them: nothing of the run says where its truths lie. */
  readonly truths: readonly Dataset[];
  /** How many images of the run, chosen by the seed. */
  readonly images: number | 'all';
  /** What nobody knew who could have edited the run. */
  readonly seed: string;
  /** Only these datasets of the run. */
  readonly datasets?: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

interface Rescored {
  readonly images: number;
  readonly of: number;
}

/** Differences that are named. */
const NAMED = 5;
/** Two machines may differ in the last digits of a logarithm or a root. */
const TOLERANCE = 1e-9;

/**
 * Computes scores of a run again, from its mattes and the judge's ground truths, and holds them against those on record.
 * What a digest cannot do, since whoever edits a run may seal it again, this does: scores that are not of these mattes, ground
 * truths that are not the judge's, and images that were left out are found. Not found: mattes that the model did not make.
 *
 * @throws MaskbenchError `run.damaged`, naming what differs; `usage` if the judge has no dataset of a name; `data.*`.
 */
export async function rescore(request: RescoreRequest): Promise<Rescored> {
  const { folder, images, seed, signal } = request;
  const { settings, partial } = await settingsOf(request);
  const own = await judgesSamples(request, settings);
  const planned: PlannedSample[] = [];
  const differences: string[] = [];
  for await (const sample of plannedSamples(folder)) {
    const ids = own.get(sample.dataset);
    if (ids === undefined) continue;
    if (ids.has(sample.id)) planned.push(sample);
    else differences.push(`${nameOf(sample)} is none of the judge's images`);
  }
  if (!partial) differences.push(...leftOut(own, planned));
  // Whoever does not know the seed cannot know which.
  const chosen = images === 'all' ? planned : inDrawnOrder(planned, seed, nameOf).slice(0, images);
  const recorded = await recordedScores(folder, settings, chosen);
  await assertMattesKept(folder, settings, chosen);
  const { protocols, resize, ...conventions } = settings.scoring;
  const readings = truthReadings(settings);
  const again = async (sample: PlannedSample): Promise<void> => {
    const { dataset, id } = sample;
    const scores = recorded.get(nameOf(sample)) ?? [];
    const { truthPath = '', imagePath = '' } = own.get(dataset)?.get(id) ?? {};
    const { cells } = await scoreOnThread({
      truthPath,
      truthReading: readings.get(dataset) ?? AS_OPACITY,
      imagePath,
      mattePaths: scores.map(({ model }) => folder.matte(model, dataset, id)),
      protocols,
      conventions,
      resize,
    });
    for (const [i, score] of scores.entries()) {
      const what = differenceOf(score, cells[i]);
      if (what !== undefined) differences.push(`${score.model} on ${nameOf(sample)}: ${what}`);
    }
  };
  for await (const _done of mapInOrder(chosen, SCORE_WIDTH, again)) throwIfCancelled(signal);
  if (differences.length > 0) throw damaged(folder.path, differences.sort());
  return { images: chosen.length, of: planned.length };
}

async function settingsOf({
  folder,
  datasets,
}: RescoreRequest): Promise<{ readonly settings: RunSettings; readonly partial: boolean }> {
  const { settings } = await readManifest(folder);
  const wanted = settings.datasets.filter(({ name }) => datasets?.includes(name) ?? true);
  return {
    settings: { ...settings, datasets: wanted },
    partial: settings.limit !== null || settings.sample !== undefined,
  };
}

type OwnFiles = Pick<PlannedSample, 'imagePath' | 'truthPath'>;
type OwnSamples = ReadonlyMap<string, ReadonlyMap<string, OwnFiles>>;

/** The judge's files by dataset and id, of every dataset of the run. */
async function judgesSamples({ truths }: RescoreRequest, { datasets }: RunSettings): Promise<OwnSamples> {
  const names = truths.map(({ name }) => name);
  const own = new Map<string, Map<string, OwnFiles>>();
  for (const { name } of datasets) {
    const dataset = truths.find((of) => of.name === name);
    if (dataset === undefined) {
      throw new MaskbenchError(
        'usage',
        `the run has a dataset "${name}", and --truths has none of that name`,
        {
          remedy: hintFor(
            name,
            names,
            `it has ${names.join(', ') || 'none'}; name yours for all of the run's datasets`,
          ),
        },
      );
    }
    const samples = new Map<string, OwnFiles>();
    for await (const entry of dataset.entries()) {
      if (entry.kind === 'sample') samples.set(entry.sample.id, entry.sample);
    }
    own.set(name, samples);
  }
  return own;
}

function leftOut(own: OwnSamples, planned: readonly PlannedSample[]): readonly string[] {
  const names = new Set(planned.map(nameOf));
  return [...own].flatMap(([dataset, samples]) =>
    [...samples.keys()]
      .map((id) => nameOf({ dataset, id }))
      .filter((name) => !names.has(name))
      .map((name) => `${name} is not in the run's plan`),
  );
}

/** @throws MaskbenchError `data.missing`, saying of how many cells the run has not kept the mattes. */
async function assertMattesKept(
  folder: RunFolder,
  settings: RunSettings,
  chosen: readonly PlannedSample[],
): Promise<void> {
  if (keepsAll(settings)) return;
  const cells = await openCells(folder, settings, { mattes: true });
  const gone = chosen.flatMap((sample) => cells.models.filter((model) => cells.isGone(model, sample)));
  if (gone.length === 0) return;
  throw new MaskbenchError(
    'data.missing',
    `${counted(gone.length, 'cell')} would have to be predicted again: the run has not kept the mattes`,
    {
      where: folder.path,
      remedy: '"maskbench resume" with --mattes all --repredict does so where the models are',
    },
  );
}

async function recordedScores(
  folder: RunFolder,
  settings: RunSettings,
  chosen: readonly PlannedSample[],
): Promise<ReadonlyMap<string, readonly DoneScore[]>> {
  const scores = new Map<string, DoneScore[]>(chosen.map((sample) => [nameOf(sample), []]));
  const { scores: all } = await openCells(folder, settings);
  for await (const score of all()) scores.get(nameOf(score))?.push(score);
  return scores;
}

/** What is not as it stands on record, with both figures. */
function differenceOf(recorded: DoneScore, now: ScoreResult | undefined): string | undefined {
  if (now?.status !== 'done') return `cannot be scored: ${now?.failure.message ?? 'nothing came'}`;
  for (const [id, value] of Object.entries(recorded.metrics)) {
    const found = now.metrics[id];
    if (found !== undefined && !agrees(value, found))
      return `${id} is ${textOf(value)} on record and ${textOf(found)} by matte and ground truth`;
  }
  for (const [id, value] of Object.entries(recorded.counts ?? {})) {
    const found = now.counts?.[id as keyof typeof now.counts];
    if (found !== value)
      return `${id} is ${value} pixels on record and ${found ?? 'none'} by matte and ground truth`;
  }
  if (countsIn(recorded) !== countsIn(now)) return 'its counts by value are not those on record';
  return undefined;
}

/** As numbers: another library may deflate them to other bytes. */
function countsIn({ histogram }: Pick<DoneScore, 'histogram'>): string {
  return histogram === undefined ? '' : unpackCounts(histogram).join(' ');
}

function agrees(a: MetricValue, b: MetricValue): boolean {
  if (!isDefined(a) || !isDefined(b)) return isDefined(a) === isDefined(b);
  return Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));
}

function textOf(value: MetricValue): string {
  return isDefined(value) ? String(value) : 'undefined';
}

function damaged(where: string, differences: readonly string[]): MaskbenchError {
  const more = differences.length - NAMED;
  const named = `${differences.slice(0, NAMED).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
  return new MaskbenchError('run.damaged', `the run is not what it says: ${named}`, {
    where,
    remedy: 'do not believe it; run the model again',
  });
}

function nameOf({ dataset, id }: Pick<PlannedSample, 'dataset' | 'id'>): string {
  return `${dataset}/${id}`;
}
