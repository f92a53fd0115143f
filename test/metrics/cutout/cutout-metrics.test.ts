import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDefined, type MetricValue } from '../../../src/schema/metric-value.js';
import type { GrayImage, RgbImage } from '../../../src/image/raster.js';
import { createPair, createTruth } from '../../../src/metrics/context.js';
import { cutoutMetrics } from '../../../src/metrics/cutout/errors.js';
import { mad } from '../../../src/metrics/matting/errors.js';
import { scorePair } from '../../../src/metrics/score-pair.js';
import { draw } from '../../support/drawn-mattes.js';
import { filled, flipped, imagePairs, inverted, transposed } from '../arbitrary-masks.js';
import { slowCutout } from './slow-cutout.js';

type Scores = Readonly<Record<string, MetricValue>>;

function scoresOf(prediction: GrayImage, truth: GrayImage, picture?: RgbImage): Scores {
  return scorePair(createPair(prediction, createTruth(truth, picture)), cutoutMetrics);
}

/** A picture of one colour. */
function plain({ width, height }: GrayImage, [r, g, b]: readonly [number, number, number]): RgbImage {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < data.length; i += 3) data.set([r, g, b], i);
  return { width, height, data };
}

const withPicture = imagePairs.chain(({ prediction, truth }) =>
  fc
    .uint8Array({ minLength: 3 * truth.data.length, maxLength: 3 * truth.data.length })
    .map((data) => ({ prediction, truth, picture: { width: truth.width, height: truth.height, data } })),
);

function expectSame(actual: Scores, expected: Scores): void {
  for (const [id, value] of Object.entries(expected)) {
    if (isDefined(value)) expect(actual[id], id).toBeCloseTo(value, 12);
    else expect(actual[id], id).toEqual(value);
  }
}

describe('the cut-out metrics', () => {
  it('agree with their definitions written out', () => {
    fc.assert(
      fc.property(withPicture, ({ prediction, truth, picture }) =>
        expectSame(scoresOf(prediction, truth, picture), slowCutout(prediction, truth, picture)),
      ),
      { numRuns: 400 },
    );
  });

  it('agree with them where the rim is several pixels wide', () => {
    const truth = draw(140, 160, (x, y) => ((x - 70) ** 2 + (y - 80) ** 2 < 1400 || x === 3 ? 255 : 0));
    const prediction = draw(140, 160, (x, y) =>
      Math.max(0, 255 - 3 * Math.abs(x - 68) - 2 * Math.abs(y - 77)),
    );
    const data = Uint8Array.from({ length: 3 * 140 * 160 }, (_, i) => (i * 7919) % 256);
    const picture = { width: 140, height: 160, data };
    expectSame(scoresOf(prediction, truth, picture), slowCutout(prediction, truth, picture));
  });

  it('lie in their range, or say why they are undefined', () => {
    fc.assert(
      fc.property(withPicture, ({ prediction, truth, picture }) => {
        for (const [id, value] of Object.entries(scoresOf(prediction, truth, picture))) {
          if (!isDefined(value)) expect(value.undefined.length, id).toBeGreaterThan(5);
          else expect(value >= 0 && value <= 1, `${id} ${value}`).toBe(true);
        }
      }),
    );
  });

  it('do not change when the images are mirrored or transposed', () => {
    const turned = (picture: RgbImage, turn: (image: GrayImage) => GrayImage): RgbImage => {
      const { width, height } = picture;
      const channels = [0, 1, 2].map((c) =>
        turn({ width, height, data: picture.data.filter((_, i) => i % 3 === c) }),
      );
      const size = { width: channels[0].width, height: channels[0].height };
      return { ...size, data: picture.data.map((_, i) => channels[i % 3].data[Math.floor(i / 3)]) };
    };
    fc.assert(
      fc.property(withPicture, ({ prediction, truth, picture }) => {
        const scores = scoresOf(prediction, truth, picture);
        for (const turn of [flipped, transposed]) {
          expect(scoresOf(turn(prediction), turn(truth), turned(picture, turn))).toEqual(scores);
        }
      }),
    );
  });

  it('swap white and black when the colours of the picture are inverted', () => {
    const swapped = (id: string): string =>
      id.endsWith('white') ? id.replace('white', 'black') : id.replace('black', 'white');
    fc.assert(
      fc.property(withPicture, ({ prediction, truth, picture }) => {
        const scores = scoresOf(prediction, truth, picture);
        const negative = scoresOf(prediction, truth, { ...picture, data: inverted({ ...picture }).data });
        for (const { meta } of cutoutMetrics) expect(negative[swapped(meta.id)]).toEqual(scores[meta.id]);
      }),
    );
  });

  it('on white and on black add up to what alpha alone says', () => {
    fc.assert(
      fc.property(withPicture, ({ prediction, truth, picture }) => {
        const scores = scoresOf(prediction, truth, picture);
        const sum = (id: string): number => Number(scores[`${id}_white`]) + Number(scores[`${id}_black`]);
        if (isDefined(scores['cutout.halo']))
          expect(sum('cutout.halo')).toBeCloseTo(scores['cutout.halo'], 12);
        const both = Number(scores['cutout.white']) + Number(scores['cutout.black']);
        expect(both).toBeCloseTo(Number(mad.compute(createPair(prediction, createTruth(truth)))), 12);
      }),
    );
  });
});

const size = 200;
const disc = (radius: number, value = 255): GrayImage =>
  draw(size, size, (x, y) => (Math.hypot(x - 100, y - 100) <= radius ? value : 0));

describe('of known mattes', () => {
  const truth = disc(60);
  const grey = plain(truth, [100, 150, 200]);

  it('a perfect one has no error', () => {
    for (const value of Object.values(scoresOf(truth, truth, grey))) expect(value).toBe(0);
  });

  it('one dilated has a halo that grows with the dilation, and no lost detail', () => {
    const halos = [1, 2, 3].map((r) => {
      const scores = scoresOf(disc(60 + r), truth, grey);
      expect(scores['cutout.lost_detail']).toBe(0);
      expect(scores['cutout.opacity_loss']).toBe(0);
      return Number(scores['cutout.halo']);
    });
    expect(halos[0]).toBeGreaterThan(0);
    expect(halos[1]).toBeGreaterThan(halos[0]);
    expect(halos[2]).toBeCloseTo(1, 1);
  });

  it('one eroded has lost detail and no halo', () => {
    const losses = [1, 2, 3].map((r) => {
      const scores = scoresOf(disc(60 - r), truth, grey);
      expect(scores['cutout.halo']).toBe(0);
      expect(scores['cutout.halo_white']).toBe(0);
      return Number(scores['cutout.lost_detail']);
    });
    expect(losses[0]).toBeGreaterThan(0);
    expect(losses[1]).toBeGreaterThan(losses[0]);
    expect(losses[2]).toBeCloseTo(1, 1);
  });

  it('one at half its opacity lets half of the subject through, inside as at the edge', () => {
    const scores = scoresOf(disc(60, 128), truth, grey);
    expect(scores['cutout.opacity_loss']).toBeCloseTo(127 / 255, 12);
    expect(scores['cutout.lost_detail']).toBeCloseTo(127 / 255, 12);
    expect(scores['cutout.halo']).toBe(0);
  });

  it('one without a hole in the middle has no halo there: what lies deep inside is not the rim', () => {
    const scores = scoresOf(
      draw(size, size, (x, y) => (Math.hypot(x - 100, y - 100) <= 40 ? 0 : truth.data[y * size + x])),
      truth,
      grey,
    );
    expect(scores['cutout.lost_detail']).toBe(0);
    expect(scores['cutout.opacity_loss']).toBeGreaterThan(0.4);
  });

  it('one that misses a thin line has lost all detail of it, however far it lies from the subject', () => {
    const line = draw(size, size, (x) => (x === 20 || x === 21 ? 255 : 0));
    const both = draw(size, size, (x, y) => Math.max(line.data[y * size + x], truth.data[y * size + x]));
    const lost = Number(scoresOf(truth, both, grey)['cutout.lost_detail']);
    const alone = scoresOf(filled(size, size, 0), line, grey)['cutout.lost_detail'];
    expect(alone).toBe(1);
    expect(lost).toBeGreaterThan(0.2);
    expect(scoresOf(line, both, grey)['cutout.lost_detail']).toBeCloseTo(1 - lost, 12);
  });

  it('a halo shows on the background that its colour differs from, and not on its own', () => {
    const wall = scoresOf(disc(62), truth, plain(truth, [255, 255, 255]));
    expect(wall['cutout.halo_white']).toBe(0);
    expect(wall['cutout.halo_black']).toBe(wall['cutout.halo']);
    const night = scoresOf(disc(62), truth, plain(truth, [0, 0, 0]));
    expect(night['cutout.halo_black']).toBe(0);
    expect(night['cutout.halo_white']).toBe(night['cutout.halo']);
  });

  it('an empty one has lost everything, and a full one has nothing but halo', () => {
    const empty = scoresOf(filled(size, size, 0), truth, grey);
    expect(empty).toMatchObject({ 'cutout.halo': 0, 'cutout.lost_detail': 1, 'cutout.opacity_loss': 1 });
    const full = scoresOf(filled(size, size, 255), truth, grey);
    expect(full).toMatchObject({ 'cutout.halo': 1, 'cutout.lost_detail': 0, 'cutout.opacity_loss': 0 });
  });

  it('a subject cut by the border of the image has no edge there', () => {
    const cut = draw(size, size, (x) => (x < 100 ? 255 : 0));
    const eaten = draw(size, size, (x) => (x > 2 && x < 100 ? 255 : 0));
    expect(scoresOf(eaten, cut, grey)).toMatchObject({ 'cutout.lost_detail': 0, 'cutout.halo': 0 });
  });
});

describe('of masks without an edge', () => {
  const empty = filled(40, 40, 0);
  const full = filled(40, 40, 255);
  const picture = plain(empty, [10, 20, 30]);
  const NO_EDGE = { undefined: 'the ground truth has no edge' };

  it('the ones about the rim are undefined, and those of the whole image are not', () => {
    for (const truth of [empty, full]) {
      const scores = scoresOf(full, truth, picture);
      for (const id of ['halo', 'halo_white', 'halo_black', 'rim_white', 'rim_black']) {
        expect(scores[`cutout.${id}`], id).toEqual(NO_EDGE);
      }
      expect(scores['cutout.lost_detail']).toEqual({ undefined: 'the ground truth has no detail' });
      expect(isDefined(scores['cutout.white'])).toBe(true);
    }
    expect(scoresOf(full, empty, picture)['cutout.opacity_loss']).toEqual({
      undefined: 'the ground truth has no opaque pixel',
    });
    expect(scoresOf(empty, full, picture)['cutout.opacity_loss']).toBe(1);
  });
});

describe('without a picture', () => {
  it('alpha alone is scored, and colour says that there is none', () => {
    const scores = scoresOf(disc(62), disc(60));
    for (const { meta } of cutoutMetrics) {
      expect(isDefined(scores[meta.id]), meta.id).toBe(meta.needsPicture !== true);
    }
    expect(scores['cutout.white']).toEqual({ undefined: 'there is no picture' });
  });

  it('and a picture of another size is refused', () => {
    const truth = disc(60);
    expect(() => createTruth(truth, plain(filled(10, 12, 0), [0, 0, 0]))).toThrow(
      'the picture is 10 x 12, its ground truth 200 x 200',
    );
  });
});
