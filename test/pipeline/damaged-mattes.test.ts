import { copyFile, readdir, readFile, rename, rm, truncate } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOf } from '../../bench/support/kill-run.mjs';
import type { Summary } from '../../src/schema/summary.js';
import { sha256 } from '../../src/core/hash.js';
import { decodeMatte } from '../../src/image/codec.js';
import type { PredictionRecord } from '../../src/store/records.js';
import { cli } from '../support/cli.js';
import { execute, keep, makeWorkspace, readRecords, type Workspace } from '../support/workspace.js';

const SAMPLES = 6;
const MODELS = ['luma', 'inverse'] as const;
const BOTH = { predict: true, score: true, time: false };
const PREDICT = { ...BOTH, score: false };
const SCORE = { ...BOTH, predict: false };

let workspace: Workspace;
/** In `whole` lies an undisturbed run, in `out` one that is predicted and not scored. */
let expected: Readonly<Record<string, string>>;
let restore: () => Promise<void>;

beforeAll(async () => {
  workspace = await makeWorkspace({ models: MODELS, samples: SAMPLES });
  await execute(workspace, { out: workspace.path('whole') });
  expected = await outcomeOf(workspace.path('whole'));
  await execute(workspace, { phases: PREDICT });
  restore = await keep(workspace);
});
afterEach(() => restore());
afterAll(() => workspace.remove());

const matte = (id: string, model: string = 'luma'): string =>
  workspace.path('out', 'predictions', model, 'tiny', `${id}.png`);

async function swap(a: string, b: string): Promise<void> {
  await rename(a, `${a}.aside`);
  await rename(b, a);
  await rename(`${a}.aside`, b);
}

const DAMAGE = {
  deleted: () => rm(matte('001')),
  emptied: () => truncate(matte('001'), 0),
  'cut in the middle': async () =>
    truncate(matte('001'), Math.floor((await readFile(matte('001'))).length / 2)),
  'replaced by the ground truth': () =>
    copyFile(workspace.path('data', 'gt', '001.png'), matte('001', 'inverse')),
} as const;

/** Runs on, and gives the warnings that tell of mattes. */
async function resume(
  phases: typeof BOTH,
  out = workspace.path('out'),
): Promise<{ readonly summary: Summary; readonly told: readonly string[] }> {
  const told: string[] = [];
  const summary = await execute(workspace, {
    phases,
    resume: true,
    out,
    emit: (event) => {
      if (event.kind === 'warning' && event.message.includes('matte')) told.push(event.message);
    },
  });
  return { summary, told };
}

async function expectWhole(): Promise<void> {
  const { 'mattes, once each': mattes, ...rest } = await outcomeOf(workspace.path('out'));
  const { 'mattes, once each': wanted, ...others } = expected;
  expect(rest).toEqual(others);
  // A cell that was predicted again has two lines, with the same matte.
  expect([...new Set(mattes?.split('\n'))].join('\n')).toBe(wanted);
  for (const record of await readRecords<PredictionRecord>(workspace.path('out', 'predictions.jsonl'))) {
    if (record.status !== 'done') continue;
    expect(sha256((await decodeMatte(matte(record.id, record.model))).data)).toBe(record.matteSha256);
  }
}

describe('a matte that was predicted and not scored', () => {
  for (const [how, damage] of Object.entries(DAMAGE)) {
    it(`${how} is predicted again when the run goes on, which says so in one line`, async () => {
      await damage();
      const { told } = await resume(BOTH);
      expect(told).toEqual(['1 matte was missing, empty or not the one that was predicted: predicted again']);
      await expectWhole();
    });
  }

  it('is predicted again also where nothing is scored', async () => {
    await swap(matte('001'), matte('002'));
    expect((await resume(PREDICT)).told).toEqual([
      '2 mattes were missing, empty or not the ones that were predicted: predicted again',
    ]);
    expect((await resume(BOTH)).told).toEqual([]);
    await expectWhole();
  });

  it('is a failed cell where only scoring is asked for, and mended by --resume', async () => {
    await DAMAGE['cut in the middle']();
    const { status, err } = await cli(
      ['run', 'run.yaml', '--only', 'score', '--out', 'out'],
      workspace.folder,
    );
    expect(status, err).toBe(3);
    expect(err).toContain(
      '1 matte was missing, empty or not the one that was predicted: continue with --resume',
    );
    const summary = JSON.parse(await readFile(workspace.path('out', 'summary.json'), 'utf8')) as Summary;
    expect(summary.cells).toEqual({ planned: 12, scored: 11, failed: 1 });
    expect(summary.failures).toMatchObject([{ failure: { code: 'matte.damaged' } }]);
    await resume(BOTH);
    await expectWhole();
  });

  it('is told of by its number where many are gone or changed, in both ways of finding out', async () => {
    await rm(workspace.path('out', 'predictions', 'inverse'), { recursive: true });
    await swap(matte('000'), matte('003'));
    const { told } = await resume(BOTH);
    expect(told).toEqual([
      `${SAMPLES + 2} mattes were missing, empty or not the ones that were predicted: predicted again`,
    ]);
    await expectWhole();
  });

  it('changed for the ground truth scores no 1', async () => {
    for (const model of MODELS)
      for (const name of await readdir(workspace.path('data', 'gt')))
        await copyFile(workspace.path('data', 'gt', name), matte(name.replace('.png', ''), model));
    const { summary } = await resume(SCORE);
    expect(summary.cells).toEqual({ planned: 12, scored: 0, failed: 12 });
    await resume(BOTH);
    await expectWhole();
  });
});

describe('a matte that was scored', () => {
  it('is predicted again where it is gone or empty, and not scored again', async () => {
    await rm(matte('001'));
    await resume(BOTH);
    const scores = await readFile(workspace.path('out', 'scores.jsonl'), 'utf8');
    await rm(matte('002', 'inverse'));
    await truncate(matte('004'), 0);
    const { told } = await resume(BOTH);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^2 mattes/);
    expect(await readFile(workspace.path('out', 'scores.jsonl'), 'utf8')).toBe(scores);
    await expectWhole();
  });
});
