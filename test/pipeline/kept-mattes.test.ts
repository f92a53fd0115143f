import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOf } from '../../bench/support/kill-run.mjs';
import type { Summary } from '../../src/schema/summary.js';
import type { Verification } from '../../src/schema/verification.js';
import { runFolder } from '../../src/store/run-folder.js';
import { cli, type CliResult } from '../support/cli.js';
import { mattesIn, worstByIou } from '../support/kept-mattes.js';
import { linesOf, reseal, writeLines } from '../support/reseal.js';
import { keep, makeWorkspace, type Workspace } from '../support/workspace.js';

const SAMPLES = 7;
const CELLS = 2 * SAMPLES;
const WORST = 2;
const RUN = ['run', 'run.yaml', '--no-time', '--out'];

let workspace: Workspace;
/** In `all` lies a run that keeps all mattes, in `none` and `worst` those of its settings that do not. */
let restore: () => Promise<void>;

beforeAll(async () => {
  workspace = await makeWorkspace({ models: ['luma', 'inverse'], samples: SAMPLES });
  await done(...RUN, 'all');
  await done(...RUN, 'none', '--mattes', 'none');
  await done(...RUN, 'worst', '--mattes', `worst:${WORST}`);
  restore = await keep(workspace);
}, 120_000);
afterEach(() => restore());
afterAll(() => workspace.remove());

const command = (...argv: readonly string[]): Promise<CliResult> => cli(argv, workspace.folder);
const mattes = (run: string): readonly string[] => mattesIn(workspace.path(run));
const predictions = (run: string): Promise<string> =>
  readFile(workspace.path(run, 'predictions.jsonl'), 'utf8');

async function done(...argv: readonly string[]): Promise<CliResult> {
  const result = await command(...argv);
  expect(result.status, result.err).toBe(0);
  return result;
}

async function refused(status: number, line: string, ...argv: readonly string[]): Promise<void> {
  const result = await command(...argv);
  expect(result.status, result.err).toBe(status);
  expect(result.err.trim().split('\n').at(-1)).toBe(line);
}

async function verified(run: string): Promise<Verification['mattes']> {
  return (JSON.parse((await done('verify', run, '--json')).out) as Verification).mattes;
}

/** As a run stands that was ended in the middle: nobody has summed it up. */
async function unsealed(run: string): Promise<void> {
  for (const name of ['seal.json', 'summary.json', 'curves.json'])
    await rm(workspace.path(run, name), { force: true });
}

/** As a version has left a run that had no balanced error rate. */
async function withoutBer(run: string): Promise<void> {
  const folder = runFolder(workspace.path(run));
  const text = await readFile(folder.scores, 'utf8');
  await writeFile(folder.scores, text.replaceAll(/"ber":[^,}]*,/g, ''));
  await writeFile(
    folder.manifest,
    (await readFile(folder.manifest, 'utf8')).replace(/,?\s*"ber"(?=[\s,\]])/, ''),
  );
  await reseal(folder.path);
}

describe('a run that does not keep all mattes', () => {
  it.each(['none', 'worst'])('comes to what one comes to that does (%s)', async (run) => {
    expect(await outcomeOf(workspace.path(run))).toEqual(await outcomeOf(workspace.path('all')));
    const summary = async (of: string): Promise<object> => {
      const {
        createdAt: _at,
        pace: _pace,
        ...rest
      } = JSON.parse(await readFile(workspace.path(of, 'summary.json'), 'utf8')) as Summary & {
        createdAt: string;
      };
      return rest;
    };
    expect(await summary(run)).toEqual(await summary('all'));
  });

  it('keeps none, or the worst of each model and dataset by the rule of the gallery, and says which it is', async () => {
    expect(mattes('all')).toHaveLength(CELLS);
    expect(mattes('none')).toEqual([]);
    expect(mattes('worst')).toEqual(await worstByIou(workspace.path('all'), WORST));
    expect(mattes('worst')).toHaveLength(2 * WORST);
    const settings = async (run: string): Promise<{ mattes?: string }> =>
      (
        JSON.parse(await readFile(workspace.path(run, 'manifest.json'), 'utf8')) as {
          settings: { mattes?: string };
        }
      ).settings;
    expect((await settings('worst')).mattes).toBe('worst:2');
    expect(await settings('all')).not.toHaveProperty('mattes');
  });

  it('takes it from its config as well', async () => {
    await writeFile(workspace.config, `${await readFile(workspace.config, 'utf8')}mattes: worst:2\n`);
    await done(...RUN, 'by-config');
    expect(mattes('by-config')).toEqual(mattes('worst'));
    await done(...RUN, 'by-flag', '--mattes', 'all');
    expect(mattes('by-flag')).toHaveLength(CELLS);
    await writeFile(
      workspace.config,
      (await readFile(workspace.config, 'utf8')).replace('worst:2', 'worst:0'),
    );
    const { status, err } = await command(...RUN, 'never');
    expect(status).toBe(64);
    expect(err).toContain('expected all, none or worst:N, such as worst:20');
  });

  it('is whole without them, and damaged without one that it keeps', async () => {
    expect(await verified('all')).toEqual({ checked: CELLS, faults: [] });
    expect(await verified('none')).toEqual({ checked: 0, notKept: CELLS, faults: [] });
    expect(await verified('worst')).toEqual({
      checked: 2 * WORST,
      notKept: CELLS - 2 * WORST,
      faults: [],
    });
    expect((await done('verify', 'worst')).out).toContain(
      'mattes   4 of 4 as they were predicted; 10 not kept, as the run was asked\n',
    );
    for (const run of ['all', 'worst']) {
      const [kept = ''] = mattes(run);
      await rm(workspace.path(run, 'predictions', `${kept}.png`));
      const { status, err } = await command('verify', run);
      expect(status).toBe(65);
      expect(err).toContain('1 matte is not the one that the model gave');
      expect(err).toContain('is missing');
    }
  });

  it('is resumed where nothing is left to do, and nothing changes', async () => {
    for (const run of ['none', 'worst']) {
      const before = [await predictions(run), await readFile(workspace.path(run, 'seal.json'), 'utf8')];
      await done('resume', run);
      expect([await predictions(run), await readFile(workspace.path(run, 'seal.json'), 'utf8')]).toEqual(
        before,
      );
    }
  });

  it('makes one again that it keeps and that is gone', async () => {
    const [kept = ''] = mattes('worst');
    await rm(workspace.path('worst', 'predictions', `${kept}.png`));
    const { err } = await done('resume', 'worst');
    expect(err).toContain('1 matte was missing, empty or not the one that was predicted: predicted again');
    expect(mattes('worst')).toEqual(await worstByIou(workspace.path('all'), WORST));
    expect((await verified('worst')).faults).toEqual([]);
  });
});

describe('a run that was ended', () => {
  it.each([
    ['none', () => [] as readonly string[]],
    ['worst', () => worstByIou(workspace.path('all'), WORST)],
  ])('before it had removed mattes of scores on the disk removes them (%s)', async (run, kept) => {
    await unsealed(run);
    await cp(workspace.path('all', 'predictions'), workspace.path(run, 'predictions'), { recursive: true });
    const before = await predictions(run);
    await done('resume', run);
    expect(mattes(run)).toEqual(await kept());
    expect(await predictions(run)).toBe(before);
    expect(await outcomeOf(workspace.path(run))).toEqual(await outcomeOf(workspace.path('all')));
  });

  it('with mattes that nobody had scored scores them, and predicts none again', async () => {
    await unsealed('none');
    const { scores } = runFolder(workspace.path('none'));
    const lines = await linesOf(scores);
    const [left, lost] = [lines.slice(0, 5), lines.slice(5)];
    await writeLines(scores, left);
    for (const line of lost) {
      const { model, dataset, id } = JSON.parse(line) as Record<'model' | 'dataset' | 'id', string>;
      const matte = `predictions/${model}/${dataset}/${id}.png`;
      await cp(workspace.path('all', matte), workspace.path('none', matte));
    }
    const before = await predictions('none');
    await done('resume', 'none');
    expect(await predictions('none')).toBe(before);
    expect(mattes('none')).toEqual([]);
    expect(await outcomeOf(workspace.path('none'))).toEqual(await outcomeOf(workspace.path('all')));
  });

  it('keeps what was predicted and is not scored', async () => {
    await done(...RUN, 'predicted', '--mattes', 'none', '--no-score');
    expect(mattes('predicted')).toHaveLength(CELLS);
    await done('run', 'run.yaml', '--only', 'score', '--mattes', 'none', '--out', 'predicted');
    expect(mattes('predicted')).toEqual([]);
    expect(await outcomeOf(workspace.path('predicted'))).toEqual(await outcomeOf(workspace.path('all')));
  });
});

describe('what takes mattes that were not kept', () => {
  const AGAIN = 'cells would have to be predicted again: the run has not kept the mattes';

  it('is a metric that came later: it says how many cells, and predicts them where it may', async () => {
    await withoutBer('worst');
    const seal = await readFile(workspace.path('worst', 'seal.json'), 'utf8');
    await refused(64, `maskbench: 10 ${AGAIN}; --repredict does so`, 'resume', 'worst');
    expect(await readFile(workspace.path('worst', 'seal.json'), 'utf8')).toBe(seal);
    const { err } = await done('resume', 'worst', '--repredict');
    expect(err).toContain('warning: 10 cells predicted again, of which the mattes were not kept');
    const { 'mattes, once each': _twice, ...outcome } = await outcomeOf(workspace.path('worst'));
    const { 'mattes, once each': _once, ...expected } = await outcomeOf(workspace.path('all'));
    expect(outcome).toEqual(expected);
    expect(mattes('worst')).toEqual(await worstByIou(workspace.path('all'), WORST));
    expect((await verified('worst')).faults).toEqual([]);
  });

  it('is a run that is to keep more from now on, and nothing else may change', async () => {
    const more = ['resume', 'none', '--mattes', 'worst:3'];
    await refused(
      64,
      `maskbench: 6 ${AGAIN}; --repredict does so; without it go on as before, with --mattes none`,
      ...more,
    );
    await done(...more, '--repredict');
    expect(mattes('none')).toEqual(await worstByIou(workspace.path('all'), 3));
    // Who resumes it without saying goes on so.
    await done('resume', 'none');
    expect((await verified('none')).checked).toBe(6);
    await refused(
      64,
      `maskbench: ${workspace.path('none')}: the run was made under other settings: mattes (worst:3 there, none now); resume with the same config, or choose another folder with --out`,
      'resume',
      'none',
      '--mattes',
      'none',
    );
    await done('resume', 'none', '--mattes', 'all', '--repredict');
    expect(mattes('none')).toEqual(mattes('all'));
    expect(await verified('none')).toEqual({ checked: CELLS, faults: [] });
    await refused(
      64,
      `maskbench: ${workspace.path('all')}: the run was made under other settings: mattes (all there, none now); resume with the same config, or choose another folder with --out`,
      ...RUN,
      'all',
      '--resume',
      '--mattes',
      'none',
    );
  });

  it('is scoring by other ground truths', async () => {
    const truths = [
      'check',
      '--baseline',
      'all',
      '--candidate',
      'none',
      '--rescore',
      'all',
      '--truths',
      'tiny.yaml',
    ];
    const { status, err } = await command(...truths);
    expect(status, err).toBe(65);
    expect(err).toContain(`${CELLS} ${AGAIN}; "maskbench resume" with --mattes all --repredict does so`);
  });

  it('is a gallery, which shows what is there and says what was not kept', async () => {
    await done('report', 'worst', '--format', 'html', '--out', 'page.html');
    const page = await readFile(workspace.path('page.html'), 'utf8');
    expect(page.split('not kept (--mattes worst:2)').length - 1).toBe(CELLS - 2 * WORST);
    expect(page).toContain('10 mattes are not shown: the run was not to keep all of them.');
    expect(page.split('alt="Matte of ').length - 1).toBe(2 * WORST);
  });

  it('is never asked for in vain', async () => {
    await refused(
      64,
      'maskbench: --repredict is for a run that predicts; leave out --only score',
      'run',
      'run.yaml',
      '--out',
      'none',
      '--only',
      'score',
      '--repredict',
    );
  });
});

describe('shards of a run', () => {
  it('keep the worst of their own, and their merge the worst of all', async () => {
    for (const kept of [`worst:${WORST}`, 'none']) {
      const parts = [1, 2, 3].map((part) => `${kept}-${part}`);
      for (const [i, out] of parts.entries())
        await done(...RUN, out, '--mattes', kept, '--shard', `${i + 1}/3`);
      const own = parts.flatMap(mattes);
      expect(own).toHaveLength(kept === 'none' ? 0 : 2 * 3 * WORST);
      await done('merge', ...parts, '--out', `${kept}-merged`);
      const expected = kept === 'none' ? [] : await worstByIou(workspace.path('all'), WORST);
      expect(mattes(`${kept}-merged`)).toEqual(expected);
      expect((await verified(`${kept}-merged`)).faults).toEqual([]);
      expect(await outcomeOf(workspace.path(`${kept}-merged`))).toEqual(
        await outcomeOf(workspace.path('all')),
      );
    }
    await done(...RUN, 'other', '--shard', '3/3');
    const { status, err } = await command('merge', 'none-1', 'none-2', 'other', '--out', 'mixed');
    expect(status).toBe(64);
    expect(err).toContain('its mattes differs from that of');
  }, 120_000);
});
