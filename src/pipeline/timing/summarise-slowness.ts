import type { SlownessSummary } from '../../schema/timing-summary.js';
import { medianOf } from '../../stats/quantile.js';
import { predictMs } from '../../runners/phases.js';
import { readJsonl } from '../../core/jsonl.js';
import { plannedSamples } from '../../store/plan-reader.js';
import type { TruthRecord } from '../../store/records.js';
import type { RunFolder } from '../../store/run-folder.js';
import { numberOf, NUMERIC_ATTRIBUTES } from '../../metrics/attribute-list.js';
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
  const attributes = await readAttributes(folder, wanted);
  return [...timed].flatMap(([model, own]) => {
    const images = factsOf(own, sizes, attributes);
    return explainSlowness(model, images) ?? [];
  });
}

const nameOf = ({ dataset, id }: { readonly dataset: string; readonly id: string }): string =>
  `${dataset}/${id}`;

async function readAttributes(
  folder: RunFolder,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Readonly<Record<string, number>>>> {
  const found = new Map<string, Readonly<Record<string, number>>>();
  for await (const record of readJsonl<TruthRecord>(folder.truths)) {
    if (record.status === 'failed' || !wanted.has(nameOf(record))) continue;
    const values = NUMERIC_ATTRIBUTES.map(
      (attribute) => [attribute.name, numberOf(attribute, record.attributes)] as const,
    );
    found.set(nameOf(record), Object.fromEntries(values.filter(([, value]) => Number.isFinite(value))));
  }
  return found;
}

function factsOf(
  own: readonly SampleRecord[],
  sizes: ReadonlyMap<string, number>,
  attributes: ReadonlyMap<string, Readonly<Record<string, number>>>,
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
    return [{ dataset: first.dataset, megapixels, ms, attributes: { ...attributes.get(name), megapixels } }];
  });
}
