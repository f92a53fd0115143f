import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GrayImage, RgbImage, MaskImage } from '../../src/image/raster.js';
import { isDefined, type MetricValue } from '../../src/schema/metric-value.js';
import { truthAttributes } from '../../src/metrics/attributes.js';
import { createPair, createTruth } from '../../src/metrics/context.js';
import { createDatasetCurves } from '../../src/metrics/dataset-curves.js';
import { fixedConfusion } from '../../src/metrics/confusion.js';
import { curvesOfCounts } from '../../src/metrics/curves.js';
import { countsByClass } from '../../src/metrics/joint-histogram.js';
import { DEFAULT_CONVENTIONS } from '../../src/metrics/metric.js';
import { METRICS, PROTOCOL_IDS, protocolsOf } from '../../src/metrics/registry.js';
import { scorePair } from '../../src/metrics/score-pair.js';
import { draw } from '../support/drawn-mattes.js';
import { shortOrLong } from '../support/long.js';
import { filled, gray, imagePairs, type ImagePair } from './arbitrary-masks.js';
import { slowBoundaryAccuracy, slowGradientMagnitude } from './slow-matting.js';

// Whatever a metric, a curve or an attribute is, it is found through the registries: one that is added is held to all this.

interface Scene extends ImagePair {
  readonly ignore: Uint8Array;
  /** What a model might have said instead where it counts nowhere. */
  readonly other: Uint8Array;
  readonly picture: RgbImage;
}

/** A pair and what is ignored of it: single pixels, a rectangle, nothing of it or all but one pixel. */
const scenes: fc.Arbitrary<Scene> = fc
  .oneof({ arbitrary: imagePairs, weight: 3 }, { arbitrary: blobs(), weight: 1 })
  .chain((pair) => {
    const { width, height, data } = pair.truth;
    const bytes = (of: fc.Arbitrary<number>, length: number): fc.Arbitrary<Uint8Array> =>
      fc.array(of, { minLength: length, maxLength: length }).map((values) => Uint8Array.from(values));
    const any = fc.integer({ min: 0, max: 255 });
    const rectangle = fc
      .tuple(fc.nat(width - 1), fc.nat(height - 1), fc.nat(width - 1), fc.nat(height - 1))
      .map(([left, top, right, bottom]) =>
        data.map((_, i) => {
          const [x, y] = [i % width, Math.floor(i / width)];
          return x >= left && x <= right && y >= top && y <= bottom ? 1 : 0;
        }),
      );
    const ignore = fc
      .oneof(bytes(fc.constantFrom(0, 0, 0, 1), data.length), rectangle)
      // One pixel counts at least.
      .chain((at) => fc.nat(data.length - 1).map((one) => at.with(one, 0)));
    return fc.record({
      prediction: fc.constant(pair.prediction),
      truth: fc.constant(pair.truth),
      ignore,
      other: fc.oneof(
        bytes(any, data.length),
        any.map((value) => data.map(() => value)),
      ),
      picture: bytes(any, 3 * data.length).map((colours) => ({ width, height, data: colours })),
    });
  });

interface Shape {
  readonly x: number;
  readonly y: number;
  readonly reach: number;
  readonly bar: boolean;
  readonly value: number;
}

/** Larger masks with insides, rims and gaps, as discs and bars make them. */
function blobs(): fc.Arbitrary<ImagePair> {
  const shape: fc.Arbitrary<Shape> = fc.record({
    x: fc.nat(47),
    y: fc.nat(39),
    reach: fc.integer({ min: 1, max: 22 }),
    bar: fc.boolean(),
    value: fc.constantFrom(255, 255, 200, 90),
  });
  const shapes = fc.array(shape, { maxLength: 4 });
  const drawn = (list: readonly Shape[]): GrayImage => ({
    width: 48,
    height: 40,
    data: Uint8Array.from({ length: 48 * 40 }, (_, i) => {
      const [px, py] = [i % 48, Math.floor(i / 48)];
      const over = list.findLast(({ x, y, reach, bar }) =>
        bar ? Math.abs(px - x) < 2 && Math.abs(py - y) <= reach : Math.hypot(px - x, py - y) <= reach,
      );
      return over?.value ?? 0;
    }),
  });
  return fc.record({ prediction: shapes.map(drawn), truth: shapes.map(drawn) });
}

/** Everything that is said of a pair: metrics, counts, curves, explanations, and the truth's attributes. */
function everythingOf(prediction: GrayImage, truth: MaskImage, picture: RgbImage) {
  const pair = createPair(prediction, createTruth(truth, picture));
  const curves = protocolsOf(PROTOCOL_IDS).flatMap((protocol) => protocol.curves ?? []);
  const whole = curves.map((reading) => {
    const dataset = createDatasetCurves(reading);
    dataset.add(pair);
    return dataset.finish(128);
  });
  return {
    metrics: scorePair(pair, METRICS),
    counts: pair.get(fixedConfusion),
    histogram: pair.get(countsByClass),
    curves: curves.map((reading) => curvesOfCounts(reading, pair.get(countsByClass), DEFAULT_CONVENTIONS)),
    whole,
    attributes: pair.truth.get(truthAttributes),
    steps: protocolsOf(PROTOCOL_IDS).map((protocol) => protocol.explain?.(pair)),
  };
}

/** A picture that is a fifth of white everywhere. */
function colourless({ width, height }: GrayImage): RgbImage {
  return { width, height, data: new Uint8Array(3 * width * height).fill(51) };
}

/** Where an edge is missing, one of a ground truth that ignores pixels says so. */
function whatOf(value: MetricValue): MetricValue {
  return isDefined(value) ? value : { undefined: value.undefined.replace(' between pixels that count', '') };
}

/** The columns `from .. to - 1` alone. */
function columns<T extends GrayImage>({ width, height, data }: T, from: number, to: number, channels = 1) {
  const rows = Array.from({ length: height }, (_, y) => [
    ...data.subarray((y * width + from) * channels, (y * width + to) * channels),
  ]);
  return { width: to - from, height, data: Uint8Array.from(rows.flat()) };
}

describe('ignored pixels', () => {
  it('are such that no prediction on them changes anything', () => {
    fc.assert(
      fc.property(scenes, ({ prediction, truth, ignore, other, picture }) => {
        const altered = prediction.data.map((value, i) => (ignore[i] === 1 ? other[i] : value));
        expect(everythingOf({ ...prediction, data: altered }, { ...truth, ignore }, picture)).toEqual(
          everythingOf(prediction, { ...truth, ignore }, picture),
        );
      }),
      { numRuns: shortOrLong(100, 300) },
    );
  });

  it('are such that neither the ground truth’s nor the picture’s values on them change anything', () => {
    fc.assert(
      fc.property(scenes, ({ prediction, truth, ignore, other, picture }) => {
        const altered = truth.data.map((value, i) => (ignore[i] === 1 ? other[i] : value));
        const recoloured = picture.data.map((value, i) =>
          ignore[Math.floor(i / 3)] === 1 ? 255 - value : value,
        );
        expect(
          everythingOf(prediction, { ...truth, data: altered, ignore }, { ...picture, data: recoloured }),
        ).toEqual(everythingOf(prediction, { ...truth, ignore }, picture));
      }),
      { numRuns: shortOrLong(100, 300) },
    );
  });

  it('change nothing where there are none', () => {
    fc.assert(
      fc.property(scenes, ({ prediction, truth, picture }) => {
        const none = new Uint8Array(truth.data.length);
        expect(everythingOf(prediction, { ...truth, ignore: none }, picture)).toEqual(
          everythingOf(prediction, truth, picture),
        );
        // Not even a copy is made.
        expect(createTruth({ ...truth, ignore: none }).image.data).toBe(truth.data);
      }),
      { numRuns: shortOrLong(50, 150) },
    );
  });

  // What depends on the size, as rims do, depends on it in steps that these images are too small for.
  const NOT_OF_A_PART: Readonly<Record<string, string>> = {
    'matting.grad': 'the image’s border is a mirror, and where pixels are ignored both images are 0',
    'sod.ms_iou': 'its boxes are laid from the right: see the left-hand columns',
  };

  it('at the right are as if the picture ended there', () => {
    fc.assert(
      fc.property(scenes, fc.nat(47), ({ prediction, truth, picture }, cut) => {
        const { width } = truth;
        const to = width - (cut % width);
        const ignore = truth.data.map((_, i) => (i % width >= to ? 1 : 0));
        const whole = everythingOf(prediction, { ...truth, ignore }, picture);
        const part = everythingOf(
          columns(prediction, 0, to),
          columns(truth, 0, to),
          columns(picture, 0, to, 3),
        );
        const { metrics, attributes } = whole;
        for (const [id, value] of Object.entries(metrics)) {
          if (!(id in NOT_OF_A_PART))
            expect({ [id]: whatOf(value) }).toEqual({ [id]: whatOf(part.metrics[id]) });
        }
        expect(whole.counts).toEqual(part.counts);
        expect(whole.histogram).toEqual(part.histogram);
        expect(whole.curves).toEqual(part.curves);
        const { ignoredShare, ...others } = attributes;
        expect({ ...others, width: to }).toEqual(part.attributes);
        expect(ignoredShare).toBe(to === width ? undefined : (width - to) / width);
      }),
      { numRuns: shortOrLong(130, 400) },
    );
  });

  it('at the left are to the multi-scale IoU as if the picture began there', () => {
    fc.assert(
      fc.property(scenes, fc.nat(47), ({ prediction, truth, picture }, cut) => {
        const { width } = truth;
        const from = cut % width;
        const ignore = truth.data.map((_, i) => (i % width < from ? 1 : 0));
        const { metrics } = everythingOf(prediction, { ...truth, ignore }, picture);
        const part = everythingOf(
          columns(prediction, from, width),
          columns(truth, from, width),
          columns(picture, from, width, 3),
        );
        expect(metrics['sod.ms_iou']).toBe(part.metrics['sod.ms_iou']);
      }),
      { numRuns: shortOrLong(60, 200) },
    );
  });

  it('leave a perfect matte perfect', () => {
    fc.assert(
      fc.property(scenes, ({ truth, ignore, other, picture }) => {
        const matte = truth.data.map((value, i) => (ignore[i] === 1 ? other[i] : value));
        const { metrics } = everythingOf({ ...truth, data: matte }, { ...truth, ignore }, picture);
        for (const id of ['iou', 'dice', 'pixel_accuracy', 'boundary_iou']) expect(metrics[id]).toBe(1);
        for (const id of ['sad', 'mse', 'mad', 'grad', 'conn']) expect(metrics[`matting.${id}`]).toBe(0);
        for (const id of ['white', 'black']) expect(metrics[`cutout.${id}`]).toBe(0);
      }),
      { numRuns: shortOrLong(50, 150) },
    );
  });

  it('have no part in a contour, and what lies on both sides of them has, where the radius reaches so far', () => {
    // 900 x 40 pixels: radii of 1 and 2. A bar's edge runs through an ignored column at the left, and is open at the right.
    const truth = draw(900, 40, (x, y) => (x > 200 && x < 700 && y > 10 && y < 30 ? 255 : 0));
    const prediction = draw(900, 40, (x, y) => (x > 198 && x < 690 && y > 10 && y < 31 ? 255 : 0));
    const ignore = truth.data.map((_, i) => (i % 900 === 200 || (i % 900) % 97 < 30 ? 1 : 0));
    const { metrics } = everythingOf(prediction, { ...truth, ignore }, colourless(truth));
    expect(metrics['matting.mba']).toBeCloseTo(
      slowBoundaryAccuracy(prediction, { ...truth, ignore }) ?? Number.NaN,
      12,
    );
  });

  it('that cover the whole contour leave none to ask for, and it is said why', () => {
    const truth = draw(40, 40, (x, y) => (Math.hypot(x - 20, y - 20) < 10 ? 255 : 0));
    const ignore = draw(40, 40, (x, y) => (Math.abs(Math.hypot(x - 20, y - 20) - 10) < 4 ? 1 : 0)).data;
    const { metrics } = everythingOf(truth, { ...truth, ignore }, colourless(truth));
    const without = (what: string) => ({
      undefined: `the ground truth has no ${what} between pixels that count`,
    });
    expect(metrics).toMatchObject({
      iou: 1,
      'sod.s': expect.closeTo(1, 12),
      'matting.mba': without('contour'),
    });
    for (const id of ['halo', 'halo_white', 'halo_black', 'rim_white', 'rim_black']) {
      expect(metrics[`cutout.${id}`]).toEqual(without('edge'));
    }
  });

  it('add nothing to the gradient error but that both mattes are 0 there', () => {
    fc.assert(
      fc.property(scenes, ({ prediction, truth, ignore, picture }) => {
        const [p, g] = [prediction, truth].map((image) => ({
          ...image,
          data: image.data.map((value, i) => (ignore[i] === 1 ? 0 : value)),
        }));
        let sum = 0;
        for (const [i, at] of ignore.entries()) {
          const [x, y] = [i % truth.width, Math.floor(i / truth.width)];
          const [a, b] = [p, g].map((image) => slowGradientMagnitude(image, 1.4, x, y));
          if (at === 0) sum += (a - b) ** 2;
        }
        const { metrics } = everythingOf(prediction, { ...truth, ignore }, picture);
        expect(Math.abs(Number(metrics['matting.grad']) - sum / 10)).toBeLessThan(1e-6 * Math.max(1, sum));
      }),
      { numRuns: 40 },
    );
  });

  it('that are all there is are refused by name, so that no number is made of nothing', () => {
    const truth = { ...filled(4, 3, 255), ignore: new Uint8Array(12).fill(1) };
    expect(() => createTruth(truth)).toThrow(
      expect.objectContaining({ code: 'data.empty', message: expect.stringContaining('ignored') }),
    );
  });

  it('must be said of every pixel', () => {
    const truth = { ...filled(4, 3, 255), ignore: new Uint8Array(11) };
    expect(() => createTruth(truth)).toThrow(expect.objectContaining({ code: 'data.size-mismatch' }));
  });

  it('are left out as counted by hand', () => {
    // Of 4 x 3 pixels the last column and the pixel in the middle are ignored: 8 count.
    const truth = gray([
      [255, 255, 0, 255],
      [255, 77, 0, 255],
      [128, 0, 0, 255],
    ]);
    const prediction = gray([
      [255, 0, 0, 0],
      [255, 9, 204, 0],
      [128, 0, 0, 0],
    ]);
    const ignore = Uint8Array.from([0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1]);
    const { metrics, counts, attributes } = everythingOf(prediction, { ...truth, ignore }, colourless(truth));
    expect(counts).toEqual({ tp: 3, fp: 1, fn: 1, tn: 3 });
    expect(metrics).toMatchObject({
      iou: 3 / 5,
      pixel_accuracy: 6 / 8,
      // |p / 255 - g|: 1 missed, 0.8 invented, 127 / 255 at the pixel of 128.
      mae: (255 + 204 + 127) / 255 / 8,
      // The soft truth agrees at the pixel of 128.
      'matting.sad': (255 + 204) / 255 / 1000,
      'matting.mse': (255 ** 2 + 204 ** 2) / 255 ** 2 / 8,
      'matting.mae_translucent': 0,
      'matting.mae_opaque': (255 + 204) / 255 / 7,
      // The picture is 0.2 of white everywhere.
      'cutout.black': expect.closeTo((0.2 * (255 + 204)) / 255 / 8, 12),
      'cutout.white': expect.closeTo((0.8 * (255 + 204)) / 255 / 8, 12),
    });
    expect(attributes).toMatchObject({
      width: 4,
      height: 3,
      foregroundShare: 4 / 8,
      translucentShare: 1 / 8,
      ignoredShare: 4 / 12,
      components: 1,
      largestComponentShare: 1,
    });
  });
});
