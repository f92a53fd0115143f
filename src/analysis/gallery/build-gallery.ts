import { availableParallelism } from 'node:os';
import { MaskbenchError } from '../../core/errors.js';
import type { Gallery, GalleryChange, GalleryImage, MissingImage } from '../../schema/gallery.js';
import { sha256 } from '../../core/hash.js';
import { unknownName } from '../../core/names.js';
import { mapInOrder } from '../../core/map-in-order.js';
import type { MetricMeta } from '../../metrics/metric.js';
import { headlineOf } from '../../metrics/registry.js';
import type { PlannedSample } from '../../schema/planned-sample.js';
import { plannedSamples, readManifest, type RunFolder } from '../../store/run-folder.js';
import type { Side } from '../compare/side.js';
import { type CandidateImage, loadCandidates, metricsOfSides, type SourceRequest } from './candidates.js';
import { type Choice, chooseImages } from './choose-images.js';
import { previewImage, type StorePreview } from './preview-image.js';
import { readChosenScores, type ChosenScores } from '../../store/chosen-scores.js';
import type { CheckedReading } from '../../datasets/values/read-checked.js';
import { truthReadings } from '../../store/run-readings.js';

export interface GalleryRequest {
  /** Whose images these are: a run whose pictures and ground truths are available. */
  readonly base: Side & { readonly folder: RunFolder };
  readonly sources: readonly SourceRequest[];
  /** Sources that are one model before and after. */
  readonly changes: readonly GalleryChange[];
  /** By which images are chosen, by id; default: the headline of the first protocol that is scored. */
  readonly metric?: string | undefined;
  /** Images shown, at most. */
  readonly count: number;
  readonly changesOnly?: boolean;
  /** Previews are at most this wide and high, in pixels. */
  readonly size: number;
  /** Says where the previews go, once it is known of how many images. */
  readonly place: (images: number) => StorePreview;
}

/** Of the digest in file names and links: 48 bits, for some hundred images. */
const KEY_DIGITS = 12;

/**
 * Chooses the images that tell most and makes their previews, a few at a time: memory holds the scores and a few
 * images, whatever the number of images in the run.
 *
 * @throws MaskbenchError `config.unknown-name` for a metric that is not scored, `data.unreadable` for a damaged run.
 */
export async function buildGallery(request: GalleryRequest): Promise<Gallery> {
  const { base, sources, changes, count } = request;
  const metrics = metricsOfSides(sources.map(({ side }) => side));
  const chosenBy = metricFor(metrics, request.metric);
  const candidates = await loadCandidates(base, sources, metrics, chosenBy);
  const choices = chooseImages(candidates, {
    count,
    changes,
    changesOnly: request.changesOnly === true,
  });
  const shown = choices.map(({ image }) => candidates.at(image));
  const samples = await samplesOf(base.folder, shown);
  const chosen = await scoresOfChosen(sources, shown);
  const { settings } = await readManifest(base.folder);
  const kept = await keptBySide(sources);
  const readings = truthReadings(settings);
  const store = request.place(choices.length);
  const images: GalleryImage[] = [];
  const missing: MissingImage[] = [];
  const width = Math.min(4, availableParallelism());
  const show = (choice: Choice): Promise<GalleryImage | MissingImage> =>
    showImage(request, candidates.at(choice.image), choice, { samples, readings, chosen, kept }, store);
  for await (const image of mapInOrder(choices, width, show)) {
    if ('reason' in image) missing.push(image);
    else images.push(image);
  }
  return {
    available: candidates.scored,
    chosenBy: chosenBy?.id ?? null,
    threshold: settings.scoring.threshold,
    sources: sources.map(({ label, model, run }) => ({ label, model, run })),
    changes,
    changesOnly: request.changesOnly === true,
    metrics: metrics.map(({ id, name, protocol, better }) => ({ id, name, protocol, better })),
    images,
    missing,
    notKept: images.flatMap(({ mattes }) => mattes).filter(({ failure }) => failure?.startsWith(NOT_KEPT))
      .length,
  };
}

/** What was read of the images shown. */
interface Known {
  readonly samples: ReadonlyMap<string, PlannedSample>;
  readonly readings: ReadonlyMap<string, CheckedReading>;
  readonly chosen: ReadonlyMap<Side, ChosenScores>;
  readonly kept: KeptBySide;
}

async function scoresOfChosen(
  sources: readonly SourceRequest[],
  images: readonly CandidateImage[],
): Promise<ReadonlyMap<Side, ChosenScores>> {
  const names = new Set(images.map(({ dataset, id }) => nameOf(dataset, id)));
  const chosen = new Map<Side, ChosenScores>();
  for (const side of new Set(sources.map((source) => source.side))) {
    if (side.folder === undefined) continue;
    const models = sources.flatMap((source) => (source.side === side ? [source.model] : []));
    const isChosen = (dataset: string, id: string): boolean => names.has(nameOf(dataset, id));
    chosen.set(side, await readChosenScores(side.folder, [...new Set(models)], isChosen));
  }
  return chosen;
}

async function showImage(
  { base, sources, size }: GalleryRequest,
  { dataset, id, attributes, cells: cellsOf }: CandidateImage,
  { reasons }: Choice,
  { samples, readings, chosen, kept }: Known,
  store: StorePreview,
): Promise<GalleryImage | MissingImage> {
  const cells = cellsOf(chosen);
  const sample = samples.get(nameOf(dataset, id));
  if (sample === undefined) return { dataset, id, reason: 'not in the plan of the run' };
  const key = sha256(nameOf(dataset, id)).slice(0, KEY_DIGITS);
  const files = sources.map(({ side, model }, i) =>
    // Another run's matte of another picture is no matte of this one.
    side.folder === undefined || (side !== base && cells[i].failure !== null)
      ? null
      : side.folder.matte(model, dataset, id),
  );
  try {
    const { mattes, ...previews } = await previewImage({
      key,
      sample,
      truthReading: readings.get(dataset),
      mattes: files,
      size,
      store,
    });
    return {
      key,
      dataset,
      id,
      width: sample.width,
      height: sample.height,
      ...previews,
      mattes: mattes.map((url, i) => ({
        url,
        values: cells[i].values,
        failure: cells[i].failure ?? (url === null ? absence(sources[i].side, kept) : null),
      })),
      attributes,
      reasons,
    };
  } catch (error) {
    if (!(error instanceof MaskbenchError) || !error.code.startsWith('data.')) throw error;
    return { dataset, id, reason: `${error.where ?? 'a file'}: ${error.message}` };
  }
}

const NOT_KEPT = 'not kept';

/** Which mattes a run keeps, where those are not all. */
type KeptBySide = ReadonlyMap<Side, string | undefined>;

async function keptBySide(sources: readonly SourceRequest[]): Promise<KeptBySide> {
  const kept = new Map<Side, string | undefined>();
  for (const { side } of sources)
    if (side.folder !== undefined && !kept.has(side))
      kept.set(side, (await readManifest(side.folder)).settings.mattes);
  return kept;
}

function absence(side: Side, kept: KeptBySide): string {
  if (side.folder === undefined) return 'a baseline keeps no mattes';
  const mattes = kept.get(side);
  return mattes === undefined ? 'the matte is missing' : `${NOT_KEPT} (--mattes ${mattes})`;
}

async function samplesOf(
  folder: RunFolder,
  images: readonly CandidateImage[],
): Promise<ReadonlyMap<string, PlannedSample>> {
  const wanted = new Set(images.map(({ dataset, id }) => nameOf(dataset, id)));
  const samples = new Map<string, PlannedSample>();
  for await (const sample of plannedSamples(folder)) {
    const name = nameOf(sample.dataset, sample.id);
    if (wanted.has(name)) samples.set(name, sample);
  }
  return samples;
}

/** Dataset and id kept apart, whatever characters they have. */
function nameOf(dataset: string, id: string): string {
  return JSON.stringify([dataset, id]);
}

function metricFor(metrics: readonly MetricMeta[], wanted: string | undefined): MetricMeta | undefined {
  const ids = metrics.map(({ id }) => id);
  const id = wanted ?? headlineOf(ids);
  const metric = metrics.find((meta) => meta.id === id);
  if (metric !== undefined || wanted === undefined) return metric;
  throw unknownName('the run has no metric', wanted, ids);
}
