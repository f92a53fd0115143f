import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/schema/comparison.js';
import type { GateOutcome } from '../../src/schema/verdict.js';
import { cli, type CliResult } from '../support/cli.js';
import { configText, makeWorkspace, type Workspace } from '../support/workspace.js';
import { writeTinyModel } from '../support/tiny-models.js';
import { reseal } from '../support/reseal.js';
import { xmlFault } from '../support/well-formed.js';

/** Enough images for gates to decide on. */
const IMAGES = 32;
const BASICS =
  'accuracy: { processes: 1, threads: 1 }\ntime: { profile: quick, images: 1, rounds: 1, threads: 1 }\n';

let workspace: Workspace;

async function maskbench(...argv: readonly string[]): Promise<CliResult> {
  return cli(argv, workspace.folder);
}

async function evaluate(out: string, config = 'run.yaml', ...options: readonly string[]): Promise<CliResult> {
  return maskbench('run', config, '--out', out, '--offline', ...options);
}

/** `before` with its manifest edited and sealed again, as if it had been made under other settings. */
async function doctored(name: string, edit: (text: string) => string): Promise<void> {
  await cp(workspace.path('before'), workspace.path(name), { recursive: true });
  const path = workspace.path(name, 'manifest.json');
  const text = await readFile(path, 'utf8');
  expect(edit(text)).not.toBe(text);
  await writeFile(path, edit(text));
  await reseal(workspace.path(name));
}

beforeAll(async () => {
  workspace = await makeWorkspace({ samples: IMAGES });
  await evaluate('before');
  await doctored('device', (text) => text.replaceAll('"device": "cpu"', '"device": "webgpu"'));
  await doctored('fed', (text) => text.replaceAll('"divideBy": 255', '"divideBy": 200'));
  await evaluate('limited', 'run.yaml', '--no-time', '--limit', String(IMAGES - 2));
  const threshold = `${BASICS}scoring: { threshold: 100 }\n`;
  await writeFile(workspace.path('signature.yaml'), configText(['luma'], ['tiny'], threshold));
  await evaluate('signature', 'signature.yaml', '--no-time');
  // the same network, fed brighter pictures: worse masks
  const spec = await readFile(workspace.path('luma.yaml'), 'utf8');
  const bright = spec.replace('name: luma', 'name: bright').replace('255', '200');
  await writeFile(workspace.path('bright.yaml'), bright);
  await writeTinyModel(workspace.folder, 'nan-when-dark');
  await writeFile(
    workspace.path('more.yaml'),
    configText(['luma', 'bright', 'nan-when-dark'], ['tiny'], BASICS),
  );
  await evaluate('both', 'more.yaml', '--no-time', '--models', 'luma,bright');
  await evaluate('failed', 'more.yaml', '--no-time', '--models', 'nan-when-dark');
  const image = workspace.path('data', 'im', '007.jpg');
  const original = await readFile(image);
  await writeFile(image, await sharp(original).modulate({ brightness: 0.9 }).jpeg().toBuffer());
  await evaluate('content', 'run.yaml', '--no-time');
  await writeFile(image, original);
}, 300_000);
afterAll(() => workspace.remove());

const GATE = `version: 2
name: small
accuracy: [{ metric: iou, margin: 0.01 }]
catastrophes: [{ metric: iou, worseThan: 0.5 }]
size: { maximumRatio: 1.1 }
`;

/** What the run with both models warns of the second, which every reader repeats. */
const RAW_VALUES_TOLD =
  'warning: both: bright: the raw values go from 0.0233 to 1.27: they look like levels or scores, not 0..1; likely output.divideBy: 255\n';

function expectNarrow(text: string): void {
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
}

describe('compare', () => {
  it('prints tables for a terminal of 80 columns', async () => {
    const { status, out, err } = await maskbench(
      'compare',
      'both',
      'both',
      '--model-a',
      'luma',
      '--model-b',
      'bright',
    );
    expect([status, err]).toEqual([0, RAW_VALUES_TOLD]);
    expect(out).toMatch(/Scores[\s\S]*Images that moved most, by iou[\s\S]*Time, memory and size/);
    expectNarrow(out);
  });

  it('names the images that moved, in JSON', async () => {
    const { out } = await maskbench(
      'compare',
      'both',
      'both',
      '--model-a',
      'luma',
      '--model-b',
      'bright',
      '--json',
    );
    const { pairs, forced } = JSON.parse(out) as Comparison;
    expect(forced).toEqual([]);
    expect(pairs[0]?.moved?.losses.length).toBeGreaterThan(0);
    const [iou] = pairs[0]?.metrics ?? [];
    expect(iou).toMatchObject({ metric: 'iou', n: IMAGES });
    expect(iou?.gain?.upper).toBeLessThan(0);
  });

  it('finds nothing between a run and itself, and compares the times of its phases', async () => {
    const { out } = await maskbench('compare', 'before', 'before', '--json');
    const [pair] = (JSON.parse(out) as Comparison).pairs;
    expect(pair?.metrics[0]).toMatchObject({ ties: IMAGES, p: null });
    if (pair?.latency.kind !== 'stored') throw new Error('no stored times');
    expect(pair.latency.phases.map(({ phase, ratio }) => [phase, ratio])).toContainEqual(['predict', 1]);
    expect(pair.latency.caveats.join(' ')).toContain('The times of before are unsealed (');
  });

  it.each(['markdown', 'html'])('writes %s', async (format) => {
    const { status } = await maskbench(
      'compare',
      'before',
      'before',
      '--format',
      format,
      '--out',
      `page.${format}`,
    );
    expect(status).toBe(0);
    const text = await readFile(workspace.path(`page.${format}`), 'utf8');
    expect(text).toMatch(format === 'html' ? /<!doctype html>[\s\S]*<table\b/i : /\| Metric +\| Dataset/);
  });
});

describe('two runs that must not be compared', () => {
  it.each([
    ['content', 65, /dataset tiny differs \(1 image \(007\) with other contents\)/],
    [
      'limited',
      65,
      /dataset tiny differs \(2 images \(030, 031\) in before only, before has all images, limited the first 30 images in order of their names\)/,
    ],
    ['signature', 64, /signature fixed\|t:128\S+ against fixed\|t:100/],
    ['fed', 64, /luma is fed differently \(input\.divideBy 255 against 200\)/],
    ['device', 64, /device cpu against webgpu/],
  ])('are refused in one line: %s', async (other, expected, line) => {
    for (const argv of [
      ['compare', 'before', other],
      ['check', '--baseline', 'before', '--candidate', other],
    ]) {
      const { status, out, err } = await maskbench(...argv);
      expect([status, out]).toEqual([expected, '']);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
      expect(err).toMatch(line);
      expect(err).toContain(`before and ${other} cannot be compared: `);
    }
  });

  it('are refused when cells have failed', async () => {
    const { status, err } = await maskbench('compare', 'before', 'failed');
    expect(status).toBe(65);
    expect(err).toMatch(/^\S.*\d+ failed cells of nan-when-dark on tiny in failed \(.*NaN.*\n$/);
  });

  it.each(['terminal', 'markdown', 'html'])(
    'are compared by --force, and the %s is marked',
    async (format) => {
      const { status, out } = await maskbench('compare', 'before', 'limited', '--force', '--format', format);
      expect(status).toBe(0);
      expect(out).toContain('FORCED: these differ');
      expect(out).toContain('030, 031');
    },
  );

  it('are refused when there is no such run, naming what would be right', async () => {
    const { status, err } = await maskbench('compare', 'before', 'nowhere');
    expect([status, err]).toEqual([
      65,
      expect.stringMatching(/^maskbench: nowhere: neither a run folder nor a baseline; expected .*\n$/),
    ]);
  });
});

describe('check', () => {
  beforeAll(() => writeFile(workspace.path('gate.yaml'), GATE));

  async function check(candidate: string, ...options: readonly string[]): Promise<CliResult> {
    return maskbench(
      'check',
      '--baseline',
      'before',
      '--candidate',
      candidate,
      ...(options.includes('--gate') ? [] : ['--gate', 'gate.yaml']),
      ...options,
    );
  }

  const twoModels = ['--model-a', 'luma', '--model-b', 'bright'];

  it('passes a run against itself with 0', async () => {
    const { status, out } = await check('before');
    expect(status).toBe(0);
    expect(out).toMatch(/PASS by the gate "small": 3 of 3 checks pass, 0 fail, 0 open\n$/);
    expectNarrow(out);
  });

  it('fails a worse model with 1, saying by how much and on which images', async () => {
    const { status, out } = await check('both', ...twoModels);
    expect(status).toBe(1);
    expect(out).toMatch(
      /FAIL +IoU on tiny: mean loss below 0\.01\n +IoU on tiny 0\.\d{4} before, 0\.\d{4} now/,
    );
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(/gain -0\.\d{4} \(95 % bounds -0\.\d{4} and -0\.\d{4}\)/);
    expect(out).toMatch(/FAIL by the gate/);
    expectNarrow(out);
  });

  it('has a status of its own for a forced pass, which every output marks', async () => {
    const argv = [
      'check',
      '--baseline',
      'before',
      '--candidate',
      'limited',
      '--gate',
      'gate.yaml',
      '--force',
    ];
    const outputs = ['--junit', 'forced.xml', '--markdown', 'forced.md', '--html', 'forced.html'];
    const { status, out, err } = await cli([...argv, ...outputs], workspace.folder, {
      env: { ...process.env, GITHUB_ACTIONS: 'true' },
    });
    expect(status, out + err).toBe(4);
    expect(out).toMatch(/FORCED PASS by the gate "small"/);
    expect(err).toMatch(/^::warning title=FORCED::dataset tiny differs .*030, 031/);
    expect(err).toMatch(/::notice title=Maskbench::FORCED PASS by the gate "small"/);
    const xml = await readFile(workspace.path('forced.xml'), 'utf8');
    expect(xmlFault(xml)).toBeNull();
    expect(xml).toContain(
      '<testsuites name="maskbench FORCED small" tests="4" failures="0" errors="0" skipped="1"',
    );
    expect(xml).toMatch(
      /name="FORCED" time="0"><skipped message="these differ: dataset tiny differs .*030, 031/,
    );
    for (const file of ['forced.md', 'forced.html'])
      expect(await readFile(workspace.path(file), 'utf8')).toContain('FORCED PASS');
    const failed = await check('both', ...twoModels, '--force');
    expect(failed.status).toBe(1);
  });

  it('does not begin where a rule is required and what it needs is not given', async () => {
    await writeFile(
      workspace.path('required.yaml'),
      'version: 2\nname: strict\nrequired: [latency]\nlatency: { maximumRatio: 1.05 }\n',
    );
    expect(await check('nowhere', '--gate', 'required.yaml')).toMatchObject({
      status: 64,
      out: '',
      err: 'maskbench: the gate "strict" requires latency, and no times are measured; add --remeasure\n',
    });
  });

  it('takes baseline and gate from a revision of git, whatever the working tree says', async () => {
    const git = async (...args: readonly string[]): Promise<string> =>
      (await promisify(execFile)('git', args, { cwd: workspace.folder })).stdout;
    await git('init', '--quiet', '--initial-branch', 'main');
    await maskbench('baseline', 'set', 'kept', '--run', 'before');
    await git('add', 'gate.yaml', 'baselines');
    const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
    await git(...who, 'commit', '--quiet', '--message', 'as it was');
    try {
      await rm(workspace.path('baselines'), { recursive: true });
      await writeFile(workspace.path('gate.yaml'), 'version: 2\nname: lax\nsize: { maximumRatio: 1000 }\n');
      for (const baseline of ['main:kept', 'main:baselines/kept', 'HEAD:./baselines/kept/']) {
        const argv = ['check', '--baseline', baseline, '--gate', 'main:gate.yaml', '--candidate', 'both'];
        const { status, out, err } = await maskbench(...argv, ...twoModels);
        expect([status, err]).toEqual([1, RAW_VALUES_TOLD]);
        expect(out).toMatch(/FAIL by the gate "small"/);
        expect(out).toMatch(/^baseline: (main|HEAD):(\.\/)?baselines\/kept \(baseline of/);
      }
      expect((await maskbench('compare', 'main:kept', 'before')).status).toBe(0);
      const refused = [
        [
          'gone:kept',
          'main:gate.yaml',
          65,
          'gone:kept/baseline.json: git has no revision "gone" here; fetch it first',
        ],
        [
          'main:other',
          'main:gate.yaml',
          65,
          'main:other: the revision has no baseline there; expected a folder',
        ],
        ['main:kept', 'main:none.yaml', 65, 'main:none.yaml: no such gate'],
        ['--output=x:kept', 'main:gate.yaml', 64, '"--output=x" is not a git revision'],
        ['$(touch x):kept', 'main:gate.yaml', 65, 'git has no revision "$(touch x)" here'],
      ] as const;
      for (const [baseline, gate, expected, line] of refused) {
        const argv = ['check', `--baseline=${baseline}`, '--gate', gate, '--candidate', 'before'];
        const { status, err } = await maskbench(...argv);
        expect(err).toContain(line);
        expect(status).toBe(expected);
      }
      expect(existsSync(workspace.path('x'))).toBe(false);
      const edited = workspace.path('baselines', 'kept');
      await git('checkout', '--quiet', 'main', '--', 'baselines');
      const scores = await readFile(join(edited, 'scores.jsonl'), 'utf8');
      await writeFile(join(edited, 'scores.jsonl'), scores.replace('0.9', '0.8'));
      await git(...who, 'commit', '--quiet', '--all', '--message', 'edited');
      const forged = await maskbench('compare', 'main:kept', 'before');
      expect(forged.status).toBe(65);
      expect(forged.err).toMatch(
        /^maskbench: main:\.?\/?baselines\/kept\/scores\.jsonl: the scores are not those/,
      );
    } finally {
      for (const name of ['.git', 'baselines'])
        await rm(workspace.path(name), { recursive: true, force: true });
      await writeFile(workspace.path('gate.yaml'), GATE);
    }
  });

  it('computes scores again from mattes and ground truths of the judge, and says so', async () => {
    const passed = await check('before', '--rescore', 'all', '--truths', 'tiny.yaml', '--json');
    expect([passed.status, passed.err]).toEqual([0, '']);
    const { comparison } = JSON.parse(passed.out) as GateOutcome;
    const told = comparison.remarks.filter((remark) => remark.includes('were computed again'));
    expect(told).toHaveLength(2);
    expect(told[1]).toMatch(
      /^Scores of 32 of 32 images of before were computed again from its mattes .* of tiny here: .* \(seed [0-9a-f-]{36}\)\.$/,
    );
    const some = ['--rescore', '5', '--truths', 'tiny.yaml', '--rescore-seed', 'drawn'];
    expect((await check('both', ...twoModels, ...some)).out.replaceAll(/\s+/g, ' ')).toContain(
      'Scores of 5 of 32 images of both were computed again from its mattes and the ground truths of tiny here: they match the recorded ones (seed drawn).',
    );
  });

  it('refuses scores that are not of these mattes, and truths and images that are not the judge\u2019s', async () => {
    await cp(workspace.path('both'), workspace.path('swapped'), { recursive: true });
    const matte = (model: string) => workspace.path('swapped', 'predictions', model, 'tiny', '002.png');
    await cp(matte('luma'), matte('bright'));
    const rescored = (candidate: string, truths: string, which: readonly string[] = ['all']) =>
      check(candidate, ...twoModels, '--truths', truths, '--rescore', ...which);
    const swapped = await rescored('swapped', 'tiny.yaml');
    expect([swapped.status, swapped.out]).toEqual([65, '']);
    expect(swapped.err).toMatch(
      /swapped: the run is not what it says: bright on tiny\/002: iou is 0\.1\d+ on record and \S+ by matte and ground truth; do not believe it/,
    );
    // One image of thirty-two: a draw may miss it, and the same draw always does.
    const drawn = await rescored('swapped', 'tiny.yaml', ['4', '--rescore-seed', 'b']);
    expect(drawn.status).toBe(1);

    await cp(workspace.path('data'), workspace.path('own'), { recursive: true });
    const own = (await readFile(workspace.path('tiny.yaml'), 'utf8')).replace('/data', '/own');
    await writeFile(workspace.path('own.yaml'), own);
    const truths = (await readdir(workspace.path('own', 'gt'))).sort();
    await cp(workspace.path('own', 'gt', truths[3] ?? ''), workspace.path('own', 'gt', truths[4] ?? ''));
    const other = await rescored('both', 'own.yaml');
    expect([other.status, other.err]).toEqual([
      65,
      expect.stringMatching(/(bright|luma) on tiny\/004: iou is /),
    ]);
    await cp(workspace.path('data'), workspace.path('own'), { recursive: true });
    for (const folder of ['im', 'gt']) {
      const [first = ''] = (await readdir(workspace.path('own', folder))).sort();
      const more = workspace.path('own', folder, first.replace('000', 'more'));
      await cp(workspace.path('own', folder, first), more);
    }
    expect((await rescored('both', 'own.yaml')).err).toContain("tiny/more is not in the run's plan");
  }, 240_000);

  it('asks for what scores are computed again from', async () => {
    const refused: readonly (readonly [readonly string[], string])[] = [
      [['--rescore', 'all'], '--rescore takes the mattes of a run and your own ground truths'],
      [
        ['--rescore', 'all', '--truths', 'other.yaml'],
        'the run has a dataset "tiny", and --truths has none of that name',
      ],
      [['--rescore', 'none', '--truths', 'tiny.yaml'], 'expected a whole number from 1'],
    ];
    const text = await readFile(workspace.path('tiny.yaml'), 'utf8');
    await writeFile(workspace.path('other.yaml'), text.replace('name: tiny', 'name: other'));
    for (const [flags, line] of refused) {
      const { status, err } = await check('before', ...flags);
      expect([status, err]).toEqual([64, expect.stringContaining(line)]);
    }
  });

  it('is inconclusive with 2 where times are needed and none are sealed', async () => {
    await writeFile(
      workspace.path('times.yaml'),
      'version: 2\nname: times\nlatency: { maximumRatio: 1.05 }\n',
    );
    const { status, out } = await check('before', '--gate', 'times.yaml');
    expect(status).toBe(2);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('which decides nothing; measure with --remeasure');
  });

  it('measures both models anew, and decides nothing by times that are not sealed', async () => {
    await writeFile(
      workspace.path('remeasure.yaml'),
      'version: 2\nname: times\nlatency: { maximumRatio: 1.05, measure: { processes: 2, images: 1, rounds: 1, warmup: 3 } }\n',
    );
    const { status, out, err } = await check('before', '--gate', 'remeasure.yaml', '--remeasure', '--json');
    expect(err.split('\n')[0]).toBe(
      "warning: times of fewer than 16 images (images: 1), where there are more, and times after fewer than 20 predictions of warm-up (warmup: 3) are never sealed, so the gate's rules on times stay inconclusive; set measure: { images: 16, warmup: 20 } or more",
    );
    expect(status).toBe(2);
    const { comparison, pairs } = JSON.parse(out) as GateOutcome;
    const latency = comparison.pairs[0]?.latency;
    if (latency?.kind !== 'remeasured') throw new Error('not measured');
    expect(latency.rounds).toHaveLength(1);
    expect(latency.rounds[0]).toMatchObject({ processes: [2, 2], purpose: 'measurement' });
    expect(pairs[0]?.checks[0]?.evidence).toMatch(
      /not sealed, so it decides nothing: .*warmed \(4 of 4 processes: /,
    );
    expect(comparison.pairs[0]?.peakRssBytes?.candidate ?? 1).toBeGreaterThan(0);
  }, 120_000);

  it('writes JUnit that is well-formed, with every check as a case', async () => {
    await check('both', ...twoModels, '--junit', 'verdict.xml');
    const xml = await readFile(workspace.path('verdict.xml'), 'utf8');
    expect(xmlFault(xml)).toBeNull();
    expect(xml.match(/<testcase /g)).toHaveLength(3);
    expect(xml).toMatch(/<testsuite [^>]*tests="3" failures="[12]" errors="0" skipped="0"/);
    expect(xml).toMatch(/<failure type="accuracy" message="IoU on tiny/);
  });

  it('writes a comment for a pull request and a page', async () => {
    await check('both', ...twoModels, '--markdown', 'verdict.md', '--html', 'verdict.html');
    const comment = await readFile(workspace.path('verdict.md'), 'utf8');
    expect(comment).toMatch(/^<!-- maskbench verdict -->\n\n## FAIL by the gate "small"/);
    expect(comment).toMatch(/\| FAIL \| IoU on tiny: mean loss below 0\.01 \| /);
    const page = await readFile(workspace.path('verdict.html'), 'utf8');
    expect(page).toContain('<h1 class="fail">FAIL by the gate');
    expect(page).not.toMatch(/<script|https?:\/\//);
  });

  it('annotates in GitHub Actions, on stderr', async () => {
    const argv = [
      'check',
      '--baseline',
      'before',
      '--candidate',
      'both',
      '--gate',
      'gate.yaml',
      ...twoModels,
    ];
    const { err, out } = await cli([...argv, '--json'], workspace.folder, {
      env: { ...process.env, GITHUB_ACTIONS: 'true' },
    });
    expect(err).toMatch(
      /^::error title=luma -> bright%3A IoU on tiny%3A mean loss below 0\.01::IoU on tiny/m,
    );
    expect(err).toMatch(/::notice title=Maskbench::FAIL by the gate "small"/);
    expect((JSON.parse(out) as GateOutcome).verdict).toBe('fail');
  });

  it('asks for both sides, and for a gate that is there', async () => {
    expect(await maskbench('check', '--baseline', 'before')).toMatchObject({
      status: 64,
      err: expect.stringContaining('--candidate is missing'),
    });
    expect(await check('before', '--gate', 'none.yaml')).toMatchObject({
      status: 65,
      err: expect.stringContaining('no such gate'),
    });
  });

  it('tests a gate by planted faults', async () => {
    const { status, out } = await maskbench('check', '--self-test');
    expect([status, out.match(/^ok /gm)?.length]).toEqual([0, 7]);
    expect(out).toContain('left   1000 times the peak memory: not tested, the gate has no rule memory\n');
    const small = await maskbench('check', '--self-test', '--gate', 'gate.yaml');
    expect([small.status, small.err]).toEqual([0, '']);
    expect(small.out).toContain('left   +10 % delay: not tested, the gate has no rule latency\n');
    await writeFile(workspace.path('blind.yaml'), GATE.replace('0.5 }', '0.5, maximumShare: 0.5 }'));
    const blind = await maskbench('check', '--self-test', '--gate', 'blind.yaml');
    expect(blind.status).toBe(1);
    expect(blind.out).toMatch(/WRONG +a catastrophe in 1 of 10 images: fail/);
    expect(blind.err).toContain('the gate "small" misjudges 1 of 5 planted cases');
    await writeFile(
      workspace.path('floors.yaml'),
      'version: 2\nname: f\nfloors: [{ metric: iou, mean: 0.8 }]\n',
    );
    const nothing = await maskbench('check', '--self-test', '--gate', 'floors.yaml');
    expect([nothing.status, nothing.err]).toEqual([2, 'no rule of the gate "f" can be tested this way\n']);
  }, 60_000);
});

describe('baseline', () => {
  it('keeps a run as small files without pictures, that stand in for it', async () => {
    expect(await maskbench('baseline', 'list')).toMatchObject({
      out: expect.stringContaining('no baseline yet'),
    });
    expect(await maskbench('baseline', 'set', 'production', '--run', 'before')).toMatchObject({
      status: 0,
      err: '',
    });
    const folder = workspace.path('baselines', 'production');
    expect((await readdir(folder)).sort()).toEqual(['baseline.json', 'scores.jsonl']);
    const sizes = await Promise.all(
      ['baseline.json', 'scores.jsonl'].map(
        async (file) => (await stat(workspace.path('baselines', 'production', file))).size,
      ),
    );
    expect(sizes[0]).toBeLessThan(20_000);
    expect((sizes[1] ?? 0) / IMAGES).toBeLessThan(1000);
    const text = await readFile(workspace.path('baselines', 'production', 'baseline.json'), 'utf8');
    expect(text).not.toContain(workspace.folder);
    expect((await maskbench('baseline', 'list')).out).toMatch(/production +luma +tiny +32/);
    expect((await maskbench('baseline', 'show', 'production')).out).toMatch(
      /production: of the run tiny-run/,
    );
    const { status, out } = await maskbench(
      'check',
      '--baseline',
      'production',
      '--candidate',
      'before',
      '--gate',
      'gate.yaml',
    );
    expect([status, out]).toEqual([0, expect.stringContaining('baseline: production (baseline of ')]);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'Baseline and candidate are the same run: luma is held against itself.',
    );
  });

  it('is neither overwritten nor edited in silence', async () => {
    await maskbench('baseline', 'set', 'kept', '--run', 'before');
    const again = await maskbench('baseline', 'set', 'kept', '--run', 'before');
    expect([again.status, again.err]).toEqual([64, expect.stringContaining('overwrite it with --replace')]);
    const path = workspace.path('baselines', 'kept', 'scores.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"scores"', '"Scores"'));
    const edited = await maskbench('compare', 'kept', 'before');
    expect([edited.status, edited.err]).toEqual([
      65,
      expect.stringContaining('the scores are not those that'),
    ]);
    expect((await maskbench('baseline', 'set', 'kept', '--run', 'before', '--replace')).status).toBe(0);
    expect((await maskbench('compare', 'kept', 'before')).status).toBe(0);
    const facts = workspace.path('baselines', 'kept', 'baseline.json');
    // The names of the columns, which would make another score of each figure.
    const other = (await readFile(facts, 'utf8'))
      .replace('"iou"', '"x"')
      .replace('"mae"', '"iou"')
      .replace('"x"', '"mae"');
    for (const text of [other, other.replace(/,\s*"root": "[0-9a-f]+"\s*\}\s*$/, '}')]) {
      await writeFile(facts, text);
      const renamed = await maskbench('compare', 'kept', 'before');
      expect([renamed.status, renamed.err]).toEqual([65, expect.stringContaining('the baseline was edited')]);
    }
  });

  it('is the old or the new one, whole, whenever setting it is cut off', async () => {
    const at = (name: string): string => workspace.path('baselines', 'cut', name);
    const set = async (): Promise<CliResult> =>
      maskbench('baseline', 'set', 'cut', '--run', 'before', '--replace');
    await set();
    const [facts, scores] = [await readFile(at('baseline.json')), await readFile(at('scores.jsonl'))];
    const staged = `scores.${createHash('sha256').update(scores).digest('hex').slice(0, 8)}.jsonl`;
    // Before the facts are in place: the scores of the next one lie beside. After: they have not their name yet.
    await writeFile(at('scores.00000000.jsonl'), 'half');
    expect((await maskbench('compare', 'cut', 'before')).status).toBe(0);
    await writeFile(at('scores.jsonl'), 'of the one before');
    expect(await maskbench('compare', 'cut', 'before')).toMatchObject({ status: 65 });
    await writeFile(at(staged), scores);
    expect((await maskbench('compare', 'cut', 'before')).status).toBe(0);
    await set();
    expect((await readdir(workspace.path('baselines', 'cut'))).sort()).toEqual([
      'baseline.json',
      'scores.jsonl',
    ]);
    expect([await readFile(at('baseline.json')), await readFile(at('scores.jsonl'))]).toEqual([
      facts,
      scores,
    ]);
  });

  it('is not made of a run with failed cells', async () => {
    const { status, err } = await maskbench('baseline', 'set', 'broken', '--run', 'failed');
    expect([status, err]).toEqual([65, expect.stringContaining('a baseline must be whole')]);
  });

  it('that is not there is answered with the nearest name', async () => {
    expect((await maskbench('baseline', 'show', 'productoin')).err).toContain('did you mean "production"?');
    expect((await maskbench('compare', 'productoin', 'before')).err).toContain('did you mean "production"?');
  });
});

describe('rank', () => {
  it('puts the models of a run into tiers', async () => {
    const { status, out } = await maskbench('rank', 'both');
    expect(status).toBe(0);
    expect(out).toMatch(/IoU on tiny[\s\S]*1 │ luma[\s\S]*2 │ bright/);
    expectNarrow(out);
  });

  it('refuses a metric that was not scored', async () => {
    expect(await maskbench('rank', 'both', '--metrics', 'sod.mae')).toMatchObject({
      status: 64,
      err: expect.stringContaining('the run has no scores of "sod.mae"'),
    });
  });
});
