import { existsSync, readdirSync as readdirNow, statSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { differences, outcomeOf } from '../../../bench/support/kill-run.mjs';
import { slowGraph } from '../../../bench/support/slow-model.mjs';
import { cli, IS_BUILT, startCli, stopStarted, type CliResult } from '../../support/cli.js';
import { mattesIn, worstByIou } from '../../support/kept-mattes.js';
import { until } from '../../support/processes.js';
import { TINY_SIDE, writeGraph } from '../../support/tiny-models.js';
import { makeWorkspace, readRecords, type Workspace } from '../../support/workspace.js';

let workspace: Workspace;

const run = (...argv: readonly string[]): Promise<CliResult> => cli(argv, workspace.folder);
const expected = (count: number): Promise<readonly string[]> =>
  count === 0 ? Promise.resolve([]) : worstByIou(workspace.path('undisturbed'), count);

async function done(...argv: readonly string[]): Promise<CliResult> {
  const result = await run(...argv);
  expect(result.status, result.err).toBe(0);
  return result;
}

const attemptsAt = (plan: string, shard: number): string => workspace.path(plan, 'attempts', `000${shard}`);

/** The folder of the attempt that a shard was published by. */
async function attemptOf(plan: string, shard: number): Promise<string> {
  const path = workspace.path(plan, 'published', `000${shard}.json`);
  const { attempt } = JSON.parse(await readFile(path, 'utf8')) as { attempt: string };
  return `${attemptsAt(plan, shard)}/${attempt}`;
}

const lines = async (folder: string, file: string): Promise<readonly string[]> =>
  (await readFile(`${folder}/${file}.jsonl`, 'utf8')).trim().split('\n').sort();

describe('a plan whose run does not keep all mattes', () => {
  beforeAll(async () => {
    workspace = await makeWorkspace({ models: ['luma', 'slow'], samples: 8 });
    await writeGraph(workspace.folder, 'slow', slowGraph(900), TINY_SIDE);
    await done('run', 'run.yaml', '--no-time', '--out', 'undisturbed');
    for (const [plan, kept] of [
      ['worst', 'worst:2'],
      ['none', 'none'],
    ] as const) {
      await done('plan', 'run.yaml', '--shards', '3', '--mattes', kept, '--out', plan);
      for (const shard of ['1', '2', '3']) await done('work', plan, '--shard', shard);
    }
  }, 240_000);
  afterEach(stopStarted);
  afterAll(() => workspace.remove());

  it('keeps the worst of each shard, and of all of them when they are merged', async () => {
    for (const shard of [1, 2, 3]) {
      const attempt = await attemptOf('worst', shard);
      expect(mattesIn(attempt)).toEqual(await worstByIou(attempt, 2));
      expect(mattesIn(await attemptOf('none', shard))).toEqual([]);
    }
    for (const [plan, count] of [
      ['worst', 2],
      ['none', 0],
    ] as const) {
      for (const way of ['link', 'copy', 'symlink']) {
        const out = `merged-${plan}-${way}`;
        await done('merge', plan, '--mattes', way, '--out', out);
        expect(mattesIn(workspace.path(out))).toEqual(await expected(count));
        await done('verify', out);
        expect(
          differences(await outcomeOf(workspace.path('undisturbed')), await outcomeOf(workspace.path(out))),
        ).toEqual([]);
      }
    }
  }, 120_000);

  it('is another one than a plan of the same with other mattes', async () => {
    const again = ['plan', 'run.yaml', '--shards', '3', '--out', 'none'];
    expect((await done(...again, '--mattes', 'none')).out).toContain('Planned before, and the same');
    for (const kept of [[], ['--mattes', 'all'], ['--mattes', 'worst:2']]) {
      const { status, err } = await run(...again, ...kept);
      expect(status).toBe(64);
      expect(err).toContain('another plan is there than the one that is asked for: other mattes;');
    }
  });

  it('has cells taken over whose mattes are gone, and whose scores say that they may be', async () => {
    for (const [plan, shard] of [
      ['worst', 1],
      ['none', 2],
    ] as const) {
      const before = await attemptOf(plan, shard);
      await rm(workspace.path(plan, 'published', `000${shard}.json`));
      const { out } = await done('work', plan, '--shard', String(shard));
      const cells = (await lines(before, 'scores')).length;
      expect(out).toContain(`${cells} cells scored (${cells} by earlier attempts)`);
      const after = await attemptOf(plan, shard);
      expect(after).not.toBe(before);
      for (const file of ['predictions', 'scores'])
        expect(await lines(after, file)).toEqual(await lines(before, file));
      expect(mattesIn(after)).toEqual(mattesIn(before));
    }
  }, 120_000);

  it('has none taken over whose score lacks a metric, since its matte is gone', async () => {
    const before = await attemptOf('none', 3);
    const scores = `${before}/scores.jsonl`;
    const text = await readFile(scores, 'utf8');
    // Of the first cell alone; sums are left out, as in lines that other versions wrote.
    const [first = '', ...others] = text.trim().split('\n');
    const { sum: _sum, metrics, ...rest } = JSON.parse(first) as Record<string, unknown>;
    const { ber: _ber, ...fewer } = metrics as Record<string, unknown>;
    await writeFile(scores, `${[JSON.stringify({ ...rest, metrics: fewer }), ...others].join('\n')}\n`);
    await rm(workspace.path('none', 'published', '0003.json'));
    const { out } = await done('work', 'none', '--shard', '3');
    const cells = others.length + 1;
    expect(out).toContain(`${cells} cells scored (${cells - 1} by earlier attempts)`);
  }, 120_000);

  it('is merged with no matte missing that it keeps', async () => {
    const attempt = await attemptOf('worst', 2);
    const [kept = ''] = mattesIn(attempt);
    const path = `${attempt}/predictions/${kept}.png`;
    const bytes = await readFile(path);
    await rm(path);
    const { status, err } = await run('merge', 'worst', '--out', 'never');
    expect(status).toBe(65);
    expect(err).toContain(`1 matte missing or empty: the first is ${kept}; restore it, or work on shard 2`);
    expect(existsSync(workspace.path('never'))).toBe(false);
    await writeFile(path, bytes);
  });

  it('is merged with no attempt that has kept others', async () => {
    const path = `${await attemptOf('worst', 2)}/manifest.json`;
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"mattes": "worst:2"', '"mattes": "none"'));
    const { status, err } = await run('merge', 'worst', '--out', 'never');
    expect([status, err]).toEqual([
      64,
      expect.stringContaining('it was made under other settings than the plan: mattes'),
    ]);
    await writeFile(path, text);
  });

  it.skipIf(!IS_BUILT)(
    'goes on where an attempt was killed, and predicts nothing again that had its score',
    async () => {
      await done('plan', 'run.yaml', '--shards', '1', '--mattes', 'none', '--out', 'killed');
      const working = startCli(['work', 'killed', '--shard', '1'], workspace.folder);
      const folder = attemptsAt('killed', 1);
      let scores = '';
      await until('some cells are scored', () => {
        const [name] = existsSync(folder) ? readdirNow(folder) : [];
        scores = name === undefined ? '' : `${folder}/${name}/scores.jsonl`;
        return scores !== '' && existsSync(scores) && statSync(scores).size > 0;
      });
      working.process.kill('SIGKILL');
      await working.result;
      const [first = ''] = await readdir(folder);
      const scored = (await readFile(`${folder}/${first}/scores.jsonl`, 'utf8')).split('\n').length - 1;
      const { out } = await done('work', 'killed', '--shard', '1');
      const taken = Number(/\((\d+) by earlier attempts\)/.exec(out)?.[1]);
      expect(taken).toBeGreaterThanOrEqual(scored);
      await done('merge', 'killed', '--out', 'merged-killed');
      expect(mattesIn(workspace.path('merged-killed'))).toEqual([]);
      const records = await readRecords<Record<string, string>>(
        workspace.path('merged-killed', 'predictions.jsonl'),
      );
      expect(new Set(records.map(({ model, id }) => `${model}/${id}`)).size).toBe(records.length);
      expect(
        differences(
          await outcomeOf(workspace.path('undisturbed')),
          await outcomeOf(workspace.path('merged-killed')),
        ),
      ).toEqual([]);
    },
    120_000,
  );
});
