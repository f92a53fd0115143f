import { leakedTags } from '../../schema/leakage.js';
import { MaskbenchError } from '../../core/errors.js';
import type { Caution } from '../../schema/caution.js';
import type { Slicing } from '../../schema/page-input.js';
import type { Interval } from '../../schema/summary.js';
import { unknownName } from '../../core/names.js';
import { NUMERIC_ATTRIBUTES } from '../../metrics/attribute-list.js';
import type { Metric } from '../../metrics/metric.js';
import { headlineOf } from '../../metrics/registry.js';
import { signatureOf } from '../../metrics/signature.js';
import { loadRunScores, type Attributes } from '../../store/load-run-scores.js';
import { metricsOfRun } from '../../store/metric-set.js';
import { readManifest, type RunFolder } from '../../store/run-folder.js';
import {
  attributeNamed,
  FEWEST_IMAGES,
  manyNumbers,
  meanOfSlice,
  numberOf,
  numbersFirst,
  numericAttribute,
  sliceByNumber,
  sliceByValue,
  wordOf,
} from './slicing.js';
import { truthsInSignature } from '../../store/run-readings.js';

/** A run's scores by an attribute of its samples. */
export interface SlicedScores {
  readonly attribute: string;
  /** How the slices were made, in words. */
  readonly slicing: string;
  readonly metric: string;
  readonly signature: string;
  readonly rows: readonly SliceRow[];
}

/** The scores of one model on one slice of a dataset. */
export interface SliceRow {
  readonly dataset: string;
  readonly slice: string;
  readonly model: string;
  readonly n: number;
  /** Independent units of these images, where the dataset names some: what mean and interval count. */
  readonly units?: number;
  /** Cells without a score. */
  readonly failed: number;
  readonly mean: number | null;
  readonly interval: Interval;
  readonly caution?: Caution;
  /** The model was trained on pictures of this dataset: not held out. */
  readonly leaked: boolean;
  /** Too few images to conclude anything from. */
  readonly informationOnly: boolean;
}

interface SliceRequest {
  readonly attribute: string;
  /** By default the headline of the run's first protocol. */
  readonly metric?: string;
}

/**
 * The scores of a run in slices: by value for what a layout says (split, group, category), in thirds of each dataset
 * for numbers, or in the fixed slices that docs/scoring.md lists.
 *
 * @throws MaskbenchError `data.missing`; `config.unknown-name` for an attribute or metric that the run does not have.
 */
export async function sliceScores(
  folder: RunFolder,
  { attribute: wantedAttribute, metric: wanted }: SliceRequest,
): Promise<SlicedScores> {
  const manifest = await readManifest(folder);
  const { settings } = manifest;
  const { scoring, models } = settings;
  const metric = metricFor(await metricsOfRun(folder, manifest), scoring.protocols, wanted);
  const { datasets } = await loadRunScores({
    folder,
    settings,
    models: models.map(({ spec }) => spec.name),
    metrics: [metric.meta.id],
  });
  const images = datasets.flatMap(({ attributes }) => attributes);
  if (!images.some((of) => NUMERIC_ATTRIBUTES.some(({ name }) => name in of))) throw nothingMeasured(folder);
  const attribute = attributeNamed(wantedAttribute, images);
  const cuts = datasets.map((dataset) => ({ dataset, cut: cutWhole(dataset.attributes, attribute) }));
  const rows = settings.datasets.flatMap(({ name, tags }) =>
    cuts
      .filter(({ dataset }) => dataset.name === name)
      .flatMap(({ dataset, cut }) =>
        cut.labels.flatMap((slice, i) =>
          models.map(({ spec }): SliceRow => {
            const { columns = [], scored = [] } = dataset.models.get(spec.name) ?? {};
            const of = meanOfSlice(columns[0], cut, i, metric.meta.range, dataset.units);
            return {
              dataset: name,
              slice,
              model: spec.name,
              ...of,
              failed: cut.of.filter((own, row) => own === i && scored[row] !== 1).length,
              leaked: leakedTags(spec.trainedOn, tags).length > 0,
              informationOnly: (of.units ?? of.n) < FEWEST_IMAGES,
            };
          }),
        ),
      ),
  );
  return {
    attribute,
    slicing: cuts[0]?.cut.how ?? '',
    metric: metric.meta.id,
    signature: signatureOf(metric.meta.protocol, scoring, {
      ...truthsInSignature(settings),
      aggregate: 'mean',
    }),
    rows,
  };
}

/** The slice of images that the attribute says nothing of. */
const WITHOUT = '(none)';

/** Cuts a dataset so that every image has a slice. */
function cutWhole(images: readonly Attributes[], attribute: string): Slicing {
  const numeric = numericAttribute(attribute);
  const many = manyNumbers(images, attribute);
  if (numeric === undefined && many === undefined) {
    return sliceByValue(
      images.map((of) => wordOf(of, attribute) || WITHOUT),
      numbersFirst,
    );
  }
  const cut = sliceByNumber(
    many ?? images.map((of) => numberOf(of, attribute)),
    numeric?.bins,
    'each dataset',
  );
  const { labels, of } = cut;
  return of.includes(-1)
    ? { ...cut, labels: [...labels, WITHOUT], of: of.map((slice) => (slice < 0 ? labels.length : slice)) }
    : cut;
}

function nothingMeasured({ truths }: RunFolder): MaskbenchError {
  return new MaskbenchError('data.missing', 'the ground truths of this run are not measured', {
    where: truths,
    remedy: 'score the run first: "maskbench run <config> --only score"',
  });
}

function metricFor(
  metrics: readonly Metric[],
  protocols: readonly string[],
  wanted: string | undefined,
): Metric {
  const ids = metrics.map(({ meta }) => meta.id);
  const id = wanted ?? headlineOf(ids) ?? '';
  const metric = metrics.find(({ meta }) => meta.id === id);
  if (metric !== undefined) return metric;
  throw unknownName('the run has no metric', id, ids, {
    otherwise: `its protocols are ${protocols.join(', ')}`,
  });
}
