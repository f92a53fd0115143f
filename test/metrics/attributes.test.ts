import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDefined } from '../../src/schema/metric-value.js';
import type { GrayImage } from '../../src/image/raster.js';
import { measureTruth, truthAttributes } from '../../src/metrics/attributes.js';
import { createTruth } from '../../src/metrics/context.js';
import { anyImage } from '../fixtures/masks.js';
import { drawScene, type SceneKind } from '../fixtures/scenes.js';
import reference from '../image/image-structures.json' with { type: 'json' };

describe('the attributes of a ground truth', () => {
  it.each(reference.cases)(
    'are OpenCV\u2019s and scikit-image\u2019s counts for $kind $width x $height',
    (c) => {
      const attributes = measureTruth(truthOf(drawScene(c.kind as SceneKind, c.width, c.height, c.seed)));
      expect(attributes).toMatchObject({
        width: c.width,
        height: c.height,
        foregroundShare: c.foreground / (c.width * c.height),
        components: c.components,
        contours: c.contours,
        dominantPoints: c.polygons['closed 2'].corners,
        translucentShare: 0,
      });
      if (c.foreground === 0) return;
      const expected = c.length ** 2 / (4 * Math.PI * c.foreground);
      // OpenCV adds the lengths of steps in single precision.
      expect(attributes.ipq).toSatisfy((ipq) => Math.abs(Number(ipq) - expected) <= 1e-6 * expected);
    },
  );

  it('of a disc: an isoperimetric quotient of about 1, one component, nothing thin', () => {
    const { ipq, components, largestComponentShare, contours, thinStructureShare } = measureTruth(
      drawn(301, 301, (x, y) => (x - 150) ** 2 + (y - 150) ** 2 <= 100 ** 2),
    );
    expect(ipq).toBeCloseTo(1.1, 1);
    expect({ components, largestComponentShare, contours, thinStructureShare }).toEqual({
      components: 1,
      largestComponentShare: 1,
      contours: 1,
      thinStructureShare: 0,
    });
  });

  it('of a square: four dominant points and 4 / pi', () => {
    const { ipq, dominantPoints } = measureTruth(
      drawn(400, 400, (x, y) => x >= 20 && x < 380 && y >= 20 && y < 380),
    );
    expect(dominantPoints).toBe(4);
    expect(ipq).toBeCloseTo((4 * 359) ** 2 / (4 * Math.PI * 360 ** 2), 12);
  });

  it('of a ring: one component with two contours', () => {
    expect(
      measureTruth(drawn(60, 60, (x, y) => Math.abs(Math.hypot(x - 30, y - 30) - 20) < 4)),
    ).toMatchObject({ components: 1, contours: 2 });
  });

  it('call thin what is narrower than a hundredth of the diagonal, at any scale', () => {
    // A block of half the area of the image, with a hair sticking out of it.
    for (const scale of [1, 2, 3]) {
      const truth = drawn(
        400 * scale,
        300 * scale,
        (x, y) => x < 200 * scale || (x < 390 * scale && y >= 150 * scale && y < 153 * scale),
      );
      const { thinStructureShare } = measureTruth(truth);
      const hair = 190 * 3;
      expect(thinStructureShare).toBeCloseTo(hair / (200 * 300 + hair), 3);
    }
  });

  it('have no ratios, but counts of 0, where there is no foreground', () => {
    const nothing = { undefined: 'the ground truth is empty' };
    expect(measureTruth(drawn(7, 5, () => false))).toEqual({
      width: 7,
      height: 5,
      foregroundShare: 0,
      translucentShare: 0,
      components: 0,
      largestComponentShare: nothing,
      contours: 0,
      ipq: nothing,
      dominantPoints: 0,
      thinStructureShare: nothing,
    });
  });

  it('of a full image: nothing is thin, for the object goes on outside', () => {
    expect(measureTruth(drawn(40, 30, () => true))).toMatchObject({
      foregroundShare: 1,
      thinStructureShare: 0,
    });
  });

  it('count translucent pixels, and take 128 for foreground', () => {
    const data = Uint8Array.of(0, 1, 127, 128, 254, 255, 0, 255);
    expect(measureTruth({ width: 4, height: 2, data })).toMatchObject({
      translucentShare: 4 / 8,
      foregroundShare: 4 / 8,
    });
  });

  it('lie within their ranges and do not change in a mirror, but for the corners', () => {
    fc.assert(
      fc.property(anyImage, (mask) => {
        const attributes = measureTruth(truthOf(mask));
        for (const share of [
          attributes.foregroundShare,
          attributes.largestComponentShare,
          attributes.thinStructureShare,
        ]) {
          if (isDefined(share)) expect(share).toSatisfy((v) => Number(v) >= 0 && Number(v) <= 1);
        }
        const { dominantPoints: _, ...mirrored } = measureTruth(truthOf(mirror(mask)));
        expect(attributes).toMatchObject(mirrored);
      }),
    );
  });

  it('are measured once for a truth', () => {
    const truth = createTruth(drawn(8, 8, (x) => x > 3));
    expect(truth.get(truthAttributes)).toBe(truth.get(truthAttributes));
    expect(truth.get(truthAttributes).foregroundShare).toBe(0.5);
  });
});

function truthOf({ width, height, data }: GrayImage): GrayImage {
  return { width, height, data: data.map((v) => v * 255) };
}

function mirror({ width, height, data }: GrayImage): GrayImage {
  return { width, height, data: data.map((_, i) => data[i - (i % width) + width - 1 - (i % width)]) };
}

function drawn(width: number, height: number, isSet: (x: number, y: number) => boolean): GrayImage {
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height }, (_, i) =>
      isSet(i % width, Math.floor(i / width)) ? 255 : 0,
    ),
  };
}
