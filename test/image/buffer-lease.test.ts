import { describe, expect, it } from 'vitest';
import { packAtLeast } from '../../src/image/bit-mask.js';
import { borrowInt32, borrowUint16, giveBackEarly, leaseBuffers } from '../../src/image/buffer-lease.js';
import { findContours } from '../../src/image/contours.js';
import { skeletonize } from '../../src/image/thinning.js';
import { filled } from '../metrics/arbitrary-masks.js';

function borrowOnce(length: number): ArrayBufferLike {
  const giveBack = leaseBuffers();
  const { buffer } = borrowInt32(length);
  giveBack();
  return buffer;
}

describe('a lease of buffers', () => {
  it('gives the next lease the memory of the last', () => {
    const first = borrowOnce(1000);
    expect(borrowOnce(1000)).toBe(first);
    expect(borrowOnce(600)).toBe(first);
  });

  it('gives memory on to arrays of another kind', () => {
    const first = borrowOnce(70_000);
    const giveBack = leaseBuffers();
    const halves = borrowUint16(140_000);
    giveBack();
    expect(halves.buffer).toBe(first);
    expect(halves.length).toBe(140_000);
  });

  it('gives one lease an array once only', () => {
    const giveBack = leaseBuffers();
    const [a, b] = [borrowInt32(50), borrowInt32(50)];
    giveBack();
    expect(a.buffer).not.toBe(b.buffer);
  });

  it('takes an array back early, once, and gives it on within the lease', () => {
    const giveBack = leaseBuffers();
    const first = borrowInt32(60_000);
    giveBackEarly(first, first);
    const [again, other] = [borrowInt32(60_000), borrowInt32(60_000)];
    giveBack();
    expect(again.buffer).toBe(first.buffer);
    expect(other.buffer).not.toBe(first.buffer);
  });

  it('leaves alone what was borrowed outside of any lease', () => {
    const own = borrowInt32(77).fill(5);
    expect(borrowOnce(77)).not.toBe(own.buffer);
    expect(own.every((v) => v === 5)).toBe(true);
  });

  it('gives nothing on that was borrowed while two leases overlapped', () => {
    const endFirst = leaseBuffers();
    const { buffer: early } = borrowInt32(91_000);
    const endSecond = leaseBuffers();
    const { buffer: late } = borrowInt32(91_000);
    endFirst();
    endSecond();
    const giveBack = leaseBuffers();
    const buffers = [borrowInt32(91_000).buffer, borrowInt32(91_000).buffer];
    giveBack();
    expect(buffers).not.toContain(early);
    expect(buffers).not.toContain(late);
  });

  it('keeps no more arrays than one lease borrowed, however large they grow', () => {
    const lengths = Array.from({ length: 20 }, (_, i) => 200_000 + i);
    const buffers = lengths.map(borrowOnce);
    expect(new Set(buffers).size).toBe(lengths.length);
    const giveBack = leaseBuffers();
    const kept = lengths.map((length) => borrowInt32(length).buffer).filter((of) => buffers.includes(of));
    giveBack();
    expect(kept.length).toBeLessThanOrEqual(1);
  });

  it('does not let the borders and the skeleton of one image show in the next', () => {
    const ring = filled(23, 17, 0);
    for (let y = 3; y < 14; y++) ring.data.fill(255, y * 23 + 4, y * 23 + 19);
    for (let y = 6; y < 11; y++) ring.data.fill(0, y * 23 + 8, y * 23 + 14);
    const look = (image: typeof ring) => {
      const mask = packAtLeast(image, 128);
      const borders = findContours(mask).map(({ points, hole, parent }) => [[...points], hole, parent]);
      return { borders, skeleton: [...skeletonize(mask).words] };
    };
    const expected = look(ring);
    expect(expected.borders).toHaveLength(2);
    for (const before of [filled(23, 17, 255), filled(40, 31, 255), filled(23, 17, 0)]) {
      const end = leaseBuffers();
      look(before);
      end();
      const giveBack = leaseBuffers();
      expect(look(ring)).toEqual(expected);
      giveBack();
    }
  });
});
