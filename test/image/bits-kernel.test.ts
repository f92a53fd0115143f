import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countBits, emptyBits, packAtLeast, unpackBits, type BitMask } from '../../src/image/bit-mask.js';
import { withPlanes, type Plane, type Planes } from '../../src/image/bits-kernel.js';
import { maskOf, rowsOf } from '../fixtures/masks.js';
import { drawScene } from '../fixtures/scenes.js';

type Test = (x: number, y: number) => boolean;

/** Three masks of one size; widths on, before and after the ends of words and of vectors. */
const threeMasks = fc
  .tuple(
    fc.constantFrom(1, 2, 31, 32, 33, 63, 64, 65, 95, 96, 127, 128, 129, 160),
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 0, max: 10_000 }),
  )
  .map(([width, height, seed]) =>
    [0, 1, 2].map((k) =>
      packAtLeast(
        drawScene(k === seed % 3 ? 'noise' : 'blobs', width, height, seed + k),
        seed % 17 === 0 ? k : 1,
      ),
    ),
  );

describe('the kernel of bit masks', () => {
  it('combines, grows, widens and shifts masks as pixels looked at one by one say', () => {
    fc.assert(
      fc.property(threeMasks, fc.integer({ min: 0, max: 6 }), ([a, b, c], steps) => {
        const [isA, isB, isC] = [a, b, c].map(testOf);
        const rows = steps % a.height;
        expectPixels(a, (p) => p.and(p.put(a), p.put(b)), (x, y) => isA(x, y) && isB(x, y)); // prettier-ignore
        expectPixels(a, (p) => p.or(p.put(a), p.put(b)), (x, y) => isA(x, y) || isB(x, y)); // prettier-ignore
        expectPixels(a, (p) => p.andNot(p.put(a), p.put(b)), (x, y) => isA(x, y) && !isB(x, y)); // prettier-ignore
        expectPixels(
          a,
          (p) => p.andNot(p.all, p.put(a)),
          (x, y) => !isA(x, y),
        );
        expectPixels(a, (p) => p.grow(p.put(a), p.put(c), steps), grown(a, isA, isC, steps, 1));
        expectPixels(a, (p) => p.widen(p.put(a), steps), grown(a, isA, () => true, steps, 0)); // prettier-ignore
        expectPixels(
          a,
          (p) => {
            const into = p.put(b);
            p.addShifted(into, p.put(a), rows);
            return into;
          },
          (x, y) => isB(x, y) || isA(x, y - rows) || isA(x, y + rows),
        );
      }),
    );
  });

  it('grows around corners, one move a step', () => {
    const [seed, allowed] = [maskOf('#..', '...', '...'), maskOf('###', '..#', '###')];
    const after = (steps: number) =>
      withPlanes(seed, (p) => rowsOf(p.take(p.grow(p.put(seed), p.put(allowed), steps))));
    expect(after(3)).toEqual(['###', '..#', '...']);
    expect(after(6)).toEqual(['###', '..#', '###']);
  });

  it('leaves planes alone while other work is done in between, of another size, or fails', () => {
    const mask = packAtLeast(drawScene('noise', 77, 30, 1), 1);
    const large = packAtLeast(drawScene('noise', 700, 500, 2), 1);
    const taken = withPlanes(mask, (planes) => {
      const plane = planes.put(mask);
      withPlanes(large, (others) => others.grow(others.put(large), others.all, 5));
      const fail = () =>
        withPlanes(large, () => {
          throw new Error('on purpose');
        });
      expect(fail).toThrow('on purpose');
      return planes.take(planes.or(plane, plane));
    });
    expect(rowsOf(taken)).toEqual(rowsOf(mask));
  });

  it('works the same after masks so large that their memory is given back', () => {
    const large = emptyBits(20_000, 9_000);
    large.words[4321] = 1;
    const cross = withPlanes(large, (p) => countBits(p.take(p.grow(p.put(large), p.all, 1))));
    expect(cross).toBe(5);
    const mask = packAtLeast(drawScene('blobs', 50, 20, 3), 1);
    expect(withPlanes(mask, (p) => rowsOf(p.take(p.put(mask))))).toEqual(rowsOf(mask));
  });

  it('refuses masks that do not fit into its memory, in one sentence', () => {
    const huge = { ...emptyBits(1, 1), width: 262_144, height: 262_144, stride: 8192 };
    const work = (): unknown => withPlanes(huge, (p) => p.all);
    expect(work).toThrow(
      expect.objectContaining({
        code: 'runner.out-of-memory',
        message: 'a mask of 262144 x 262144 pixels is too large to be scored',
      }),
    );
  });
});

function expectPixels(frame: BitMask, work: (planes: Planes) => Plane, expected: Test): void {
  const { width, height } = frame;
  const found = withPlanes(frame, (planes) => planes.take(work(planes)));
  const pixels = Array.from({ length: width * height }, (_, i) =>
    expected(i % width, Math.floor(i / width)) ? 1 : 0,
  );
  expect([...unpackBits(found)]).toEqual(pixels);
  // Bits beyond the width are 0.
  expect(countBits(found)).toBe(pixels.filter((v) => v === 1).length);
}

function testOf({ width, height, stride, words }: BitMask): Test {
  return (x, y) =>
    x >= 0 && y >= 0 && x < width && y < height && ((words[y * stride + (x >> 5)] >>> (x & 31)) & 1) === 1;
}

function grown({ width, height }: BitMask, seed: Test, allowed: Test, steps: number, up: 0 | 1): Test {
  let now = seed;
  for (let k = 0; k < steps; k++) {
    const before = now;
    const inside = Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      const near =
        before(x, y) ||
        before(x - 1, y) ||
        before(x + 1, y) ||
        (up === 1 && (before(x, y - 1) || before(x, y + 1)));
      return near && allowed(x, y);
    });
    now = (x, y) => x >= 0 && y >= 0 && x < width && y < height && inside[y * width + x];
  }
  return now;
}
