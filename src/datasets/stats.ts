import { MaskbenchError } from '../core/errors.js';
import { readImageSize } from '../image/codec.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import { countedValues, ignoredPixels } from '../image/ignored-pixels.js';
import type { MaskImage } from '../image/raster.js';
import { throwIfCancelled } from '../core/cancelled.js';
import type { Sample } from './dataset.js';
import { createDistribution, type Distribution } from './distribution.js';
import type { Dataset, PassOptions } from './load.js';
import { readingOfTruths } from './values/decide-truths.js';
import { readChecked, type CheckedReading } from './values/read-checked.js';
import { mapInOrder } from '../core/map-in-order.js';

export interface DatasetStats {
  /** Pairs that could be measured. */
  readonly samples: number;
  /** Problem entries, and pairs whose files could not be read. */
  readonly problems: number;
  /** Samples by split, and by DIS5K group, in order of their names; empty where there are none. */
  readonly splits: Readonly<Record<string, number>>;
  readonly groups: Readonly<Record<string, number>>;
  /** Samples by the values of every other attribute. */
  readonly values: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Independent units that the samples belong to; absent where the spec names none. */
  readonly units?: number;
  /** Of the images after EXIF orientation. */
  readonly width: Distribution | undefined;
  readonly height: Distribution | undefined;
  readonly megapixels: Distribution | undefined;
  /** Mean of the matte, 0..1: how much of the picture the subject covers. */
  readonly foreground: Distribution | undefined;
  /** Share of pixels of 128 or more: the same for a binarised mask. */
  readonly foregroundAt128: Distribution | undefined;
  /** Share of pixels that are neither 0 nor 255. */
  readonly translucent: Distribution | undefined;
}

/**
 * Counts, sizes and foreground shares. Ground truths are decoded, of images only the header is read; six numbers a
 * sample are kept for the quantiles.
 *
 * @throws MaskbenchError `data.missing` if nothing of the layout is there, or `cancelled`.
 */
export async function measureDataset(
  dataset: Pick<Dataset, 'entries' | 'spec'>,
  { width: parallel = 2, onProgress, signal }: PassOptions = {},
): Promise<DatasetStats> {
  const splits = new Map<string, number>();
  const groups = new Map<string, number>();
  const values = new Map<string, Map<string, number>>();
  const units = new Set<string>();
  const width = createDistribution();
  const height = createDistribution();
  const megapixels = createDistribution();
  const foreground = createDistribution();
  const foregroundAt128 = createDistribution();
  const translucent = createDistribution();
  const reading = await readingOfTruths(dataset, signal);
  let [samples, problems] = [0, 0];
  const measured = mapInOrder(dataset.entries(), parallel, async (entry) =>
    entry.kind === 'sample' ? measureSample(entry.sample, reading) : undefined,
  );
  for await (const facts of measured) {
    throwIfCancelled(signal);
    if (facts === undefined) {
      problems++;
      continue;
    }
    const { split, group, ...others } = facts.attributes;
    count(splits, split);
    count(groups, group);
    for (const [name, value] of Object.entries(others)) {
      const counts = values.get(name) ?? new Map<string, number>();
      values.set(name, counts);
      count(counts, value);
    }
    if (facts.unit !== undefined) units.add(facts.unit);
    width.add(facts.width);
    height.add(facts.height);
    megapixels.add((facts.width * facts.height) / 1e6);
    foreground.add(facts.foreground);
    foregroundAt128.add(facts.foregroundAt128);
    translucent.add(facts.translucent);
    samples++;
    onProgress?.(samples);
  }
  return {
    samples,
    problems,
    splits: inOrder(splits),
    groups: inOrder(groups),
    values: Object.fromEntries([...values].map(([name, counts]) => [name, inOrder(counts)])),
    ...(units.size === 0 ? {} : { units: units.size }),
    width: width.summary(),
    height: height.summary(),
    megapixels: megapixels.summary(),
    foreground: foreground.summary(),
    foregroundAt128: foregroundAt128.summary(),
    translucent: translucent.summary(),
  };
}

interface SampleFacts extends Coverage, Pick<PlannedSample, 'attributes' | 'width' | 'height'> {
  readonly unit: string | undefined;
}

async function measureSample(
  { imagePath, truthPath, attributes, unit }: Sample,
  reading: CheckedReading,
): Promise<SampleFacts | undefined> {
  try {
    const { width, height } = await readImageSize(imagePath);
    const coverage = measureCoverage(await readChecked(truthPath, reading));
    return coverage && { attributes, unit, width, height, ...coverage };
  } catch (error) {
    if (error instanceof MaskbenchError && error.code.startsWith('data.')) return undefined;
    throw error;
  }
}

export interface Coverage {
  readonly foreground: number;
  readonly foregroundAt128: number;
  readonly translucent: number;
}

/**
 * How much of a ground truth is foreground, softly and at 128, and how much lies strictly between 0 and 255; undefined
 * where every pixel is ignored.
 */
export function measureCoverage(truth: MaskImage): Coverage | undefined {
  const matte = countedValues(truth, ignoredPixels(truth));
  if (matte.length === 0) return undefined;
  const counts = new Uint32Array(256);
  for (let i = 0; i < matte.length; i++) counts[matte[i]]++;
  let [sum, high] = [0, 0];
  for (let value = 1; value < 256; value++) {
    sum += value * counts[value];
    if (value >= 128) high += counts[value];
  }
  return {
    foreground: sum / (255 * matte.length),
    foregroundAt128: high / matte.length,
    translucent: (matte.length - counts[0] - counts[255]) / matte.length,
  };
}

function count(counts: Map<string, number>, key: string | number | undefined): void {
  if (key !== undefined) counts.set(String(key), (counts.get(String(key)) ?? 0) + 1);
}

function inOrder(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
