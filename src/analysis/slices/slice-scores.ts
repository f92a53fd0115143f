import { leakedTags } from '../../schema/leakage.js';
import { MaskbenchError } from '../../core/errors.js';
import type { Interval } from '../../schema/summary.js';
import { nearest } from '../../core/yaml-file.js';
import type { Metric } from '../../metrics/metric.js';
import { headlineOf, metricsOf } from '../../metrics/registry.js';
import { signatureOf, signaturesOf } from '../../metrics/signature.js';
import { intervalOfMean } from '../../scoring/aggregate/intervals.js';
import { cellName, scoreKey } from '../../store/cell-key.js';
import type { RunSettings } from '../../store/manifest.js';
import { plannedSamples } from '../../store/plan-reader.js';
import { readManifest, type RunFolder } from '../../store/run-folder.js';
import { readScores } from '../../store/cells.js';
import { sliceSamples } from './slice-samples.js';

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
  /** Cells without a score. */
  readonly failed: number;
  readonly mean: number | null;
  readonly interval: Interval;
  /** The model was trained on pictures of this dataset: not held out. */
  readonly leaked: boolean;
  /** Too few images to conclude anything from. */
  readonly informationOnly: boolean;
}

/** Slices of fewer images are shown, and nothing follows from them. */
export const FEWEST_IMAGES = 30;

export interface SliceRequest {
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
  { attribute, metric: wanted }: SliceRequest,
): Promise<SlicedScores> {
  const { settings } = await readManifest(folder);
  const metric = metricFor(settings, wanted);
  const slices = await sliceSamples(folder, attribute);
  const groups = new Map<string, { readonly values: number[]; failed: number }>();
  const groupOf = (...name: readonly string[]): { readonly values: number[]; failed: number } => {
    const key = JSON.stringify(name);
    const known = groups.get(key) ?? { values: [], failed: 0 };
    groups.set(key, known);
    return known;
  };
  const { scoring } = settings;
  const signatures = signaturesOf(scoring.protocols, scoring);
  const scores = await readScores(folder, [metric.meta.id]);
  const seen = new Map(settings.datasets.map(({ name }) => [name, new Set(slices.slicesOf(name))]));
  for await (const sample of plannedSamples(folder)) {
    const slice = slices.sliceOf(sample.dataset, sample.id);
    seen.get(sample.dataset)?.add(slice);
    for (const { spec } of settings.models) {
      const key = scoreKey(sample.cells[spec.name], sample.truthSha256, signatures);
      const score = scores.get(cellName(key, spec.name, sample));
      const group = groupOf(sample.dataset, slice, spec.name);
      if (!(score instanceof Float64Array)) group.failed++;
      else if (!Number.isNaN(score[0])) group.values.push(score[0]);
    }
  }
  const rows = settings.datasets.flatMap(({ name: dataset, tags }) =>
    [...(seen.get(dataset) ?? [])].flatMap((slice) =>
      settings.models.map(({ spec }): SliceRow => {
        const { values, failed } = groupOf(dataset, slice, spec.name);
        const n = values.length;
        return {
          dataset,
          slice,
          model: spec.name,
          n,
          failed,
          mean: n === 0 ? null : values.reduce((sum, value) => sum + value, 0) / n,
          interval: intervalOfMean(Float64Array.from(values), metric.meta.range),
          leaked: leakedTags(spec.trainedOn, tags).length > 0,
          informationOnly: n < FEWEST_IMAGES,
        };
      }),
    ),
  );
  return {
    attribute: slices.attribute,
    slicing: slices.slicing,
    metric: metric.meta.id,
    signature: signatureOf(metric.meta.protocol, scoring, { aggregate: 'mean' }),
    rows,
  };
}

function metricFor({ scoring }: RunSettings, wanted: string | undefined): Metric {
  const metrics = metricsOf(scoring.protocols);
  const ids = metrics.map(({ meta }) => meta.id);
  const id = wanted ?? headlineOf(ids) ?? '';
  const metric = metrics.find(({ meta }) => meta.id === id);
  if (metric !== undefined) return metric;
  const near = nearest(id, ids);
  throw new MaskbenchError('config.unknown-name', `the run has no metric "${id}"`, {
    remedy:
      near === undefined ? `its protocols are ${scoring.protocols.join(', ')}` : `did you mean "${near}"?`,
  });
}
