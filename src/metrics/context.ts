import { MaskbenchError } from '../core/errors.js';
import type { GrayImage, RgbImage, MaskImage } from '../image/raster.js';
import { blankIgnored, ignoredPixels } from '../image/ignored-pixels.js';
import {
  DEFAULT_CONVENTIONS,
  type Conventions,
  type Pair,
  type PairIntermediate,
  type Truth,
  type TruthIntermediate,
} from './metric.js';

/**
 * A ground truth with a memory: each intermediate is computed when first asked for and kept as long as the truth is.
 * Score all models of one image against the same truth and what depends on the ground truth alone is computed once.
 *
 * @param picture the image itself, for the metrics that need its colours
 * @throws MaskbenchError `data.size-mismatch` when the picture (or `ignore`) is of another size, `data.empty` when
 * every pixel is ignored.
 */
export function createTruth(image: MaskImage, picture?: RgbImage): Truth {
  if (picture !== undefined && (picture.width !== image.width || picture.height !== image.height)) {
    throw new MaskbenchError(
      'data.size-mismatch',
      `the picture is ${picture.width} x ${picture.height}, its ground truth ${image.width} x ${image.height}`,
      { remedy: 'expected equal sizes' },
    );
  }
  if (image.ignore !== undefined && image.ignore.length !== image.data.length) {
    throw new MaskbenchError(
      'data.size-mismatch',
      `the ground truth has ${image.data.length} pixels, and says of ${image.ignore.length} whether they are ignored`,
    );
  }
  const ignored = ignoredPixels(image);
  const pixels = image.data.length - (ignored?.count ?? 0);
  if (ignored !== undefined && pixels === 0) {
    throw new MaskbenchError(
      'data.empty',
      'every pixel of the ground truth is ignored, so that nothing counts',
    );
  }
  const get = remembering<Truth>();
  const truth: Truth = {
    image: blankIgnored(image, ignored),
    ignored,
    pixels,
    picture,
    get: <T>(intermediate: TruthIntermediate<T>): T => get(intermediate, truth) as T,
  };
  return truth;
}

/**
 * One prediction against one ground truth, with a memory of its own.
 *
 * @throws MaskbenchError `data.size-mismatch` when the images differ in size, `data.empty` when they have no pixels.
 */
export function createPair(
  prediction: GrayImage,
  truth: Truth,
  conventions: Conventions = DEFAULT_CONVENTIONS,
): Pair {
  const { width, height } = truth.image;
  if (prediction.width !== width || prediction.height !== height) {
    throw new MaskbenchError(
      'data.size-mismatch',
      `the prediction is ${prediction.width} x ${prediction.height}, its ground truth ${width} x ${height}`,
      { remedy: 'expected equal sizes; resize the prediction to the ground truth' },
    );
  }
  if (width * height === 0) throw new MaskbenchError('data.empty', 'the images have no pixels');
  const get = remembering<Pair>();
  const pair: Pair = {
    prediction: blankIgnored(prediction, truth.ignored),
    truth,
    conventions,
    get: <T>(intermediate: PairIntermediate<T>): T => get(intermediate, pair) as T,
  };
  return pair;
}

interface Computable<Owner> {
  compute(owner: Owner): unknown;
}

// Keyed by the intermediate itself and not by its name: two that share a name by mistake must not share a value.
function remembering<Owner>(): (intermediate: Computable<Owner>, owner: Owner) => unknown {
  const known = new Map<Computable<Owner>, unknown>();
  return (intermediate, owner) => {
    if (known.has(intermediate)) return known.get(intermediate);
    const value = intermediate.compute(owner);
    known.set(intermediate, value);
    return value;
  };
}
