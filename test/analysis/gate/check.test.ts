import { describe, expect, it } from 'vitest';
import type { Check, GateOutcome } from '../../../src/schema/verdict.js';
import { checkGate } from '../../../src/analysis/gate/check.js';
import { createRandom } from '../../../src/stats/random.js';
import { generatedTimes } from '../../../src/analysis/gate/self-test/run.js';
import { oneModelSide, paperGate, paperSide } from '../../support/paper-sides.js';
import type { Side } from '../../../src/analysis/compare/side.js';

const random = createRandom('check test');
const good = Array.from({ length: 100 }, () => 0.9 + 0.02 * random.normal());
const baseline = oneModelSide('before', { iou: good, mae: good.map((score) => 1 - score) });
const quick = { resamples: 500 };

const candidate = (change: (score: number, i: number) => number): Side =>
  oneModelSide('now', { iou: good.map(change), mae: good.map((score, i) => 1 - change(score, i)) });

async function check(rules: Record<string, unknown>, now: Side, before = baseline): Promise<GateOutcome> {
  return checkGate(before, now, paperGate(rules), quick);
}

function only(outcome: GateOutcome): Check {
  const checks = outcome.pairs.flatMap((pair) => pair.checks);
  expect(checks).toHaveLength(1);
  return checks[0] as Check;
}

const same = (score: number): number => score;

describe('the accuracy rule', () => {
  const rules = { accuracy: [{ metric: 'iou', margin: 0.01 }] };

  it('passes a model against itself', async () => {
    expect((await check(rules, baseline)).verdict).toBe('pass');
  });

  it('fails what lost more than the margin, and passes what lost less', async () => {
    expect(
      (
        await check(
          rules,
          candidate((score) => score - 0.02),
        )
      ).verdict,
    ).toBe('fail');
    const barely = await check(
      rules,
      candidate((score) => score - 0.002 + 0.01 * random.normal()),
    );
    expect(barely.verdict).toBe('pass');
  });

  it('minds the direction of a metric', async () => {
    const mae = { accuracy: [{ metric: 'mae', margin: 0.01 }] };
    expect(
      (
        await check(
          mae,
          candidate((score) => score - 0.02),
        )
      ).verdict,
    ).toBe('fail');
    expect(
      (
        await check(
          mae,
          candidate((score) => score + 0.02),
        )
      ).verdict,
    ).toBe('pass');
  });

  it('holds on each dataset of enough images as well, and leaves smaller ones out', async () => {
    const side = (label: string, loss: number) =>
      paperSide(label, {
        datasets: [
          { name: 'large', models: { m: { iou: good } } },
          { name: 'hurt', models: { m: { iou: good.slice(0, 40).map((score) => score - loss) } } },
          { name: 'small', models: { m: { iou: good.slice(0, 29) } } },
        ],
      });
    const outcome = await check(
      { accuracy: [{ metric: 'iou', margin: 0.02 }] },
      side('now', 0.03),
      side('before', 0),
    );
    expect(outcome.pairs[0]?.checks.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['accuracy/iou/all', 'pass'],
      ['accuracy/iou/large', 'pass'],
      ['accuracy/iou/hurt', 'fail'],
    ]);
  });

  it('decides nothing on fewer than 30 images', async () => {
    const few = (label: string) => oneModelSide(label, { iou: good.slice(0, 29) });
    const outcome = await check(rules, few('now'), few('before'));
    expect(only(outcome)).toMatchObject({ verdict: 'inconclusive' });
    const said = 'too few images to decide (minimumImages: 30)';
    expect(only(outcome).evidence).toContain(said);
    for (const other of [
      { losses: [{ metric: 'iou', over: 0.1, maximum: 3 }] },
      { improve: [{ metric: 'iou' }] },
    ])
      expect(only(await check(other, few('now'), few('before'))).evidence).toContain(said);
  });

  it('takes no evidence from pictures that a model was trained on', async () => {
    const side = (label: string) =>
      paperSide(label, {
        datasets: [{ name: 'd', tags: ['humans'], models: { m: { iou: good } } }],
        specs: { m: { trainedOn: ['humans'] } },
      });
    expect((await check(rules, side('now'), side('before'))).verdict).toBe('inconclusive');
  });
});

describe('a floor', () => {
  it('is about the mean of the candidate alone', async () => {
    expect((await check({ floors: [{ metric: 'iou', mean: 0.85 }] }, baseline)).verdict).toBe('pass');
    expect((await check({ floors: [{ metric: 'iou', mean: 0.95 }] }, baseline)).verdict).toBe('fail');
    expect((await check({ floors: [{ metric: 'mae', mean: 0.15 }] }, baseline)).verdict).toBe('pass');
  });
});

describe('a required slice', () => {
  const side = (label: string, loss: number): Side =>
    oneModelSide(
      label,
      { iou: good.map((score, i) => (i < 40 ? score - loss : score)) },
      { attributes: good.map((_, i) => ({ split: i < 40 ? 'hard' : 'easy' })) },
    );
  const rules = (values: string[]) => ({
    slices: [{ attribute: 'split', values, metric: 'iou', margin: 0.02 }],
  });

  it('fails by itself', async () => {
    const outcome = await check(rules(['easy', 'hard']), side('now', 0.05), side('before', 0));
    expect(outcome.pairs[0]?.checks.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['slice/split=easy/iou', 'pass'],
      ['slice/split=hard/iou', 'fail'],
    ]);
  });

  it('that is not there leaves the verdict open', async () => {
    expect((await check(rules(['night']), side('now', 0), side('before', 0))).verdict).toBe('inconclusive');
  });
});

describe('the tail rules', () => {
  const catastrophes = { catastrophes: [{ metric: 'iou', worseThan: 0.5, maximum: 0 }] };

  it('catch one catastrophe that no mean shows, and name it', async () => {
    const outcome = await check(
      { ...catastrophes, accuracy: [{ metric: 'iou', margin: 0.1 }] },
      candidate((score, i) => (i === 7 ? 0.1 : score)),
    );
    const [accuracy, tail] = outcome.pairs[0]?.checks ?? [];
    expect(accuracy?.verdict).toBe('pass');
    expect(tail).toMatchObject({ verdict: 'fail', figures: { n: 100, hits: 1, allowed: 0 } });
    expect(tail?.images).toEqual([expect.objectContaining({ dataset: 'd', id: '0007', candidate: 0.1 })]);
    expect(outcome.verdict).toBe('fail');
  });

  it('do not count what was as bad before, and say what was cured', async () => {
    const before = oneModelSide('before', { iou: good.map((score, i) => (i < 3 ? 0.2 : score)) });
    const now = oneModelSide('now', { iou: good.map((score, i) => (i < 2 ? 0.2 : score)) });
    const tail = only(await check(catastrophes, now, before));
    expect(tail).toMatchObject({ verdict: 'pass', figures: { hits: 0, cured: 1 } });
    expect(tail.evidence).toContain('1 image went the other way');
  });

  it('count losses beyond the limit against a number or a share, whichever is fewer', async () => {
    const now = candidate((score, i) => (i < 3 ? score - 0.2 : score));
    const rule = (cap: Record<string, number>) => ({ losses: [{ metric: 'iou', over: 0.1, ...cap }] });
    expect((await check(rule({ maximum: 3 }), now)).verdict).toBe('pass');
    expect((await check(rule({ maximumShare: 0.03 }), now)).verdict).toBe('pass');
    expect((await check(rule({ maximumShare: 0.02 }), now)).verdict).toBe('fail');
    expect((await check(rule({ maximum: 2, maximumShare: 0.5 }), now)).verdict).toBe('fail');
  });

  it('say how many images elsewhere the count allows', async () => {
    expect(only(await check(catastrophes, baseline)).evidence).toContain(
      'elsewhere it may happen on up to 3.0 % of images (95 % bound)',
    );
  });

  it('fail on few images too, but never pass on them', async () => {
    const few = (label: string, last: number) => oneModelSide(label, { iou: [0.9, 0.9, last] });
    expect((await check(catastrophes, few('now', 0.1), few('before', 0.9))).verdict).toBe('fail');
    expect((await check(catastrophes, few('now', 0.9), few('before', 0.9))).verdict).toBe('inconclusive');
  });
});

describe('size and memory', () => {
  const side = (label: string, bytes: number, peakRssBytes: number | null = null, threads = 2): Side =>
    paperSide(label, {
      datasets: [{ name: 'd', models: { m: { iou: good } } }],
      bytes: { m: bytes },
      times: {
        m: {
          threads,
          loadMs: 1,
          firstInferenceMs: 1,
          seal: { kind: 'sealed' },
          peakRssBytes,
          images: [
            {
              dataset: 'd',
              id: '0000',
              n: 3,
              ms: { decode: 1, preprocess: 1, inference: 1, postprocess: 1, predict: 3 },
            },
          ],
        },
      },
    });

  it('are held against the baseline and against a limit', async () => {
    const ratio = { size: { maximumRatio: 1.1 } };
    expect((await check(ratio, side('now', 1100), side('before', 1000))).verdict).toBe('pass');
    expect((await check(ratio, side('now', 1101), side('before', 1000))).verdict).toBe('fail');
    const limit = { size: { maximumMegabytes: 100 } };
    expect((await check(limit, side('now', 100e6), side('before', 1))).verdict).toBe('pass');
    expect((await check(limit, side('now', 100e6 + 1), side('before', 1))).verdict).toBe('fail');
  });

  it('stay open where memory is not known on both sides under the same conditions', async () => {
    const rule = { memory: { maximumRatio: 1.1 } };
    expect((await check(rule, side('now', 1, 2e8), side('before', 1, 2e8))).verdict).toBe('pass');
    expect((await check(rule, side('now', 1, 3e8), side('before', 1, 2e8))).verdict).toBe('fail');
    expect((await check(rule, side('now', 1), side('before', 1, 2e8))).verdict).toBe('inconclusive');
    expect((await check(rule, side('now', 1, 2e8, 4), side('before', 1, 2e8))).verdict).toBe('inconclusive');
  });

  it('say that stored times decide nothing', async () => {
    const latency = only(
      await check({ latency: { maximumRatio: 1.5 } }, side('now', 1, 2e8), side('before', 1, 2e8)),
    );
    expect(latency.verdict).toBe('inconclusive');
    expect(latency.evidence).toContain('one process a side, which decides nothing; measure with --remeasure');
  });
});

describe('"at least one must improve"', () => {
  const rules = { improve: [{ metric: 'iou' }, { sizeRatio: 0.8 }] };

  it('passes by any of the list', async () => {
    expect(
      (
        await check(
          rules,
          candidate((score) => score + 0.01 + 0.01 * random.normal()),
        )
      ).verdict,
    ).toBe('pass');
    const smaller = paperSide('now', {
      datasets: [{ name: 'd', models: { m: { iou: good } } }],
      bytes: { m: 700 },
    });
    expect((await check(rules, smaller)).verdict).toBe('pass');
  });

  it('fails where none can have improved, and is open where one may have', async () => {
    expect((await check(rules, candidate(same))).verdict).toBe('fail');
    expect(
      (
        await check(
          rules,
          candidate((score) => score - 0.05),
        )
      ).verdict,
    ).toBe('fail');
    expect(
      (
        await check(
          rules,
          candidate((score) => score + 0.02 * random.normal()),
        )
      ).verdict,
    ).toBe('inconclusive');
  });

  it('asks more of each the longer the list is', async () => {
    const marginal = candidate((score, i) => score + 0.0014 + 0.006 * (i % 2 === 0 ? 1 : -1));
    const alone = await check({ improve: [{ metric: 'iou' }] }, marginal);
    const ofMany = await check(
      { improve: [{ metric: 'iou' }, ...Array.from({ length: 9 }, () => ({ sizeRatio: 0.1 }))] },
      marginal,
    );
    expect([alone.verdict, ofMany.verdict]).toEqual(['pass', 'inconclusive']);
  });
});

describe('a check', () => {
  it('passes only if every check of every pair does', async () => {
    const side = (label: string, loss: number) =>
      paperSide(label, {
        datasets: [{ name: 'd', models: { x: { iou: good }, y: { iou: good.map((s) => s - loss) } } }],
      });
    const outcome = await check(
      { accuracy: [{ metric: 'iou', margin: 0.01 }] },
      side('now', 0.05),
      side('before', 0),
    );
    expect(outcome.pairs.map(({ candidate: model, verdict }) => [model, verdict])).toEqual([
      ['x', 'pass'],
      ['y', 'fail'],
    ]);
    expect(outcome.verdict).toBe('fail');
  });

  it('says by which rules it was decided', async () => {
    expect((await check({ size: { maximumRatio: 2 } }, baseline)).gate).toEqual({
      name: 'paper',
      description: null,
      sha256: 'g'.repeat(64),
    });
  });

  it('measures nothing that the gate does not ask for', async () => {
    await expect(
      checkGate(baseline, baseline, paperGate({ size: { maximumRatio: 2 } }), {
        ...quick,
        remeasure: generatedTimes(1, 'seed'),
      }),
    ).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('no rule on times') });
  });
});
