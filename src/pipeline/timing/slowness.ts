import { groupBy } from '../../core/group.js';
import { linearRegression, linearRegressionLine, mean, rSquared } from 'simple-statistics';
import type { RatioSummary, SlownessSummary, TimeCorrelation } from '../../schema/timing-summary.js';
import { correlation } from '../../stats/correlation.js';
import { momentsOf } from '../../stats/moments.js';
import { medianOf } from '../../stats/quantile.js';
import { welchEnds } from '../../stats/welch.js';
import { predictMs } from '../../runners/phases.js';
import { plannedSamples, type RunFolder } from '../../store/run-folder.js';
import { type MeasuredOf, readMeasured } from '../../store/truths.js';
import type { SampleRecord } from '../../store/timing-record.js';

/** An image as it was timed, and what is known of it. */
export interface TimedImageFacts {
  readonly dataset: string;
  readonly megapixels: number;
  /** Median milliseconds over its predictions. */
  readonly ms: Readonly<Record<Part | 'predict', number>>;
  /** Numbers that describe its ground truth; undefined ones are left out. */
  readonly attributes: Readonly<Record<string, number>>;
}

type Part = 'preprocess' | 'inference' | 'postprocess';

/** Why the slowest dataset of a model is slower than its fastest. Null with fewer than two datasets. */
export function explainSlowness(model: string, images: readonly TimedImageFacts[]): SlownessSummary | null {
  const datasets = [...new Set(images.map(({ dataset }) => dataset))]
    .map((name) => ({ name, own: images.filter(({ dataset }) => dataset === name) }))
    .sort((a, b) => mean(a.own.map(({ ms }) => ms.predict)) - mean(b.own.map(({ ms }) => ms.predict)));
  const [fast, slow] = [datasets[0], datasets.at(-1)];
  if (fast === undefined || slow === undefined || fast === slow) return null;
  const apart = (of: (image: TimedImageFacts) => number): number =>
    mean(slow.own.map(of)) - mean(fast.own.map(of));
  const megapixels = {
    slow: mean(slow.own.map((image) => image.megapixels)),
    fast: mean(fast.own.map((image) => image.megapixels)),
  };
  const line = fitSize([...fast.own, ...slow.own]);
  const [predict, inference] = (['predict', 'inference'] as const).map((phase) =>
    ratioOver(
      fast.own.map(({ ms }) => ms[phase]),
      slow.own.map(({ ms }) => ms[phase]),
    ),
  );
  return {
    model,
    slow: slow.name,
    fast: fast.name,
    differenceMs: {
      predict: apart(({ ms }) => ms.predict),
      preprocess: apart(({ ms }) => ms.preprocess),
      inference: apart(({ ms }) => ms.inference),
      postprocess: apart(({ ms }) => ms.postprocess),
    },
    ...(predict === undefined || inference === undefined ? {} : { ratio: { predict, inference } }),
    megapixels,
    bySizeMs: line === null ? null : line.perMegapixelMs * (megapixels.slow - megapixels.fast),
    r2: line?.r2 ?? null,
    correlations: correlate(images),
  };
}

/**
 * The difference of the means in shares of the fast dataset's mean, so that it is the one in milliseconds by another name. Images
 * are the units here, each with one time: its median. Undefined for fewer than two on a side.
 */
function ratioOver(fast: readonly number[], slow: readonly number[]): RatioSummary | undefined {
  const [before, after] = [momentsOf(fast), momentsOf(slow)];
  if (before.n < 2 || after.n < 2 || before.mean <= 0) return undefined;
  const { lower, upper } = welchEnds(after, before, 0.95);
  const share = (ms: number): number => 1 + ms / before.mean;
  return { estimate: share(after.mean - before.mean), lower: share(lower), upper: share(upper) };
}

/** Predict time as a straight line over megapixels; null where all images are of one size or one time. */
function fitSize(
  images: readonly TimedImageFacts[],
): { readonly perMegapixelMs: number; readonly r2: number } | null {
  const points = images.map(({ megapixels, ms }): [number, number] => [megapixels, ms.predict]);
  const varies = (index: 0 | 1): boolean => points.some((point) => point[index] !== points[0]?.[index]);
  if (!varies(0) || !varies(1)) return null;
  const fit = linearRegression(points);
  return { perMegapixelMs: fit.m, r2: rSquared(points, linearRegressionLine(fit)) };
}

function correlate(images: readonly TimedImageFacts[]): readonly TimeCorrelation[] {
  const names = [...new Set(images.flatMap(({ attributes }) => Object.keys(attributes)))];
  return names.flatMap((attribute) =>
    (['predict', 'inference'] as const).flatMap((phase): TimeCorrelation[] => {
      const known = images.filter(({ attributes }) => attributes[attribute] !== undefined);
      const found = correlation(
        known.map(({ attributes }) => attributes[attribute] ?? 0),
        known.map(({ ms }) => ms[phase]),
        'spearman',
      );
      if (found.kind === 'none') return [];
      const { n, estimate, lower, upper } = found;
      return [{ attribute, phase, n, estimate, lower, upper }];
    }),
  );
}

/**
 * Why one dataset takes longer than another, of every model that was timed on several: by phase, by image size, and with
 * which attributes of the ground truths time goes together (as far as these were measured, which scoring does).
 */
export async function summariseSlowness(
  folder: RunFolder,
  timed: ReadonlyMap<string, readonly SampleRecord[]>,
): Promise<readonly SlownessSummary[]> {
  if ([...timed.values()].every((own) => new Set(own.map(({ dataset }) => dataset)).size < 2)) return [];
  const wanted = new Set([...timed.values()].flat().map(nameOf));
  const sizes = new Map<string, number>();
  for await (const sample of plannedSamples(folder)) {
    if (wanted.has(nameOf(sample))) sizes.set(nameOf(sample), (sample.width * sample.height) / 1e6);
  }
  const measuredOf = await readMeasured(folder);
  return [...timed].flatMap(([model, own]) => {
    const images = factsOf(own, sizes, measuredOf);
    return explainSlowness(model, images) ?? [];
  });
}

const nameOf = ({ dataset, id }: { readonly dataset: string; readonly id: string }): string =>
  `${dataset}/${id}`;

function factsOf(
  own: readonly SampleRecord[],
  sizes: ReadonlyMap<string, number>,
  measuredOf: MeasuredOf,
): readonly TimedImageFacts[] {
  return [...groupBy(own, nameOf)].flatMap(([name, samples]) => {
    const [first] = samples;
    const megapixels = sizes.get(name);
    if (megapixels === undefined) return [];
    const median = (of: (sample: SampleRecord) => number): number => medianOf(samples.map(of));
    const ms = {
      predict: median(({ phases }) => predictMs(phases)),
      preprocess: median(({ phases }) => phases.preprocessMs),
      inference: median(({ phases }) => phases.inferenceMs),
      postprocess: median(({ phases }) => phases.postprocessMs),
    };
    // The picture's own size stands first; it is known even where the ground truth was not measured.
    return [{ dataset: first.dataset, megapixels, ms, attributes: { ...measuredOf(first), megapixels } }];
  });
}
