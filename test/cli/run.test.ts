import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/schema/summary.js';
import { cli, type CliResult } from '../support/cli.js';
import { makeWorkspace, type Workspace } from '../support/workspace.js';

let workspace: Workspace;
const run = (...argv: readonly string[]): Promise<CliResult> => cli(argv, workspace.folder);

beforeAll(async () => {
  workspace = await makeWorkspace({ models: ['luma', 'not-a-number'], samples: 3 });
});
afterAll(() => workspace.remove());

describe('maskbench run', () => {
  let first: CliResult;

  beforeAll(async () => {
    first = await run('run', 'run.yaml', '--models', 'luma');
  });

  it('prints the answer and both tables on stdout, ends with 0, and says on stderr where everything is', () => {
    expect(first.status).toBe(0);
    expect(first.out).toMatch(/^In short\n/);
    expect(first.out).toMatch(/luma *│ *1 *│ *0\.\d{3} *│/);
    expect(first.out).toContain('\nInference time in milliseconds');
    expect(first.out).toContain('\nMeasures of model accuracy');
    expect(first.out).toMatch(/luma .*tiny .*0\.\d{3}.* 3\/3/);
    expect(first.err).toContain('Written to runs/tiny-run: summary.json');
    expect(first.err).toMatch(/^predict luma: 3 to do\npredict luma: 3\/3 in /m);
    expect(first.err).toMatch(/^time luma \.\.\.\ntime luma: \d+\/\d+ in /m);
  });

  it('prints nothing but plain text where stderr is no terminal', () => {
    // oxlint-disable-next-line no-control-regex -- terminal codes are what must not be there
    expect(first.out + first.err).not.toMatch(/[\u001b\r]/);
  });

  it('writes the reports beside the summary', async () => {
    for (const name of ['summary.json', 'report.md', 'report.html', 'manifest.json', 'plan.jsonl']) {
      expect(existsSync(workspace.path('runs', 'tiny-run', name)), name).toBe(true);
    }
    const markdown = await readFile(workspace.path('runs', 'tiny-run', 'report.md'), 'utf8');
    expect(markdown).toContain('| luma | tiny |');
  });

  it('continues with --resume, and prints the same tables', async () => {
    const again = await run('run', 'run.yaml', '--models', 'luma', '--resume');
    expect(again.status).toBe(0);
    expect(again.out).toBe(first.out);
  });

  it('says where it left the pictures, in the page or beside it', async () => {
    expect(first.err).toContain('report.md and report.html\n');
    const beside = await run('run', 'run.yaml', '--models', 'luma', '--resume', '--no-embed');
    expect(beside.err).toContain('report.md, report.html and report-images/\n');
    const page = ['report', 'runs/tiny-run', '--format', 'html', '--no-embed', '--out', 'out/p.html'];
    expect((await run(...page)).err).toBe('Written to out/p.html, its pictures to out/p-images/\n');
    const embedded = await run('run', 'run.yaml', '--models', 'luma', '--resume', '--embed');
    expect(embedded.err).toContain('report.md and report.html\n');
  });

  it('ends with 3 when cells failed, and has the rest in its tables', async () => {
    const { status, out, err } = await run('run', 'run.yaml', '--out', 'some', '--no-time');
    expect(status).toBe(3);
    expect(out).toMatch(/not-a-number .* 0\/3/);
    expect(out).toMatch(/luma .* 3\/3/);
    expect(err).toContain('failed: not-a-number tiny/000: output has 4096 of 4096 values that are NaN');
    expect(err).toContain('3 of 6 cells failed; summary.json says why');
  });

  it('takes a limit, and prints the summary as JSON', async () => {
    const argv = [
      'run',
      'run.yaml',
      '--models',
      'luma',
      '--limit',
      '1',
      '--no-time',
      '--out',
      'one',
      '--json',
    ];
    const { status, out } = await run(...argv);
    expect(status).toBe(0);
    expect((JSON.parse(out) as Summary).cells).toEqual({ planned: 1, scored: 1, failed: 0 });
  });

  it('leaves scoring and timing out when told so, which is no failure', async () => {
    const argv = ['run', 'run.yaml', '--models', 'luma', '--no-time', '--no-score', '--out', 'bare'];
    expect((await run(...argv)).status).toBe(0);
    expect(existsSync(workspace.path('bare', 'scores.jsonl'))).toBe(false);
    const scored = await run('run', 'run.yaml', '--only', 'score', '--models', 'luma', '--out', 'bare');
    expect(scored.status).toBe(0);
    expect(scored.out).toMatch(/luma .* 3\/3/);
  });

  it('refuses to score where nothing is predicted, and says where a part is not', async () => {
    const score = ['run', 'run.yaml', '--only', 'score', '--models', 'luma', '--out', 'unpredicted'];
    const nothing =
      /unpredicted: no masks are predicted there, so that there is nothing to score; predict them first: /;
    expect(await run(...score)).toMatchObject({ status: 65, err: expect.stringMatching(nothing) as string });
    expect(existsSync(workspace.path('unpredicted'))).toBe(false);
    await run('run', 'run.yaml', '--only', 'predict', '--models', 'luma', '--out', 'unpredicted');
    const path = workspace.path('unpredicted', 'predictions.jsonl');
    const [line = ''] = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, `${line}\n`);
    const part = await run(...score);
    expect(part.err).toContain('warning: 2 cells without a mask to score; --resume predicts them\n');
    expect(part.status).toBe(0);
    await rm(workspace.path('unpredicted', 'scores.jsonl'));
    await writeFile(path, '');
    expect(await run(...score)).toMatchObject({ status: 65, err: expect.stringMatching(nothing) as string });
  });

  it('times alone', async () => {
    const { status, out } = await run('time', 'run.yaml', '--models', 'luma', '--out', 'timed', '--json');
    expect(status).toBe(0);
    const summary = JSON.parse(out) as Summary;
    expect(summary.timing.map(({ dataset, n }) => [dataset, n])).toEqual([
      ['tiny', 2],
      [null, 2],
    ]);
  });
});

describe('maskbench report', () => {
  it.each(['terminal', 'markdown', 'csv', 'json', 'html'])('renders a finished run as %s', async (format) => {
    const { status, out } = await run('report', 'runs/tiny-run', '--format', format);
    expect(status).toBe(0);
    expect(out).toContain('luma');
  });

  it('writes to a file with --out', async () => {
    const { out } = await run('report', 'runs/tiny-run', '--format', 'csv', '--out', 'table.csv');
    expect(out).toBe('');
    expect(await readFile(workspace.path('table.csv'), 'utf8')).toMatch(/^kind,model,dataset,measure/);
  });

  it('says what is wrong with a folder that holds no finished run, and with an --out that cannot be written', async () => {
    const none = await run('report', 'data');
    expect(none.status).toBe(65);
    expect(none.err).toMatch(/^maskbench: .*data: no run in this folder; expected a folder with manifest/);
    const bad = await run('report', 'runs/tiny-run', '--out', 'no/such/folder/x.txt');
    expect(bad.status).toBe(64);
    expect(bad.err).toMatch(/^maskbench: .*x\.txt: cannot write: /);
  });
});
