import { describe, expect, it } from 'vitest';
import { borrowInt32, leaseBuffers } from '../../src/image/buffer-lease.js';
import { nearestForeground } from '../../src/image/distance-transform.js';
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

  it('gives one lease an array once only', () => {
    const giveBack = leaseBuffers();
    const [a, b] = [borrowInt32(50), borrowInt32(50)];
    giveBack();
    expect(a.buffer).not.toBe(b.buffer);
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

  it('does not let one distance transform show in the next', () => {
    const image = filled(9, 7, 0);
    image.data[30] = 255;
    const fresh = nearestForeground(image, 128);
    const expected = { nearest: [...fresh.nearest], squaredDistance: [...fresh.squaredDistance] };
    for (const before of [filled(9, 7, 0), filled(9, 7, 255), filled(12, 11, 0)]) {
      const end = leaseBuffers();
      nearestForeground(before, 128);
      end();
      const giveBack = leaseBuffers();
      const { nearest, squaredDistance } = nearestForeground(image, 128);
      expect([...nearest]).toEqual(expected.nearest);
      expect([...squaredDistance]).toEqual(expected.squaredDistance);
      giveBack();
    }
  });
});
