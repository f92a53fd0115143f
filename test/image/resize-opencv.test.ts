import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { resizeOpencv } from '../../src/image/resize-opencv.js';
import { noise } from '../fixtures/scenes.js';
import reference from './opencv-resize.json' with { type: 'json' };

describe('resizeOpencv', () => {
  for (const c of reference.cases) {
    it(`gives OpenCV's bytes for ${c.pixels} ${c.width}x${c.height} to ${c.toWidth}x${c.toHeight}`, () => {
      const drawn = noise(c.width * c.height, c.seed);
      const data = c.pixels === 'noise' ? drawn : drawn.map((v) => (v >= 128 ? 255 : 0));
      const out = resizeOpencv({ width: c.width, height: c.height, data }, c.toWidth, c.toHeight);
      expect([...out.data.subarray(0, c.head.length)]).toEqual(c.head);
      expect(createHash('sha256').update(out.data).digest('hex')).toBe(c.sha256);
    });
  }

  it('gives the image itself back when the size is unchanged', () => {
    const image = { width: 4, height: 3, data: noise(12, 1) };
    expect(resizeOpencv(image, 4, 3)).toBe(image);
  });

  it('keeps a constant image constant at every size', () => {
    const image = { width: 40, height: 30, data: new Uint8Array(40 * 30).fill(255) };
    expect(new Set(resizeOpencv(image, 123, 7).data)).toEqual(new Set([255]));
  });
});
