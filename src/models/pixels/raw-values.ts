import type { OutputWarning } from '../../schema/summary.js';
import type { MatteOutputSpec } from '../spec/output-spec.js';
import { channelsOf, toPlanes } from './output-map.js';
import type { Placement } from './placement.js';
import type { OutputTensor } from './tensor.js';

export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

/**
 * The extremes of what a network gave for one image, before anything is done to it: over the channels that are read (softmax
 * reads all), without padding and values that are not finite. Undefined where nothing is left.
 *
 * @throws MaskbenchError `model.output` for a shape that is no map, or a missing channel.
 */
export function rawRange(
  output: OutputTensor,
  spec: MatteOutputSpec,
  placement?: Placement,
): ValueRange | undefined {
  const { planes } = toPlanes(output, spec.layout, placement);
  let [min, max] = [Infinity, -Infinity];
  for (const plane of spec.activation === 'softmax' ? planes : channelsOf(planes, spec.channel)) {
    for (let i = 0; i < plane.length; i++) {
      const value = plane[i];
      // NaN is neither.
      if (value < min && value !== -Infinity) min = value;
      if (value > max && value !== Infinity) max = value;
    }
  }
  return min > max ? undefined : { min, max };
}

/** What is known of a matte: its level where it is the same everywhere, and the extremes of what it was read from. */
export interface ReadOutput {
  readonly constant?: number;
  readonly raw?: ValueRange;
}

/** What of a model's outputs is not as its spec reads them, in words, with the likely mend. */
export type Doubt = Omit<OutputWarning, 'model'>;

/** How far values of 0..1 may leave it: a network that ends in an interpolation overshoots. */
const SLACK = 0.1;
const PROBABILITIES: ValueRange = { min: -SLACK, max: 1 + SLACK };
/** What is true of all values of so many images is no accident of one picture. */
const ENOUGH = 3;
/** Values outside of 0..1 count from this share of the images on. */
const SHARE = 0.1;
/** sigmoid(0) and sigmoid(1), and a little. */
const TWICE: ValueRange = { min: 0.49, max: 0.74 };

/**
 * What the outputs of all of a model's images together give away: levels or logits that are taken as 0..1, a second
 * activation, and maps that a stretch makes nothing of.
 */
export function doubtsOf(spec: MatteOutputSpec, outputs: readonly ReadOutput[]): readonly Doubt[] {
  return [constantDoubt(spec, outputs), rawDoubt(spec, outputs)].filter((doubt) => doubt !== undefined);
}

function constantDoubt({ rescale }: MatteOutputSpec, outputs: readonly ReadOutput[]): Doubt | undefined {
  const images = outputs.filter(({ constant }) => constant !== undefined).length;
  if (rescale !== 'min-max' || images === 0) return undefined;
  const message =
    `${images} of ${outputs.length} mattes are constant: their maps are the same everywhere, and min-max makes 0 of such a ` +
    'map, as rembg does, even where it is all foreground; with output.rescale: none a map keeps its value';
  return { kind: 'constant-mattes', images, of: outputs.length, message };
}

interface Found {
  /** Of how many images it is true. */
  readonly images: number;
  readonly looks: string;
  readonly likely: string;
}

function rawDoubt(spec: MatteOutputSpec, outputs: readonly ReadOutput[]): Doubt | undefined {
  const { divideBy = 1 } = spec;
  const seen = outputs.flatMap(({ raw }) =>
    raw === undefined ? [] : [{ min: raw.min / divideBy, max: raw.max / divideBy }],
  );
  const all = {
    min: seen.reduce((least, { min }) => Math.min(least, min), Infinity),
    max: seen.reduce((most, { max }) => Math.max(most, max), -Infinity),
  };
  const found = spec.activation === 'none' ? plainDoubt(spec, seen, all) : activationDoubt(spec, seen, all);
  if (found === undefined) return undefined;
  const { images, looks, likely } = found;
  const [min, max] = [all.min, all.max].map((value) => (value * divideBy).toPrecision(3));
  const where = images < seen.length ? ` in ${images} of ${seen.length} images` : '';
  const message = `the raw values go from ${min} to ${max}: ${looks}${where}; likely ${likely}`;
  return { kind: 'raw-values', images, of: seen.length, message };
}

function plainDoubt(
  { rescale, divideBy = 1 }: MatteOutputSpec,
  seen: readonly ValueRange[],
  all: ValueRange,
): Found | undefined {
  // A stretch makes the same of levels as of shares, and takes -1..1 as well; logits it does not make probabilities.
  const allowed = rescale === 'min-max' ? { min: -1 - SLACK, max: Infinity } : PROBABILITIES;
  const outside = seen.filter((range) => !within(range, allowed)).length;
  if (outside > 0 && outside >= SHARE * seen.length) {
    if (all.min < -SLACK) {
      const likely = 'output.activation: sigmoid';
      return { images: outside, looks: 'they look like logits, not 0..1', likely };
    }
    const likely = all.max > 255.5 ? 'an output.divideBy, or rescale: min-max' : 'output.divideBy: 255';
    return { images: outside, looks: 'they look like levels or scores, not 0..1', likely };
  }
  const images = seen.length;
  if (images < ENOUGH || all.min === all.max) return undefined;
  if (within(all, TWICE)) {
    const looks = 'they look like probabilities under a second sigmoid, which takes them no lower than 0.5';
    return { images, looks, likely: 'the network is to be exported without its last sigmoid' };
  }
  if (divideBy > 1 && rescale === 'none' && all.min >= -SLACK && all.max * divideBy <= 1 + SLACK) {
    return { images, looks: 'they look like 0..1 already', likely: 'no output.divideBy' };
  }
  return undefined;
}

function activationDoubt(
  { activation, rescale }: MatteOutputSpec,
  seen: readonly ValueRange[],
  all: ValueRange,
): Found | undefined {
  const images = seen.length;
  if (images < ENOUGH || all.min === all.max) return undefined;
  if (within(all, PROBABILITIES)) {
    const looks = `they look like probabilities, and ${activation} is applied to them`;
    return { images, looks, likely: 'output.activation: none' };
  }
  if (activation !== 'sigmoid' || rescale !== 'none') return undefined;
  if (all.min >= -SLACK) {
    const looks = 'they are never below 0, and a sigmoid makes all of that foreground';
    return { images, looks, likely: 'output.activation: none and output.divideBy: 255' };
  }
  if (within(all, { min: -1, max: 1 })) {
    const looks = 'they are small for logits, and a sigmoid keeps all of them between 0.27 and 0.73';
    return { images, looks, likely: 'a sigmoid too many, or a scale that got lost in the export' };
  }
  return undefined;
}

function within({ min, max }: ValueRange, allowed: ValueRange): boolean {
  return min >= allowed.min && max <= allowed.max;
}
