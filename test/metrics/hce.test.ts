import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMatte, decodeTruth } from '../../src/image/codec.js';
import type { GrayImage } from '../../src/image/raster.js';
import { createPair, createTruth } from '../../src/metrics/context.js';
import { correctionEffort, hce, truthSkeleton } from '../../src/metrics/sod/hce.js';
import { anyImage } from '../fixtures/masks.js';
import { drawScene, noise, type SceneKind } from '../fixtures/scenes.js';
import { slowHce } from './sod/slow-hce.js';
import reference from './hce-reference.json' with { type: 'json' };

describe('human correction effort', () => {
  it.each(reference.cases)('is PySODMetrics\u2019 for $kind $width x $height, seed $seed', (c) => {
    const truth = scaled(drawScene(c.kind as SceneKind, c.width, c.height, c.seed), 255);
    expect(effort(predictionOf(truth, c.seed), truth)).toBe(c.hce);
  });

  const edges = goldenCases(join(import.meta.dirname, 'golden'), 'edge-');
  it.each(edges)('is the reference\u2019s in golden case $name', async ({ load, expected }) => {
    const { prediction, truth } = await load();
    expect(effort(prediction, truth)).toBe(expected);
  });

  const real = goldenCases(join(import.meta.dirname, '../../../shared/golden'), 'real-');
  it.skipIf(real.length === 0)(
    'is the reference\u2019s for real masks (needs ../shared/golden)',
    async () => {
      for (const { name, load, expected } of real) {
        const { prediction, truth } = await load();
        expect(effort(prediction, truth), name).toBe(expected);
      }
    },
  );

  it('is 0 for a perfect prediction, also a faint one', () => {
    fc.assert(
      fc.property(anyImage, (mask) => {
        expect(effort(scaled(mask, 255), scaled(mask, 255))).toBe(0);
        if (mask.data.includes(0)) expect(effort(scaled(mask, 25), scaled(mask, 255))).toBe(0);
      }),
    );
  });

  it('is what sets of pixels, looked at one by one, come to', () => {
    fc.assert(
      fc.property(anyImage, fc.integer({ min: 0, max: 1000 }), (mask, seed) => {
        const truth = scaled(mask, 255);
        const prediction = predictionOf(truth, seed);
        expect(effort(prediction, truth)).toBe(slowHce({ prediction, truth }));
      }),
    );
  });

  it('is a whole number of 0 or more', () => {
    fc.assert(
      fc.property(anyImage, fc.integer({ min: 0, max: 1000 }), (mask, seed) => {
        const truth = scaled(mask, 255);
        expect(effort(predictionOf(truth, seed), truth)).toSatisfy(
          (v) => Number.isInteger(v) && Number(v) >= 0,
        );
      }),
    );
  });

  it('is one click where everything is missing or everything is extra', () => {
    const empty = { width: 30, height: 20, data: new Uint8Array(600) };
    const full = { width: 30, height: 20, data: new Uint8Array(600).fill(255) };
    expect(effort(empty, full)).toBe(1);
    expect(effort(full, empty)).toBe(1);
    expect(effort(empty, empty)).toBe(0);
    expect(effort(full, full)).toBe(0);
  });

  it('forgives a border that is off by a few pixels', () => {
    expect(effort(square(20, 80), square(22, 78))).toBe(0);
    expect(effort(square(22, 78), square(20, 80))).toBe(0);
  });

  it('counts the parts apart: an extra block that touches nothing is one region', () => {
    const truth = square(10, 50);
    const prediction = square(10, 50);
    for (let y = 70; y < 90; y++) prediction.data.fill(255, y * 100 + 70, y * 100 + 90);
    const pair = createPair(prediction, createTruth(truth));
    expect(pair.get(correctionEffort)).toEqual({
      falsePositive: { points: 0, regions: 1 },
      falseNegative: { points: 0, regions: 0 },
    });
  });

  it('counts a missing part by its border with the background, and its skeleton where it is thin', () => {
    const truth = square(10, 50);
    truth.data.fill(255, 30 * 100 + 50, 30 * 100 + 90);
    const pair = createPair(square(10, 50), createTruth(truth));
    const { falsePositive, falseNegative } = pair.get(correctionEffort);
    expect(falsePositive).toEqual({ points: 0, regions: 0 });
    expect(falseNegative.points).toBeGreaterThan(0);
  });

  it('reads a constant prediction of 128 as foreground, of 127 as background', () => {
    const truth = square(10, 50);
    expect(effort(constant(128), truth)).toBe(effort(constant(255), truth));
    expect(effort(constant(127), truth)).toBe(effort(constant(0), truth));
  });

  it('thins a ground truth once for all its predictions', () => {
    const truth = createTruth(square(10, 50));
    hce.compute(createPair(square(10, 60), truth));
    const skeleton = truth.get(truthSkeleton);
    hce.compute(createPair(square(5, 50), truth));
    expect(truth.get(truthSkeleton)).toBe(skeleton);
  });

  it('says what it is', () => {
    expect(hce.meta).toMatchObject({ id: 'sod.hce', protocol: 'sod', better: 'lower', range: [0, null] });
  });
});

function effort(prediction: GrayImage, truth: GrayImage) {
  return hce.compute(createPair(prediction, createTruth(truth)));
}

/** As in scripts/reference/image-structures.py: shapes of another scene flipped, at soft values. */
function predictionOf(truth: GrayImage, seed: number): GrayImage {
  const { width, height } = truth;
  const shapes = drawScene('shapes', width, height, seed + 100).data;
  const blobs = drawScene('blobs', width, height, seed + 200).data;
  const dither = noise(width * height, seed + 300);
  const data = truth.data.map((v, i) =>
    (v > 0 ? 1 : 0) !== (shapes[i] & blobs[i]) ? 150 + (dither[i] % 90) : 10 + (dither[i] % 70),
  );
  return { width, height, data };
}

/** A 100 x 100 mask of the rows and columns from <= k < to. */
function square(from: number, to: number): GrayImage {
  const data = new Uint8Array(10_000);
  for (let y = from; y < to; y++) data.fill(255, y * 100 + from, y * 100 + to);
  return { width: 100, height: 100, data };
}

function constant(value: number): GrayImage {
  return { width: 100, height: 100, data: new Uint8Array(10_000).fill(value) };
}

function scaled({ width, height, data }: GrayImage, factor: number): GrayImage {
  return { width, height, data: data.map((v) => v * factor) };
}

function goldenCases(folder: string, prefix: string) {
  const file = join(folder, 'expected.json');
  if (!existsSync(file)) return [];
  const values = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { pysodmetrics: { hce: number } }>;
  return Object.entries(values)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, { pysodmetrics }]) => ({
      name,
      expected: pysodmetrics.hce,
      load: async () => ({
        prediction: await decodeMatte(join(folder, 'cases', name, 'pred.png')),
        truth: await decodeTruth(join(folder, 'cases', name, 'gt.png')),
      }),
    }));
}
