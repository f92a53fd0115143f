import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/core/hash.js';
import { warpBytes, warpFloats, type WarpKind } from '../../src/image/warp.js';
import reference from './warp.json' with { type: 'json' };

/** The picture that scripts/reference/warp.py makes of the same formula. */
function picture(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * 7 + i * 13) % 251);
}

function logits(width: number, height: number): Float32Array {
  return Float32Array.from({ length: width * height }, (_, i) => (((i * 37) % 1009) - 504) / 64);
}

describe('a warp', () => {
  it.each(reference.cases)(
    'of $width x $height into a frame of $toWidth x $toHeight is that of $kind, to the byte',
    ({ kind, width, height, toWidth, toHeight, frame, floats }) => {
      const scale = Math.min(toWidth / width, toHeight / height);
      const warped = warpBytes(
        picture(width, height),
        width,
        height,
        3,
        scale,
        toWidth,
        toHeight,
        kind as WarpKind,
      );
      expect(sha256(warped)).toBe(frame);
      const map = logits(toWidth, toHeight);
      const back = warpFloats(map, toWidth, toHeight, 1 / scale, width, height, kind as WarpKind);
      expect(sha256(Uint8Array.from(back, (value) => (value > 0 ? 255 : 0)))).toBe(floats);
    },
  );

  it('by one changes nothing', () => {
    const data = picture(5, 4);
    for (const kind of ['scipy-linear', 'opencv-linear'] as const) {
      expect(warpBytes(data, 5, 4, 3, 1, 5, 4, kind)).toEqual(data);
    }
  });

  it('leaves zeros where there is no picture', () => {
    const warped = warpBytes(new Uint8Array(12).fill(255), 2, 2, 3, 1, 4, 2, 'scipy-linear');
    expect(Array.from(warped.slice(0, 12))).toEqual([255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0]);
  });
});
