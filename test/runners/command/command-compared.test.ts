import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../../src/core/package-root.js';
import { cli, IS_BUILT } from '../../support/cli.js';
import { execute, makeWorkspace, type Workspace } from '../../support/workspace.js';

const PROGRAM = join(PACKAGE_ROOT, 'test', 'runners', 'command', 'program.mjs');

let workspace: Workspace;

async function writeProgram(...args: readonly string[]): Promise<void> {
  const command = { run: [process.execPath, PROGRAM, ...args], files: [PROGRAM] };
  const spec = { name: 'program', feeding: 'command', command };
  await writeFile(workspace.path('program.yaml'), JSON.stringify(spec));
}

/** What a command prints, on one line, and its exit status. */
async function said(...argv: readonly string[]): Promise<readonly [string, number | null]> {
  const { out, err, status } = await cli(argv, workspace.folder);
  return [`${err} ${out}`.replaceAll(/\s+/g, ' '), status];
}

const GATE = `version: 2
name: g
level: 0.95
floors: [{ metric: iou, mean: 0.001 }]
memory: { maximumRatio: 9 }
size: { maximumRatio: 9 }
latency: { phase: predict, maximumRatio: 9 }
`;

describe.skipIf(!IS_BUILT)('runs with a program, compared (skipped unless dist/ is built)', () => {
  beforeAll(async () => {
    workspace = await makeWorkspace({ models: ['luma'], samples: 4 });
    const basics =
      'accuracy: { processes: 1, threads: 1 }\ntime: { profile: quick, images: 2, rounds: 1, threads: 1 }\n';
    await writeFile(
      workspace.config,
      `name: r\nmodels: [./luma.yaml, ./program.yaml]\ndatasets: [./tiny.yaml]\n${basics}`,
    );
    await writeFile(workspace.path('gate.yaml'), GATE);
    await writeProgram();
    await execute(workspace, { phases: { predict: true, score: true, time: true } });
    await writeProgram('--version', '2', '--cutout');
    await execute(workspace, { out: workspace.path('other') });
  });
  afterAll(() => workspace.remove());

  it('name another version and another command, and forbid nothing', async () => {
    const [text, status] = await said('compare', 'out', 'other');
    expect(status).toBe(0);
    expect(text).toContain('By their own words: program is version 1, program is version 2.');
    expect(text).toMatch(/The program program is run by another command: run \[.*"--cutout"\]\./);
    const [history] = await said('runs', 'trend', '.', '--model', 'program', '--metric', 'iou');
    expect(history).toContain('other version (1 to 2)');
  });

  it('compare it with a network by what both have: no phases that it does not tell, no size', async () => {
    const sides = ['--model-a', 'luma', '--model-b', 'program'];
    const [text, status] = await said('compare', 'out', 'out', ...sides);
    expect(status).toBe(0);
    expect(text).toContain('a model that is run against a program.');
    expect(text).toContain('By their own words: program is version 1.');
    expect(text).toMatch(/inference, ms .*predict, ms/);
    expect(text).not.toContain('decode, ms');
    const check = (run: string) =>
      said('check', '--baseline', run, '--candidate', run, '--gate', 'gate.yaml', ...sides);
    const [verdict, checked] = await check('out');
    expect(checked).toBe(2);
    expect(verdict).toMatch(/INCONCLUSIVE model file: .* programs and masks that were made elsewhere/);
    expect(verdict).toMatch(/INCONCLUSIVE predict time: .*file-to-file times: .*measure with --remeasure/);
    const [untimed] = await check('other');
    expect(untimed).toMatch(/INCONCLUSIVE peak memory/);
  });

  it('are verified, ranked, kept as a baseline, and shown as a page with its pictures', async () => {
    expect(await said('verify', 'out')).toEqual([
      expect.stringContaining('8 of 8 as they were predicted'),
      0,
    ]);
    expect(await said('rank', 'out')).toEqual([expect.stringContaining('program'), 0]);
    expect((await said('baseline', 'set', 'kept', '--run', 'out'))[1]).toBe(0);
    const [text, status] = await said('compare', 'kept', 'other');
    expect(status).toBe(0);
    expect(text).toContain('program is version 2.');
    const [page, written] = await said('report', 'out', '--format', 'html', '--out', 'page.html');
    expect([page.trim(), written]).toEqual(['Written to page.html', 0]);
  });
});
