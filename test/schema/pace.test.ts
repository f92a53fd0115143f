import { describe, expect, it } from 'vitest';
import { paceOf, paceOfAll, paceText } from '../../src/schema/pace.js';

const pass = (seconds: number, device: number, feeding: number, disk = 1, scoring = 1) =>
  paceOf({ cells: 10, seconds, waited: { device, feeding, disk, scoring } });

describe('what bounds a pass', () => {
  it('is what waited least', () => {
    expect(pass(1, 0.02, 0.6).by).toBe('device');
    expect(pass(1, 0.5, 0.1).by).toBe('feeding');
    expect(pass(1, 0.8, 0.7, 0.2).by).toBe('disk');
    expect(pass(1, 0.6, 0.7, 1, 0.1).by).toBe('scoring');
  });

  it('of several passes is what waited least over all of their time', () => {
    expect(paceOfAll([])).toBeUndefined();
    const all = paceOfAll([pass(30, 0.1, 0.5), pass(10, 0.9, 0.1)]);
    expect(all).toMatchObject({ cells: 20, seconds: 40, by: 'device' });
    expect(all?.waited.device).toBeCloseTo(0.3, 12);
    expect(all?.waited.feeding).toBeCloseTo(0.4, 12);
  });

  it('is said in one line', () => {
    expect(paceText(pass(12.34, 0.031, 0.6))).toBe(
      '10 cells in 12 s, bounded by the device; of the time waited: device 3.1 %, feeding 60.0 %, disk 100.0 %, scoring 100.0 %.',
    );
  });
});
