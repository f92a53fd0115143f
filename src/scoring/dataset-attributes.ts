import { throwIfCancelled } from '../core/cancelled.js';
import { createDistribution, type Distribution } from '../datasets/distribution.js';
import type { DatasetEntry } from '../datasets/dataset.js';
import type { Dataset, PassOptions } from '../datasets/load.js';
import { readingOfTruths } from '../datasets/values/decide-truths.js';
import { mapInOrder } from '../core/map-in-order.js';
import { DEFAULT_CONVENTIONS } from '../metrics/metric.js';
import { SCORE_WIDTH, scoreOnThread } from './score-pool.js';
import type { TruthResult } from './score-worker.js';
import { numberOf, NUMERIC_ATTRIBUTES } from '../metrics/attribute-list.js';

/** How the attributes of a dataset's ground truths are spread, by their names. */
export type AttributeStats = Readonly<Record<string, Distribution | undefined>>;

/**
 * Measures every ground truth of a dataset on worker threads; of each a few numbers are kept. One that cannot be read
 * is left out (`datasets verify` names it), and so is one without foreground where the attribute is a share of it.
 */
export async function measureAttributes(
  dataset: Pick<Dataset, 'entries' | 'spec'>,
  { onProgress, signal }: Omit<PassOptions, 'width'> = {},
): Promise<AttributeStats> {
  const distributions = NUMERIC_ATTRIBUTES.map((attribute) => ({
    attribute,
    distribution: createDistribution(),
  }));
  const truthReading = await readingOfTruths(dataset, signal);
  const measure = async (entry: DatasetEntry): Promise<TruthResult | null> => {
    if (entry.kind === 'problem') return null;
    const { truthPath } = entry.sample;
    const task = { truthPath, truthReading, mattePaths: [], protocols: [], conventions: DEFAULT_CONVENTIONS };
    return (await scoreOnThread({ ...task, attributes: true })).truth;
  };
  let samples = 0;
  for await (const truth of mapInOrder(dataset.entries(), SCORE_WIDTH, measure)) {
    throwIfCancelled(signal);
    if (truth?.status !== 'done') continue;
    for (const { attribute, distribution } of distributions) {
      const value = numberOf(attribute, truth.attributes);
      if (!Number.isNaN(value)) distribution.add(value);
    }
    onProgress?.(++samples);
  }
  return Object.fromEntries(
    distributions.map(({ attribute, distribution }) => [attribute.name, distribution.summary()]),
  );
}
