import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countJointly, jointCounter, rowsByCut } from '../../src/metrics/count-jointly.js';
import { fixedHistogram, sodHistogram } from '../../src/metrics/joint-histogram.js';
import { filled, gray, imagePairs, pairOf, type ImagePair } from './arbitrary-masks.js';

describe('joint histogram', () => {
  it('agrees with counting pixel by pixel, for any threshold', () => {
    fc.assert(
      fc.property(imagePairs, fc.integer({ min: 1, max: 255 }), (images, threshold) => {
        const pair = pairOf(images, { threshold, empty: 'one' });
        expect(pair.get(fixedHistogram)).toEqual(slowHistogram(images, threshold));
        expect(pair.get(sodHistogram)).toEqual(slowHistogram(images, 129));
      }),
    );
  });

  it('splits a ground truth of 128 at >= 128 for fixed and > 128 for sod', () => {
    const pair = pairOf({ prediction: gray([[7]]), truth: gray([[128]]) });
    expect(pair.get(fixedHistogram).foregroundTotal).toBe(1);
    expect(pair.get(sodHistogram).foregroundTotal).toBe(0);
  });

  it('counts images that do not start on a 4-byte border of their buffer', () => {
    const shifted = { width: 3, height: 3, data: new Uint8Array(12).fill(200).subarray(1, 10) };
    const pair = pairOf({ prediction: shifted, truth: filled(3, 3, 255) });
    expect(pair.get(fixedHistogram).foreground[200]).toBe(9);
  });
});

describe('counting part of an image', () => {
  it('counts exactly the pixels of the part, wherever it starts and ends', () => {
    const prediction = Uint8Array.from({ length: 23 }, (_, i) => i);
    const truth = new Uint8Array(23);
    const counter = jointCounter(prediction, truth, rowsByCut(128));
    for (let from = 0; from <= 23; from++) {
      for (let to = from; to <= 23; to++) {
        const counts = new Uint32Array(512);
        countJointly(counter, from, to, counts);
        const counted = [...counts.keys()].filter((v) => counts[v] === 1);
        expect(counted).toEqual(Array.from({ length: to - from }, (_, k) => from + k));
      }
    }
  });
});

function slowHistogram({ prediction, truth }: ImagePair, cut: number) {
  const foreground = new Uint32Array(256);
  const background = new Uint32Array(256);
  prediction.data.forEach((p, i) => (truth.data[i] >= cut ? foreground : background)[p]++);
  const foregroundTotal = truth.data.filter((g) => g >= cut).length;
  return { foreground, background, foregroundTotal, backgroundTotal: truth.data.length - foregroundTotal };
}
