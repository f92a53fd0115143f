import { describe, expect, it } from 'vitest';
import { countFlips, isFlip, VERDICT_IOU } from '../../../src/scoring/aggregate/flips.js';

const cell = { model: 'm', dataset: 'd', id: '1' };

describe('verdicts that depend on the protocol', () => {
  it('are those on different sides of an IoU of one half, which itself is right', () => {
    expect(VERDICT_IOU).toBe(0.5);
    expect(isFlip(0, 0.88)).toBe(true);
    expect(isFlip(0.5, 0.49)).toBe(true);
    expect(isFlip(0.5, 0.9)).toBe(false);
    expect(isFlip(0.1, 0.2)).toBe(false);
  });

  it('are listed with both scores', () => {
    const flips = countFlips(['mae', 'iou', 'sod.bin_iou']);
    flips.add(cell, [0.1, 0, 0.88]);
    flips.add({ ...cell, id: '2' }, [0.1, 0.9, 0.88]);
    expect(flips.summary()).toEqual({
      verdictIou: 0.5,
      count: 1,
      images: [{ ...cell, fixedIou: 0, sodIou: 0.88 }],
    });
  });

  it('are not claimed of an image without an IoU', () => {
    const flips = countFlips(['iou', 'sod.bin_iou']);
    flips.add(cell, [Number.NaN, 0.9]);
    expect(flips.summary()?.count).toBe(0);
  });

  it('need both protocols', () => {
    expect(countFlips(['iou', 'mae']).summary()).toBeUndefined();
    expect(countFlips(['sod.bin_iou']).summary()).toBeUndefined();
  });

  it('are counted beyond the thousand that are named', () => {
    const flips = countFlips(['iou', 'sod.bin_iou']);
    for (let i = 0; i < 1005; i++) flips.add({ ...cell, id: String(i) }, [0, 1]);
    expect(flips.summary()?.count).toBe(1005);
    expect(flips.summary()?.images).toHaveLength(1000);
  });
});
