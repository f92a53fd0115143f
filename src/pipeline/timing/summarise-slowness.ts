import type { SlownessSummary } from '../../schema/timing-summary.js';
import { medianOf } from '../../stats/quantile.js';
import { predictMs } from '../../runners/phases.js';
import { plannedSamples, type RunFolder } from '../../store/run-folder.js';
import { readMeasured, type MeasuredOf } from '../../store/truths.js';
import { explainSlowness, type TimedImageFacts } from './slowness.js';
import type { SampleRecord } from '../../store/timing-record.js';

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
  const groups = new Map<string, SampleRecord[]>();
  for (const sample of own) {
    const group = groups.get(nameOf(sample)) ?? [];
    groups.set(nameOf(sample), group);
    group.push(sample);
  }
  return [...groups].flatMap(([name, samples]) => {
    const [first] = samples;
    const megapixels = sizes.get(name);
    if (first === undefined || megapixels === undefined) return [];
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
