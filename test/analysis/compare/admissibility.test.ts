import { describe, expect, it } from 'vitest';
import { describeError, exitStatusOf } from '../../../src/core/errors.js';
import { compareSides, type CompareOptions } from '../../../src/analysis/compare/compare.js';
import { modelSpecSchema } from '../../../src/runners/runner-of.js';
import type { Side } from '../../../src/analysis/compare/side.js';
import { oneModelSide, paperSide } from '../../support/paper-sides.js';

const scores = { iou: [0.9, 0.8, 0.7], mae: [0.1, 0.2, 0.3] };
const plain = oneModelSide('before', scores);
const quick = { resamples: 50 };

interface Refused {
  readonly line: string;
  readonly status: number;
}

async function refused(a: Side, b: Side, options: CompareOptions = {}): Promise<Refused> {
  try {
    await compareSides(a, b, { ...quick, ...options });
  } catch (error) {
    const line = describeError(error);
    expect(line).not.toContain('\n');
    return { line, status: exitStatusOf(error) };
  }
  throw new Error('the comparison was not refused');
}

const withFacts = (facts: Partial<Side['facts']>): Side =>
  paperSide('now', { datasets: [{ name: 'd', models: { m: scores } }], facts });

const oneOf = ({ facts }: Side): Side['facts']['models'][number] => {
  const [model] = facts.models;
  if (model === undefined) throw new Error('a side without a model');
  return model;
};

describe('two runs are not compared', () => {
  it('when their metric conventions differ', async () => {
    const other = withFacts({ signatures: ['fixed|t:100|empty:one|boundary:0.02|v:1'] });
    const { line, status } = await refused(plain, other);
    expect(status).toBe(64);
    expect(line).toContain(
      'before and now cannot be compared: signature fixed|t:128|empty:one|boundary:0.02|v:1 against fixed|t:100|',
    );
  });

  it('when they have no protocol in common', async () => {
    const other = withFacts({ signatures: ['matting|area:image|v:1'] });
    expect((await refused(plain, other)).line).toContain('no protocol in common (fixed against matting)');
    expect((await refused(plain, other, { force: true })).status).toBe(64);
  });

  it('when a model that both call by one name is fed differently', async () => {
    const other = paperSide('now', {
      datasets: [{ name: 'd', models: { m: scores } }],
      specs: { m: { input: { width: 320, height: 64, divideBy: 255 } } },
    });
    const { line, status } = await refused(plain, other);
    expect(status).toBe(64);
    expect(line).toContain(
      'm is fed differently (input.width 64 against 320, input.divideBy "image-max" against 255)',
    );
  });

  it('when one of them is masks that were made elsewhere, in few words', async () => {
    const { spec, ...model } = oneOf(plain);
    const masks = withFacts({
      models: [
        {
          ...model,
          bytes: 0,
          spec: modelSpecSchema.parse({ name: 'm', feeding: 'precomputed', masks: { path: 'masks' } }),
        },
      ],
    });
    expect(spec).toHaveProperty('input');
    expect((await refused(plain, masks)).line).toContain(
      'm is fed differently (a model that is run against precomputed masks)',
    );
  });

  it('when the device or an option of the runtime differs', async () => {
    expect((await refused(plain, withFacts({ device: 'cuda:0' }))).line).toContain(
      'device cpu against cuda:0',
    );
    const { line } = await refused(
      plain,
      withFacts({ runner: { memoryPattern: false, graphOptimization: 'basic', fetch: 'mask' } }),
    );
    expect(line).toContain('runner option graphOptimization "all" against "basic"');
  });

  it('when the datasets differ, naming the images', async () => {
    const other = oneModelSide('now', scores, {
      ids: ['0000', '0002', '0003'],
      contents: ['0000', 'other', '0003'],
      fingerprint: 'e'.repeat(64),
    });
    const { line, status } = await refused(plain, other);
    expect(status).toBe(65);
    expect(line).toContain(
      'dataset d differs (1 image (0001) in before only, 1 image (0003) in now only, 1 image (0002) with other contents)',
    );
  });

  it('when a dataset is missing on one side', async () => {
    const both = paperSide('now', {
      datasets: [
        { name: 'd', models: { m: scores } },
        { name: 'e', models: { m: scores } },
      ],
    });
    expect((await refused(plain, both)).line).toContain('dataset e is in now only');
    await expect(compareSides(plain, both, { ...quick, datasets: ['d'] })).resolves.toBeDefined();
  });

  it('when cells have failed, saying how many and why', async () => {
    const other = oneModelSide('now', scores, { failed: { m: ['0001', '0002'] } });
    const { line, status } = await refused(plain, other);
    expect(status).toBe(65);
    expect(line).toContain('2 failed cells of m on d in now (0001, 0002: the map is the same everywhere)');
  });

  it('and everything that differs is in one line', async () => {
    const other = paperSide('now', {
      datasets: [{ name: 'd', models: { m: scores }, failed: { m: ['0000'] } }],
      facts: { device: 'webgpu' },
    });
    const { line, status } = await refused(plain, other);
    expect(status).toBe(64);
    expect(line).toMatch(/device cpu against webgpu; 1 failed cell of m/);
  });

  it('unless it is forced: then what is common is compared, and the differences stay in the result', async () => {
    const other = oneModelSide('now', scores, { failed: { m: ['0001'] } });
    const { comparison } = await compareSides(plain, other, { ...quick, force: true });
    expect(comparison.forced).toEqual([
      { subject: 'failed-cells', message: expect.stringContaining('1 failed cell of m') },
    ]);
    expect(comparison.pairs[0]?.metrics[0]).toMatchObject({ metric: 'iou', n: 2 });
  });

  it('and force does not help where nothing is common', async () => {
    const other = oneModelSide('now', scores, { ids: ['a', 'b', 'c'], fingerprint: 'e'.repeat(64) });
    expect(await refused(plain, other, { force: true })).toMatchObject({
      status: 65,
      line: expect.stringContaining('no scored image in common'),
    });
  });
});

describe('two runs are compared in spite of', () => {
  it('other processors and versions, which are remarked', async () => {
    const other = withFacts({
      environment: { ...plain.facts.environment, cpu: 'another', onnxruntime: '2' },
      maskbenchVersion: '9.0.0',
    });
    const { comparison } = await compareSides(plain, other, quick);
    expect(comparison.forced).toEqual([]);
    expect(comparison.remarks).toEqual([
      'Made on different machines: processor cpu against another.',
      'Run by ONNX Runtime 1 and 2.',
      'Made by Maskbench 0.0.0 and 9.0.0.',
    ]);
  });

  it('two models of different names being fed in their own ways', async () => {
    const two = paperSide('run', {
      datasets: [{ name: 'd', models: { x: scores, y: scores } }],
      specs: { y: { input: { width: 320, height: 64 } } },
    });
    const { comparison } = await compareSides(two, two, {
      ...quick,
      models: { baseline: 'x', candidate: 'y' },
    });
    expect(comparison.remarks).toEqual([
      'x and y are fed differently, each in its own way: input.width 64 against 320.',
    ]);
  });

  it('a protocol that only one of them was scored by', async () => {
    const other = withFacts({ signatures: [...plain.facts.signatures, 'sod|v:1'] });
    const { comparison } = await compareSides(plain, other, quick);
    expect(comparison.signatures).toEqual(plain.facts.signatures);
    expect(comparison.remarks).toEqual(['Scored on one side only and left out: sod.']);
  });
});

describe('a run that is held against itself', () => {
  const sealed = (kind: 'run' | 'baseline', root: string, of = ['m']): Side =>
    paperSide(kind, {
      datasets: [{ name: 'd', models: Object.fromEntries(of.map((name) => [name, scores])) }],
      facts: { kind, evidence: { kind: 'sealed', root } },
    });
  const remarks = async (a: Side, b: Side, options: CompareOptions = {}): Promise<string> =>
    (await compareSides(a, b, { ...quick, ...options })).comparison.remarks.join(' ');
  const SAME = 'Baseline and candidate are the same run';

  it('is remarked, also where a baseline was made of it', async () => {
    const own = sealed('run', 'r'.repeat(64));
    expect(await remarks(own, own)).toContain(`${SAME}: m is held against itself.`);
    expect(await remarks(sealed('baseline', 'r'.repeat(64)), own)).toContain(SAME);
    expect(await remarks(sealed('baseline', 's'.repeat(64)), own)).not.toContain(SAME);
  });

  it('by another of its models is not', async () => {
    const two = sealed('run', 'r'.repeat(64), ['m', 'n']);
    expect(await remarks(two, two, { models: { baseline: 'm', candidate: 'n' } })).not.toContain(SAME);
  });
});
