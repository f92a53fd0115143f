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
      ['a loss of all in 1 of 10 images', 'fail', true],
      ['a catastrophe in 1 of 10 images', 'fail', true],
      ['+10 % delay', 'fail', true],
      ['+10 % energy', null, null],
      ['1000 times the peak memory', null, null],
      ['a file 1000 times as large', 'fail', true],
      ['0.2 % of every mask and +0.2 % delay', 'pass', true],
    ]);
    expect(results[3]?.failed).toContain('tail/catastrophe/iou/0.5');
    expect(results[4]?.failed).toEqual(['latency/predict']);
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
    expect(results.map(({ ok }) => ok)).toEqual([true, false, null, null, null, null, null, null, true]);
  });

  it('takes a limit that is loose on purpose for none of its mistakes', async () => {
    const results = await runSelfTest(
      paperGate({ latency: { maximumRatio: 1.2, measure: { processes: 6 } } }),
    );
    expect(results.find(({ planted }) => planted.endsWith('% delay'))).toMatchObject({
      planted: '+26 % delay',
      verdict: 'fail',
      ok: true,
    });
    expect(results.every(({ ok }) => ok !== false)).toBe(true);
  });

  it('tests the rules that the gate has, on the metrics that they are about, and says what it leaves out', async () => {
    const results = await runSelfTest(
      paperGate({
        required: ['latency'],
        accuracy: [{ metric: 'sod.s', margin: 0.01 }],
        catastrophes: [{ metric: 'sod.bin_iou', worseThan: 0.5 }],
        latency: { maximumRatio: 1.05, measure: { processes: 6 } },
        memory: { maximumRatio: 1.1 },
        floors: [{ metric: 'sod.s', mean: 0.999 }],
        slices: [{ attribute: 'split', values: ['a'], metric: 'iou', margin: 0.01 }],
        improve: [{ latency: 'predict' }],
      }),
    );
    expect(results.map(({ planted, ok, leftOut }) => [planted, ok, leftOut])).toEqual([
      ['nothing: A against A', true, null],
      ['masks eroded by 2 pixels', true, null],
      ['a loss of all in 1 of 10 images', null, 'the gate has no rule losses'],
      ['a catastrophe in 1 of 10 images', true, null],
      ['+10 % delay', true, null],
      ['+10 % energy', null, 'the gate has no rule energy'],
      ['1000 times the peak memory', true, null],
      ['a file 1000 times as large', null, 'the gate has no rule size'],
      ['0.2 % of every mask and +0.2 % delay', true, null],
      ['a fault for floors', null, 'how good generated masks are says nothing of a model'],
      ['a fault for slices', null, 'generated masks have no attributes'],
      ['a fault for improve', null, 'what is better is no fault'],
    ]);
  });

  it('leaves out rules that need what generated data has not', async () => {
    const results = await runSelfTest(
      paperGate({
        accuracy: [{ metric: 'cutout.white', margin: 0.01 }],
        memory: { maximumRatio: 1.1 },
        size: { maximumRatio: 1.1 },
      }),
    );
    const why = (planted: string) => results.find((of) => of.planted === planted)?.leftOut;
    expect(why('masks eroded by 2 pixels')).toBe('generated masks have no pictures');
    expect(why('1000 times the peak memory')).toBe('memory is only drawn with times');
    expect(results.filter(({ ok }) => ok === true)).toHaveLength(3);
  });
});
