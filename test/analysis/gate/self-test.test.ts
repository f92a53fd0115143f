import { describe, expect, it } from 'vitest';
import { loadGate } from '../../../src/analysis/gate/gate.js';
import { runSelfTest } from '../../../src/analysis/gate/self-test/run.js';
import { shortOrLong } from '../../support/long.js';
import { paperGate } from '../../support/paper-sides.js';

describe('the self-test', () => {
  it('finds the rollout gate right about every planted fault', async () => {
    const results = await runSelfTest(await loadGate('rollout', '.'));
    expect(results.map(({ planted, verdict, ok }) => [planted, verdict, ok])).toEqual([
      ['nothing: A against A', 'pass', true],
      ['masks eroded by 2 pixels', 'fail', true],
      ['1 catastrophe in 200 images', 'fail', true],
      ['+10 % delay', 'fail', true],
      ['0.2 % of every mask and +0.2 % delay', 'pass', true],
    ]);
    expect(results[2]?.failed).toEqual(['tail/catastrophe/iou/0.5']);
    expect(results[3]?.failed).toEqual(['latency/predict']);
  });

  it('never fails a change of 0.2 %, whatever the draw', async () => {
    const gate = await loadGate('rollout', '.');
    for (const seed of shortOrLong(['a', 'b'], ['a', 'b', 'c', 'd', 'e', 'f'])) {
      const results = await runSelfTest(gate, seed);
      expect(results.at(-1)).toMatchObject({ ok: true });
      expect(results[0]).toMatchObject({ verdict: 'pass' });
    }
  });

  it('finds out a gate that misses what it should catch', async () => {
    const blind = paperGate({ accuracy: [{ metric: 'iou', margin: 0.5 }] });
    const results = await runSelfTest(blind);
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false, false, true]);
  });
});
