import { cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ownVersion, PACKAGE_ROOT } from '../../src/core/package-root.js';
import type { Summary } from '../../src/schema/summary.js';
import type { Verification } from '../../src/schema/verification.js';
import type { RunSeal } from '../../src/store/seal.js';
import { cli, type CliResult } from '../support/cli.js';
import { xmlFault } from '../support/well-formed.js';
import { keep, makeWorkspace, type Workspace } from '../support/workspace.js';

let workspace: Workspace;
const at = (...names: readonly string[]): string => workspace.path(...names);
const maskbench = (...argv: readonly string[]): Promise<CliResult> => cli(argv, workspace.folder);
const run = (out: string, ...options: readonly string[]): Promise<CliResult> =>
  maskbench('run', 'run.yaml', '--out', out, '--offline', ...options);

async function json<T>(...names: readonly string[]): Promise<T> {
  return JSON.parse(await readFile(at(...names), 'utf8')) as T;
}
const sealOf = (out: string): Promise<RunSeal> => json<RunSeal>(out, 'seal.json');
async function verified(out: string, ...options: readonly string[]): Promise<Verification> {
  const { status, out: text, err } = await maskbench('verify', out, '--json', ...options);
  expect(status, err).toBe(0);
  return JSON.parse(text) as Verification;
}
/** Bytes and times of every file of a run but its reports. */
async function snapshot(out: string): Promise<readonly string[]> {
  const names = (await readdir(at(out))).filter((name) => /\.jsonl?$/.test(name)).sort();
  return Promise.all(
    names.map(
      async (name) =>
        `${name} ${(await stat(at(out, name))).mtimeMs} ${await readFile(at(out, name), 'utf8')}`,
    ),
  );
}

let putBack: () => Promise<void>;
beforeAll(async () => {
  workspace = await makeWorkspace({ models: ['luma', 'nan-when-dark'], samples: 6 });
  const whole = await run('whole', '--models', 'luma');
  expect(whole.status, whole.err).toBe(0);
  const failed = await run('failed', '--no-time');
  expect(failed.status, failed.err).toBe(3);
  await writeFile(
    at('gate.yaml'),
    'version: 2\nname: any\nminimumImages: 2\nfloors: [{ metric: iou, mean: 0.1 }]\n',
  );
  await writeFile(
    at('strict.yaml'),
    'version: 2\nname: strict\nevidence: sealed\nminimumImages: 2\nfloors: [{ metric: iou, mean: 0.1 }]\n',
  );
  putBack = await keep(workspace);
}, 300_000);
beforeEach(() => putBack());
afterAll(() => workspace.remove());

describe('a run that has nothing left to do', { timeout: 120_000 }, () => {
  it('is sealed, also where cells failed, and names every file of its folder', async () => {
    for (const out of ['whole', 'failed']) {
      const { files, cells } = await sealOf(out);
      const names = (await readdir(at(out))).filter((name) => /\.jsonl?$/.test(name) && name !== 'seal.json');
      expect(Object.keys(files).sort()).toEqual(names.sort());
      expect(cells.scored + cells.failed).toBe(cells.planned);
      expect((await verified(out)).evidence).toEqual({ kind: 'sealed', root: (await sealOf(out)).root });
    }
  });

  it('is left as it is by a resume', async () => {
    const before = await snapshot('whole');
    const { status, out, err } = await run('whole', '--resume', '--models', 'luma', '--json');
    expect(status, err).toBe(0);
    expect(await snapshot('whole')).toEqual(before);
    expect((JSON.parse(out) as Summary).evidence).toMatchObject({ kind: 'sealed' });
  });

  it('is verified, unsealed and sealed again where a resume has failed cells to try', async () => {
    const before = await sealOf('failed');
    expect((await run('failed', '--resume', '--no-time')).status).toBe(3);
    const after = await sealOf('failed');
    expect(after.cells).toEqual(before.cells);
    expect(after.files['predictions.jsonl']?.lines).toBeGreaterThan(
      before.files['predictions.jsonl']?.lines ?? 0,
    );
    expect((await verified('failed')).evidence).toMatchObject({ kind: 'sealed', root: after.root });
  });

  it('is sealed again with its times', async () => {
    const { status, err } = await maskbench('time', 'run.yaml', '--out', 'failed', '--resume', '--offline');
    expect(status, err).toBe(0);
    expect(Object.keys((await sealOf('failed')).files)).toContain('timings.jsonl');
    await verified('failed');
  });

  it('is refused by a resume if it was changed since, and stays as it is', async () => {
    const path = at('failed', 'scores.jsonl');
    await writeFile(path, `${await readFile(path, 'utf8')}\n`.slice(0, -200), 'utf8');
    const before = await snapshot('failed');
    const { status, err } = await run('failed', '--resume', '--no-time');
    expect([status, err]).toEqual([65, expect.stringContaining('does not add up')]);
    expect(await snapshot('failed')).toEqual(before);
  });

  it('is sealed by score --out, too', async () => {
    const { status, err } = await maskbench(
      'score',
      '--pred',
      'whole/predictions/luma/tiny',
      '--gt',
      'data/gt',
      '--out',
      'scored',
    );
    expect(status, err).toBe(0);
    expect((await verified('scored')).evidence.kind).toBe('sealed');
  });
});

describe('a run that is not finished', { timeout: 120_000 }, () => {
  it('is shown as such, refused by what concludes something, and finished by a resume', async () => {
    expect((await run('part', '--models', 'luma', '--only', 'predict')).status).toBe(0);
    const mark = 'unfinished (0 scored, 0 failed, 6 open of 6 cells)';
    for (const [format, say] of [
      ['terminal', mark],
      ['markdown', 'unfinished (0 scored'],
      ['html', mark],
      ['json', '"kind": "unfinished"'],
    ] as const) {
      const { status, out } = await maskbench('report', 'part', '--format', format);
      expect([status, out]).toEqual([0, expect.stringContaining(say)]);
    }
    // As after Ctrl-C, where the run has not summed itself up.
    for (const file of ['summary.json', 'curves.json']) await rm(at('part', file));
    for (const format of ['terminal', 'html'])
      expect(await maskbench('report', 'part', '--format', format)).toMatchObject({
        status: 0,
        out: expect.stringContaining(mark) as string,
      });
    expect((await verified('part')).evidence.kind).toBe('unfinished');
    for (const line of [
      'check --baseline whole --candidate part --gate gate.yaml',
      'check --baseline part --candidate whole --gate gate.yaml',
      'rank part',
      'baseline set part --run part',
      'verify part --seal',
    ])
      expect(await maskbench(...line.split(' ')), line).toMatchObject({
        status: 65,
        err: expect.stringContaining('finish it with "maskbench resume part"') as string,
      });
    expect((await run('part', '--models', 'luma', '--resume', '--no-time')).status).toBe(0);
    expect((await verified('part')).evidence.kind).toBe('sealed');
  });

  it('is one that ended before its seal, of which nothing is taken from a summary that nothing covers', async () => {
    await rm(at('whole', 'seal.json'));
    const path = at('whole', 'summary.json');
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(/"mean":\s*0\.\d+/g, '"mean": 0.123321'));
    const { out } = await maskbench('report', 'whole', '--format', 'json');
    expect(out).not.toContain('0.123321');
    const { status, err } = await maskbench('rank', 'whole');
    expect([status, err]).toEqual([
      65,
      'maskbench: whole: the run is unfinished (6 scored, 0 failed of 6 cells; it ended before its seal); "maskbench resume whole" or "maskbench verify --seal whole" seals it\n',
    ]);
    expect((await verified('whole', '--seal')).evidence.kind).toBe('sealed');
  });

  it('is what an interrupted one is, and is compared with a mark', async () => {
    await rm(at('whole', 'seal.json'));
    const scores = await readFile(at('whole', 'scores.jsonl'), 'utf8');
    await writeFile(at('whole', 'scores.jsonl'), scores.split('\n').slice(1).join('\n'));
    const compared = await maskbench(
      'compare',
      'whole',
      'failed',
      '--model-a',
      'luma',
      '--model-b',
      'luma',
      '--force',
    );
    expect(compared.out.replaceAll(/\s+/g, ' ')).toContain(
      'unfinished (5 scored, 0 failed, 1 open of 6 cells)',
    );
    expect(compared.out).toContain('sealed (');
  });

  it('is refused as a shard', async () => {
    await run('one', '--models', 'luma', '--no-time', '--shard', '1/2');
    await run('two', '--models', 'luma', '--only', 'predict', '--shard', '2/2');
    expect(await maskbench('merge', 'one', 'two', '--out', 'both')).toMatchObject({
      status: 65,
      err: expect.stringMatching(/two: the run is unfinished/) as string,
    });
    await run('two', '--models', 'luma', '--only', 'score', '--shard', '2/2');
    // A shard by itself is shown as such, and nothing is concluded from it.
    for (const argv of [
      ['check', '--baseline', 'one', '--candidate', 'one'],
      ['rank', 'one'],
      ['baseline', 'set', 'of-shard', '--run', 'one'],
    ])
      expect(await maskbench(...argv)).toMatchObject({
        status: 65,
        err: 'maskbench: one: this is only shard 1 of 2 of a run; put all of them together with "maskbench merge"\n',
      });
    for (const argv of [
      ['report', 'one'],
      ['compare', 'one', 'one'],
      ['verify', 'one'],
    ])
      expect((await maskbench(...argv)).out).toMatch(/sealed \(\w+\), only\s+shard 1 of 2/);
    expect((await maskbench('merge', 'one', 'two', '--out', 'both')).status).toBe(0);
    expect((await maskbench('rank', 'both')).out).not.toContain('shard');
    expect((await sealOf('both')).later).toBeUndefined();
    expect((await verified('both')).evidence.kind).toBe('sealed');
  });
});

describe('runs and baselines of 0.1', { timeout: 120_000 }, () => {
  /** A stored run of 0.1 as `old`, with its mattes. */
  beforeEach(async () => {
    const fixtures = join(PACKAGE_ROOT, 'test', 'fixtures', 'runs-0.1');
    await cp(join(fixtures, 'runs', 'failed'), at('old'), { recursive: true });
    await cp(join(fixtures, 'baselines'), at('baselines'), { recursive: true });
    for (const folder of ['old', 'baselines/production'])
      for (const name of await readdir(at(folder)))
        if (name.endsWith('.gz'))
          await writeFile(at(folder, name.slice(0, -3)), gunzipSync(await readFile(at(folder, name))));
  });

  it('are marked, and held against their plan', async () => {
    expect((await verified('old')).evidence).toEqual({ kind: 'unsealed', version: '0.1' });
    expect((await maskbench('report', 'old')).out).toContain('Evidence: unsealed (0.1)');
    expect((await maskbench('baseline', 'list')).out).toContain('unsealed (0.1)');
    const path = at('old', 'plan.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).split('\n').slice(1).join('\n'));
    expect(await maskbench('rank', 'old')).toMatchObject({
      status: 65,
      err: expect.stringMatching(
        /does not add up: plan\.jsonl has \d+ samples.*not in the plan: people/,
      ) as string,
    });
  });

  it('are sealed later on demand, once, and say so', async () => {
    const found = await verified('old', '--seal');
    expect(found.evidence).toEqual({
      kind: 'sealed',
      root: expect.any(String) as string,
      later: ownVersion(),
    });
    expect(await sealOf('old')).toMatchObject({ later: true });
    expect((await maskbench('verify', 'old')).out).toContain(`sealed later, by ${ownVersion()}`);
    const before = await readFile(at('old', 'seal.json'), 'utf8');
    expect((await verified('old', '--seal')).evidence).toEqual(found.evidence);
    expect(await readFile(at('old', 'seal.json'), 'utf8')).toBe(before);
  });

  it('are not sealed where a matte is not the one that was made', async () => {
    await writeFile(at('old', 'predictions', 'luma', 'people', 'training', '0001.png'), '');
    const { status, err } = await maskbench('verify', 'old', '--seal');
    expect([status, err]).toEqual([65, expect.stringContaining('luma people/training/0001 is empty')]);
    expect(await readdir(at('old'))).not.toContain('seal.json');
  });
});

describe('a gate that asks for sealed evidence', { timeout: 120_000 }, () => {
  const check = (baseline: string, ...more: readonly string[]): Promise<CliResult> =>
    maskbench('check', '--baseline', baseline, '--candidate', 'whole', '--gate', 'strict.yaml', ...more);

  it('takes sealed runs and baselines made of such', async () => {
    await maskbench('baseline', 'set', 'main', '--run', 'whole');
    const { root } = await sealOf('whole');
    expect(await json('baselines', 'main', 'baseline.json')).toMatchObject({
      evidence: { kind: 'sealed', root },
    });
    for (const baseline of ['whole', 'main']) expect((await check(baseline)).status).toBe(0);
    const { out } = await maskbench('check', '--self-test', '--gate', 'strict.yaml');
    expect(out).not.toContain('unsealed');
  });

  it('refuses a baseline of 0.1 by name', async () => {
    await maskbench('baseline', 'set', 'main', '--run', 'whole');
    const facts = await json<Record<string, unknown>>('baselines', 'main', 'baseline.json');
    const { evidence: _evidence, root: _root, ...old } = facts;
    await writeFile(at('baselines', 'main', 'baseline.json'), JSON.stringify(old));
    expect(await check('main')).toMatchObject({
      status: 65,
      err: expect.stringMatching(/^maskbench: main: the run of this baseline is unsealed \(0\.1\)/) as string,
    });
  });

  it('has its verdict name what was judged and by what, in every format', async () => {
    await maskbench('baseline', 'set', 'main', '--run', 'whole');
    const { root } = await sealOf('whole');
    const files = ['--json', '--junit', 'v.xml', '--markdown', 'v.md', '--html', 'v.html'];
    const env = { ...process.env, GITHUB_ACTIONS: 'true' };
    const { out, err } = await cli(
      ['check', '--baseline', 'main', '--candidate', 'whole', '--gate', 'strict.yaml', ...files],
      workspace.folder,
      { env },
    );
    const said = JSON.parse(out) as {
      readonly code: { readonly sha256: string };
      readonly gate: { readonly sha256: string };
      readonly comparison: Readonly<Record<'baseline' | 'candidate', { readonly digest: string }>>;
    };
    const { baseline, candidate } = said.comparison;
    expect(candidate.digest).toBe(root);
    const digests = [baseline.digest, candidate.digest, said.gate.sha256, said.code.sha256];
    const xml = await readFile(at('v.xml'), 'utf8');
    expect(xmlFault(xml)).toBeNull();
    for (const digest of digests) {
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      expect(xml).toContain(`value="${digest}"`);
      for (const text of [await readFile(at('v.md'), 'utf8'), await readFile(at('v.html'), 'utf8'), err])
        expect(text).toContain(digest.slice(0, 12));
    }
    expect((await check('main')).out.replaceAll(/\s+/g, ' ')).toContain(
      `candidate sealed (${root.slice(0, 12)})`,
    );
  });
});
