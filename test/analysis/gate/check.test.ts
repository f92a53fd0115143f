import { describe, expect, it } from 'vitest';
import type { Check, GateOutcome } from '../../../src/schema/verdict.js';
import { checkGate } from '../../../src/analysis/gate/check.js';
import { promiseLine } from '../../../src/reports/comparison/outcome-lines.js';
import { createRandom } from '../../../src/stats/random.js';
import { generatedTimes } from '../../../src/analysis/gate/self-test/run.js';
import { oneModelSide, paperGate, paperSide } from '../../support/paper-sides.js';
import type { Side } from '../../../src/analysis/compare/side.js';

const random = createRandom('check test');
const good = Array.from({ length: 1000 }, () => 0.9 + 0.02 * random.normal());
const baseline = oneModelSide('before', { iou: good, mae: good.map((score) => 1 - score) });
const quick = { resamples: 500, explain: false };

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

  it('passes a model against itself by identity, on any number of images, and says so', async () => {
    const mattes = (n: number, last = 'a') => ({
      mattes: { m: Array.from({ length: n }, (_, i) => (i === n - 1 ? last : 'a')) },
    });
    const few = good.slice(0, 3);
    const before = oneModelSide('same', { iou: few }, mattes(3));
    const outcome = await check(
      { ...rules, losses: [{ metric: 'iou', over: 0.1 }], catastrophes: [{ metric: 'iou', worseThan: 0.5 }] },
      before,
      before,
    );
    expect(outcome.verdict).toBe('pass');
    for (const { evidence, figures } of outcome.pairs[0]?.checks ?? []) {
      expect(evidence).toContain(
        'passes by identity: the same model file, fed in the same way, made equal mattes of all 3 images',
      );
      expect(figures).toMatchObject({ byIdentity: 3 });
    }
    const fed = paperSide('same', {
      datasets: [{ name: 'd', models: { m: { iou: few } }, ...mattes(3) }],
      specs: { m: { input: { width: 32, height: 64 } } },
    });
    for (const [label, other] of [
      ['another matte', oneModelSide('same', { iou: few }, mattes(3, 'b'))],
      ['other scores', oneModelSide('same', { iou: few.map((score) => score - 1e-9) }, mattes(3))],
      ['another file', oneModelSide('other', { iou: few }, mattes(3))],
      ['mattes that nobody kept', oneModelSide('same', { iou: few })],
    ] as const) {
      expect((await check(rules, other, before)).verdict, label).toBe('inconclusive');
    }
    const forced = { ...quick, force: true };
    const otherwise = await checkGate(before, fed, paperGate(rules), forced);
    expect(otherwise.verdict, 'fed otherwise').toBe('inconclusive');
    const floors = { floors: [{ metric: 'iou', mean: 0.5 }] };
    expect((await check(floors, before, before)).verdict, 'a floor').toBe('inconclusive');
    expect((await check({ improve: [{ metric: 'iou' }] }, before, before)).verdict, 'improve').toBe('fail');
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

  it('weighs datasets alike, and holds on each; small ones only where they fail', async () => {
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
      side('now', 0.3),
      side('before', 0),
    );
    expect(outcome.pairs[0]?.checks.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['accuracy/iou/all', 'fail'],
      ['accuracy/iou/large', 'pass'],
      ['accuracy/iou/hurt', 'fail'],
    ]);
    const [all] = outcome.pairs[0]?.checks ?? [];
    expect(all?.figures['gain']).toBeCloseTo(-0.1, 9);
    expect(all?.evidence).toContain(
      'too small to pass by themselves, and judged for failing alone: hurt, small',
    );
    expect(all?.rule).toBe('IoU on all 3 datasets, each weighing the same: mean loss below 0.02');
  });

  it('is open on too few images, and says what it takes and what could pass', async () => {
    const few = (label: string) => oneModelSide(label, { iou: good.slice(0, 100) });
    const told = { ...quick, explain: true };
    const open = only(await checkGate(few('before'), few('now'), paperGate(rules), told));
    expect(open).toMatchObject({
      verdict: 'inconclusive',
      figures: { smallestMargin: expect.closeTo(0.033, 2) },
    });
    for (const said of [
      'too few images for this margin, which takes 329 images where nothing changes',
      'these data could pass a margin of 0.03',
      '"assume: no-rare-disasters" would make it a pass',
    ]) {
      expect(open.evidence).toContain(said);
    }
    expect(open.evidence).toMatch(/an equal candidate would need some 3\d\d images to pass/);
    const assuming = paperGate({ ...rules, assume: 'no-rare-disasters' });
    const assumed = await checkGate(few('before'), few('now'), assuming, told);
    expect(assumed).toMatchObject({ verdict: 'pass', gate: { assume: 'no-rare-disasters', level: 0.95 } });
  });

  it('cannot pass where the candidate alone has no value for some images', async () => {
    const holes = oneModelSide('now', { iou: good.map((score, i) => (i < 3 ? Number.NaN : score)) });
    const rule = { ...rules, losses: [{ metric: 'iou', over: 0.1 }] };
    const outcome = await check(rule, holes, oneModelSide('before', { iou: good }));
    for (const { verdict, evidence, figures } of outcome.pairs[0]?.checks ?? []) {
      expect(verdict).toBe('inconclusive');
      expect(evidence).toContain('undefined for the candidate alone on 3 images');
      expect(figures).toMatchObject({ n: 997, undefinedCandidate: 3 });
    }
    expect(outcome.pairs[0]?.checks).toHaveLength(2);
  });

  it('decides nothing on fewer than minimumImages, which never lowers what it takes', async () => {
    const more = { ...rules, minimumImages: 2000 };
    expect(only(await check(more, candidate(same)))).toMatchObject({
      verdict: 'inconclusive',
      evidence: expect.stringContaining('too few images to decide (minimumImages: 2000)'),
    });
    const few = (label: string) => oneModelSide(label, { iou: good.slice(0, 100) });
    const lower = { ...rules, minimumImages: 2 };
    expect((await check(lower, few('now'), few('before'))).verdict).toBe('inconclusive');
    for (const other of [{ losses: [{ metric: 'iou', over: 0.1 }] }, { improve: [{ metric: 'iou' }] }]) {
      const { evidence } = only(await check({ ...other, minimumImages: 2000 }, candidate(same)));
      expect(evidence).toContain('too few images to decide (minimumImages: 2000)');
    }
    const assume = { ...rules, assume: 'no-rare-disasters', minimumImages: 2 };
    const tiny = (label: string) => oneModelSide(label, { iou: good.slice(0, 29) });
    expect((await check(assume, tiny('now'), tiny('before'))).verdict).toBe('inconclusive');
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
      { iou: good.map((score, i) => (i < 400 ? score - loss : score)) },
      { attributes: good.map((_, i) => ({ split: i < 400 ? 'hard' : 'easy' })) },
    );
  const rules = (values: string[]) => ({
    slices: [{ attribute: 'split', values, metric: 'iou', margin: 0.02 }],
  });

  it('fails by itself', async () => {
    const outcome = await check(rules(['easy', 'hard']), side('now', 0.1), side('before', 0));
    expect(outcome.pairs[0]?.checks.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['slice/split=easy/iou', 'pass'],
      ['slice/split=hard/iou', 'fail'],
    ]);
  });

  it('that no image is in is refused, whether by its attribute or its value, also of one and the same model', async () => {
    const mattes = { m: good.map(() => 'a') };
    const own = oneModelSide('same', { iou: good }, { mattes, attributes: good.map(() => ({ split: 'a' })) });
    const typo = { slices: [{ attribute: 'splt', values: ['a'], metric: 'iou', margin: 0.1 }] };
    await expect(check(typo, own, own)).rejects.toMatchObject({
      code: 'config.unknown-name',
      message: 'slices of the gate: no image has the attribute "splt"',
      remedy: 'did you mean "split"?',
    });
    await expect(check(rules(['night']), side('now', 0), side('before', 0))).rejects.toMatchObject({
      code: 'config.unknown-name',
      message: 'slices of the gate: no image has the split "night"',
      remedy: 'there are hard, easy',
    });
  });

  it('of images without a score passes nothing by identity', async () => {
    const attributes = good.map((_, i) => ({ split: i < 400 ? 'hard' : 'easy' }));
    const scores = good.map((score, i) => (i < 400 ? Number.NaN : score));
    const own = oneModelSide('same', { iou: scores }, { mattes: { m: good.map(() => 'a') }, attributes });
    const outcome = await check(rules(['hard', 'easy']), own, own);
    expect(outcome.pairs[0]?.checks.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'pass']);
    expect(outcome.pairs[0]?.checks[0]?.evidence).toContain('no images');
    const none = good.map(() => Number.NaN);
    const nothing = oneModelSide('same', { iou: none }, { mattes: { m: good.map(() => 'a') } });
    const tails = {
      losses: [{ metric: 'iou', over: 0.1 }],
      catastrophes: [{ metric: 'iou', worseThan: 0.5 }],
    };
    expect((await check(tails, nothing, nothing)).verdict).toBe('inconclusive');
  });
});

describe('the tail rules', () => {
  const catastrophes = { catastrophes: [{ metric: 'iou', worseThan: 0.5 }] };
  const lost = (share: number, from = 0) =>
    good.map((score, i) => (i >= from && i < from + share * good.length ? 0.1 : score));

  it('pass a few new ones, leave more open, fail many, and name them', async () => {
    const verdictOf = async (share: number) =>
      only(await check(catastrophes, oneModelSide('now', { iou: lost(share) })));
    expect(await verdictOf(0.001)).toMatchObject({
      verdict: 'pass',
      figures: { n: 1000, hits: 1, mended: 0 },
    });
    expect(await verdictOf(0.01)).toMatchObject({ verdict: 'inconclusive' });
    const failed = await verdictOf(0.03);
    expect(failed).toMatchObject({ verdict: 'fail', figures: { hits: 30, maximumShare: 0.01 } });
    expect(failed.images[0]).toMatchObject({ dataset: 'd', candidate: 0.1 });
    expect(failed.images).toHaveLength(20);
  });

  it('count the excess over what was mended, and not what was as bad before', async () => {
    const before = oneModelSide('before', { iou: lost(0.02) });
    const swapped = only(await check(catastrophes, oneModelSide('now', { iou: lost(0.02, 100) }), before));
    expect(swapped).toMatchObject({ verdict: 'inconclusive', figures: { hits: 20, mended: 20, excess: 0 } });
    const kept = only(await check(catastrophes, oneModelSide('now', { iou: lost(0.02) }), before));
    expect(kept).toMatchObject({ verdict: 'pass', figures: { hits: 0, mended: 0 } });
  });

  it('count losses beyond the limit, less gains beyond it', async () => {
    const now = candidate((score, i) => (i < 30 ? score - 0.2 : i < 40 ? score + 0.2 : score));
    const tail = only(await check({ losses: [{ metric: 'iou', over: 0.1, maximumShare: 0.002 }] }, now));
    expect(tail).toMatchObject({ verdict: 'fail', figures: { hits: 30, mended: 10, excess: 0.02 } });
    expect(tail.evidence).toMatch(
      /^30 of 1,000 images lost more than 0\.1 IoU, 10 mended; excess 2\.0 % \(95 % bounds 0\.\d % and \d\.\d %\)$/,
    );
  });

  it('fail on few images too, but never pass on them, and say how many it takes', async () => {
    const few = (label: string, score: number) =>
      oneModelSide(label, { iou: Array.from({ length: 8 }, () => score) });
    expect((await check(catastrophes, few('now', 0.1), few('before', 0.9))).verdict).toBe('fail');
    const told = { ...quick, explain: true };
    const open = only(await checkGate(few('before', 0.9), few('now', 0.9), paperGate(catastrophes), told));
    expect(open).toMatchObject({ verdict: 'inconclusive', figures: { imagesNeeded: 321 } });
    expect(open.evidence).toMatch(
      /these data could pass 3\d\.\d %; an equal candidate would need some 321 images/,
    );
  });
});

describe('images that must never fail', () => {
  const rule = (...ids: string[]) => ({ never: [{ metric: 'iou', worseThan: 0.5, ids }] });

  it('are decided by id, whatever they were before and however few they are', async () => {
    const bad = oneModelSide('now', { iou: good.map((score, i) => (i === 7 ? 0.1 : score)) });
    expect(only(await check(rule('0006', '0007'), bad, bad))).toMatchObject({
      id: 'never/iou/0.5',
      verdict: 'fail',
      images: [{ id: '0007', candidate: 0.1 }],
    });
    expect((await check(rule('0006'), bad)).verdict).toBe('pass');
  });

  it('that are not there leave the rule open, by name', async () => {
    const open = only(await check(rule('0006', 'gone'), baseline));
    expect(open.verdict).toBe('inconclusive');
    expect(open.evidence).toContain('not among the images that both sides have scores of: gone');
  });
});

describe('a rule on one dataset', () => {
  it.each([
    ['floors', { metric: 'iou', mean: 0.8 }],
    ['never', { metric: 'iou', worseThan: 0.5, ids: ['0006'] }],
  ])('is judged by its images, and refused where there are none of it: %s', async (key, rule) => {
    const on = (dataset: string) => ({ [key]: [{ ...rule, dataset }] });
    expect((await check(on('d'), baseline)).verdict).toBe('pass');
    await expect(check(on('elsewhere'), baseline)).rejects.toMatchObject({
      code: 'config.unknown-name',
      message: `${key} of the gate: no image is of the dataset "elsewhere"`,
      remedy: 'there are d',
    });
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

  it('are told with the digits that small files need, and say what to do where there is none', async () => {
    const of = (bytes: number): Side =>
      paperSide('now', { datasets: [{ name: 'd', models: { m: { iou: good } } }], bytes: { m: bytes } });
    const size = { size: { maximumRatio: 1.1 } };
    const small = await check(size, of(2500), of(2500));
    expect(only(small).evidence).toBe('model file 0.003 MB before, 0.003 MB now (1.000 x)');
    expect(promiseLine(small), 'no rule on scores').toBeNull();
    expect(only(await check(size, of(0), of(2500)))).toMatchObject({
      verdict: 'inconclusive',
      evidence: expect.stringContaining('leave out the rule size'),
    });
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
    const { pairs } = await check(
      { latency: { maximumRatio: 1.5 } },
      side('now', 1, 2e8),
      side('before', 1, 2e8),
    );
    const [typical, slowest] = pairs[0]?.checks ?? [];
    expect([typical?.verdict, slowest?.verdict]).toEqual(['inconclusive', 'inconclusive']);
    expect(typical?.evidence).toContain(
      'one process a side, which decides nothing; measure with --remeasure',
    );
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
    expect((await check(rules, candidate(same))).verdict).toBe('inconclusive');
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
    const marginal = candidate((score, i) => score + 0.004 + 0.006 * (i % 2 === 0 ? 1 : -1));
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
      level: 0.95,
      assume: null,
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
