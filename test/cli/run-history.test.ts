import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRow } from '../../src/analysis/history/list-runs.js';
import type { Trend } from '../../src/analysis/history/trend.js';
import { cli } from '../support/cli.js';
import { xmlFault } from '../support/well-formed.js';
import { reseal } from '../support/reseal.js';
import { execute, makeWorkspace, type Workspace } from '../support/workspace.js';

let workspace: Workspace;
const maskbench = (...argv: readonly string[]) => cli(argv, workspace.folder);

/**
 * Three runs as if begun on three days: the second by another Maskbench, the third of fewer images. Then one that is not
 * finished, two that were edited, one that a check has stopped, and one that cannot be read.
 */
beforeAll(async () => {
  workspace = await makeWorkspace({ samples: 3 });
  for (const [i, name] of ['c', 'b', 'a'].entries()) {
    const out = workspace.path('runs', name);
    await execute(workspace, { out, ...(i === 2 ? { shard: [1, 2] } : {}) });
    for (const file of ['manifest.json', 'summary.json']) {
      const text = await readFile(join(out, file), 'utf8');
      const document = JSON.parse(text) as object;
      const changed = { createdAt: `2026-0${i + 1}-01T10:00:00.000Z`, maskbenchVersion: `0.${i}.0` };
      await writeFile(join(out, file), JSON.stringify({ ...document, ...changed }));
    }
    await reseal(out);
  }
  await execute(workspace, { out: workspace.path('runs', 'nightly', 'd') });
  for (const file of ['seal.json', 'summary.json']) await rm(workspace.path('runs', 'nightly', 'd', file));
  const edit = async (run: string, file: string, of: (text: string) => string): Promise<void> => {
    const path = workspace.path('runs', 'nightly', run, file);
    await writeFile(path, of(await readFile(path, 'utf8')));
  };
  for (const run of ['e', 'f', 'g'])
    await cp(workspace.path('runs', 'c'), workspace.path('runs', 'nightly', run), { recursive: true });
  await edit('e', 'summary.json', (text) => text.replaceAll(/"mean":\s*0\.\d+/g, '"mean":0.9999'));
  await edit('f', 'scores.jsonl', (text) => text.replace(/"iou":0\.\d/, '"iou":0.9'));
  for (const file of ['seal.json', 'summary.json', 'scores.jsonl'])
    await rm(workspace.path('runs', 'nightly', 'g', file));
  await edit('g', 'manifest.json', (text) =>
    JSON.stringify({ ...(JSON.parse(text) as object), stopped: { by: 'check', after: 2 } }),
  );
  await mkdir(workspace.path('runs', 'broken'));
  await writeFile(workspace.path('runs', 'broken', 'manifest.json'), '{');
  await mkdir(workspace.path('runs', 'other'));
}, 120_000);
afterAll(() => workspace.remove());

describe('runs list', () => {
  it('shows the headline of every model, by the time that runs were begun', async () => {
    const { status, out, err } = await maskbench('runs', 'list');
    expect(status).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.slice(1).map((line) => line.split(/\s+/)[0])).toEqual([
      'runs/broken',
      'runs/c',
      'runs/nightly/e',
      'runs/nightly/f',
      'runs/nightly/g',
      'runs/b',
      'runs/a',
      'runs/nightly/d',
    ]);
    const lineOf = (run: string): string => lines.find((line) => line.startsWith(`${run} `)) ?? '';
    expect(lineOf('runs/b')).toMatch(
      /^runs\/b +luma +iou +0\.\d{4} +3 +2026-02-01 10:00 +0\.1\.0 +sealed \([0-9a-f]{12}\)$/,
    );
    expect(lineOf('runs/a')).toMatch(/sealed \(\w+\), only shard 1 of 2$/);
    expect(lineOf('runs/nightly/d')).toMatch(/unfinished +- +- +- +2026-.* +- +unfinished \(/);
    expect(err).toMatch(/warning: runs\/broken: .*\n/);
    expect(err).toMatch(/\n8 runs in runs\n$/);
  });

  it('shows no figure of a run that does not add up, with the reason, and none of a partial one', async () => {
    const { out, err } = await maskbench('runs', 'list');
    const lines = out.split('\n').filter((line) => line.startsWith('runs/nightly/'));
    expect(lines.slice(0, 2).map((line) => line.trim())).toEqual([
      expect.stringMatching(/e +damaged +- +- +- +2026-01-01 10:00 +- +damaged$/),
      expect.stringMatching(/f +damaged +- +- +- +2026-01-01 10:00 +- +damaged$/),
    ]);
    expect(lines[2]).toMatch(/g +partial +- +- +- +2026-.* +- +partial: stopped by check after 2 images/);
    expect(out).not.toContain('0.9999');
    expect(err).toMatch(/warning: runs\/nightly\/e: damaged: .*summary\.json is not as it was sealed/);
    expect(err).toMatch(/warning: runs\/nightly\/f: damaged: .*sum/);
  });

  it.each([60, 80, 120])(
    'keeps within a terminal of %i columns, where a row goes on below',
    async (columns) => {
      const { out } = await cli(['runs', 'list'], workspace.folder, { columns });
      const lines = out.trimEnd().split('\n');
      expect(lines.filter((line) => line.length > columns)).toEqual([]);
      const at = lines.findIndex((line) => line.startsWith('runs/b '));
      const row = lines.slice(at, at + 1 + lines.slice(at + 1).findIndex((line) => !line.startsWith('    ')));
      expect(row.length > 1).toBe(columns < 110);
      expect(row.join(' ')).toMatch(/^runs\/b +luma +iou .*0\.1\.0 +sealed \([0-9a-f]{12}\)$/);
    },
  );

  it('says the same as JSON', async () => {
    const rows = JSON.parse((await maskbench('runs', 'list', '--json')).out) as readonly RunRow[];
    expect(rows.map(({ state }) => state)).toEqual([
      'unreadable',
      'finished',
      'damaged',
      'damaged',
      'partial',
      'finished',
      'finished',
      'unfinished',
    ]);
    expect(rows[1]).toMatchObject({ run: 'runs/c', model: 'luma', metric: 'iou', images: 3 });
    expect(rows[1]?.evidence).toMatchObject({ kind: 'sealed' });
    expect(rows[2]).toMatchObject({ value: null, evidence: null, reason: expect.stringMatching(/sealed/) });
    expect(rows[4]?.evidence).toMatchObject({ kind: 'partial', after: 2 });
    const { accuracy } = JSON.parse(await readFile(workspace.path('runs', 'c', 'summary.json'), 'utf8')) as {
      readonly accuracy: readonly { readonly metrics: { readonly iou: { readonly mean: number } } }[];
    };
    expect(rows[1]?.value).toBe(accuracy[0]?.metrics.iou.mean);
  });

  it('names a folder that is not there', async () => {
    const { status, err } = await maskbench('runs', 'list', 'nothing');
    expect([status, err]).toEqual([65, expect.stringMatching(/nothing: no such folder/)]);
  });
});

describe('runs trend', () => {
  it('plots a metric over runs, and says what changed', async () => {
    const { status, out, err } = await maskbench('runs', 'trend', '--model', 'luma', '--metric', 'iou');
    expect(status).toBe(0);
    expect(err).toMatch(/warning: runs\/nightly\/e: damaged: /);
    expect(out).not.toContain('0.9999');
    const lines = out.trimEnd().split('\n').slice(3);
    expect(lines.map((line) => /runs\/(\w)/.exec(line)?.[1])).toEqual(['c', 'b', 'a']);
    expect(lines[1]).not.toMatch(/other/);
    expect(lines[1]).toMatch(/runs\/b +sealed \(/);
    expect(lines[2]).toMatch(/other images$/);
    for (const line of lines) expect(line).toMatch(/\| *o *\|/);
  });

  it('keeps its headline within a narrow terminal', async () => {
    const argv = ['runs', 'trend', '--model', 'luma', '--metric', 'iou'];
    const { out } = await cli(argv, workspace.folder, { columns: 60 });
    const [first = '', second = ''] = out.split('\n');
    expect(first.length).toBeLessThanOrEqual(60);
    expect(`${first} ${second.trim()}`).toBe((await maskbench(...argv)).out.split('\n')[0]);
  });

  it('draws the same as SVG, and joins no runs that are of other images', async () => {
    const trend = ['runs', 'trend', '--model', 'luma', '--metric', 'iou'];
    const { status, out, err } = await maskbench(...trend, '--svg', 'trend.svg');
    expect(status).toBe(0);
    expect(err).toMatch(/Written to trend\.svg\n$/);
    expect(out).toBe((await maskbench(...trend)).out);
    const svg = await readFile(workspace.path('trend.svg'), 'utf8');
    expect(xmlFault(svg)).toBeNull();
    expect(svg).toContain('<title>IoU of luma, run by run (higher is better)</title>');
    for (const text of ['2026-01-01', '2026-02-01', '2026-03-01', 'open: other images than before'])
      expect(svg).toContain(text);
    const { points } = JSON.parse((await maskbench(...trend, '--json')).out) as Trend;
    for (const { value } of points) expect(svg).toContain(value.toFixed(4));
    // two runs of the same images, and one that stands alone: a line of one piece, and three dots, one of them open
    const lines = [...svg.matchAll(/<path[^>]* d="(M[^"]*)"/g)].map(([, d = '']) => d);
    expect(lines.filter((d) => /^M(?!0,0)[\d.,]+L[\d.,]+$/.test(d))).toHaveLength(1);
    expect([...svg.matchAll(/<circle/g)]).toHaveLength(4);
    const nothing = await maskbench(...trend, '--svg', 'data');
    expect([nothing.status, nothing.err]).toEqual([64, expect.stringMatching(/data: .*folder/)]);
  });

  it('says the same as JSON', async () => {
    const argv = ['runs', 'trend', '--model', 'luma', '--metric', 'mae', '--json'];
    const { metric, points } = JSON.parse((await maskbench(...argv)).out) as Trend;
    expect(metric).toMatchObject({ id: 'mae', better: 'lower' });
    expect(points.map(({ maskbenchVersion, changed }) => [maskbenchVersion, changed])).toEqual([
      ['0.0.0', []],
      ['0.1.0', []],
      ['0.2.0', ['images']],
    ]);
  });

  it.each([
    [['--model', 'lume', '--metric', 'iou'], 64, /no run has a model "lume"; did you mean "luma"\?/],
    [['--model', 'luma', '--metric', 'iuo'], 64, /no run has a metric "iuo"; did you mean "iou"\?/],
    [['--model', 'luma', '--metric', 'iou', 'data'], 65, /there is no finished run/],
  ])('answers %j', async (flags, expected, message) => {
    const { status, err } = await maskbench('runs', 'trend', ...flags);
    expect([status, err]).toEqual([expected, expect.stringMatching(message)]);
  });
});

describe('baselines', () => {
  it('are marked where their scores are not those that they were written with', async () => {
    for (const name of ['whole', 'edited', 'torn'])
      expect((await maskbench('baseline', 'set', name, '--run', 'runs/c')).status).toBe(0);
    const scores = workspace.path('baselines', 'edited', 'scores.jsonl');
    await writeFile(scores, (await readFile(scores, 'utf8')).replace(/\d(?=\])/, '0'));
    await writeFile(workspace.path('baselines', 'torn', 'baseline.json'), '{');
    const { status, out } = await maskbench('baseline', 'list');
    expect(status).toBe(0);
    expect(out).toMatch(
      /^edited .* damaged: the scores are not those that baseline\.json was written with$/m,
    );
    expect(out).toMatch(/^torn .* damaged: /m);
    expect(out).toMatch(/^whole .* sealed \(\w+\)$/m);
    const [edited, torn, whole] = JSON.parse((await maskbench('baseline', 'list', '--json')).out) as {
      readonly damaged?: string;
      readonly evidence?: unknown;
    }[];
    expect(edited).toMatchObject({ baseline: 'edited', damaged: expect.stringMatching(/scores/) });
    expect([edited?.evidence, torn?.evidence, whole?.damaged]).toEqual([undefined, undefined, undefined]);
    const shown = await maskbench('baseline', 'show', 'edited');
    expect(shown.out).toMatch(/: damaged: the scores/);
    expect(shown.out).not.toContain('sealed (');
    expect((await maskbench('baseline', 'show', 'whole')).out).toMatch(/: sealed \(/);
    expect((await maskbench('baseline', 'show', 'torn')).status).toBe(65);
  });
});
