import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GateOutcome } from '../../src/schema/verdict.js';
import type { PlannedSample } from '../../src/schema/planned-sample.js';
import type { Manifest } from '../../src/store/manifest.js';
import { cli, IS_BUILT, startCli, stopStarted, type CliResult } from '../support/cli.js';
import { writeTinyModel } from '../support/tiny-models.js';
import { configText, makeWorkspace, readRecords, type Workspace } from '../support/workspace.js';

const IMAGES = 90;
const BASICS = 'accuracy: { processes: 1, threads: 1 }\n';
const RULES = `accuracy: [{ metric: iou, margin: 0.05 }, { metric: boundary_iou, margin: 0.05 }]
catastrophes: [{ metric: iou, worseThan: 0.3, maximumShare: 0.1 }]
`;

let workspace: Workspace;

const maskbench = (...argv: readonly string[]): Promise<CliResult> => cli(argv, workspace.folder);

function walkArguments(model: string, out: string, gate: string, ...more: readonly string[]): string[] {
  const models = ['--model-a', 'luma', '--model-b', model];
  const what = ['--until-decided', '--candidate-config', 'all.yaml', '--out', out, '--gate', `${gate}.yaml`];
  return ['check', '--baseline', 'before', ...models, ...what, '--offline', ...more];
}

async function walk(
  model: string,
  out: string,
  gate = 'wide',
  ...more: readonly string[]
): Promise<CliResult & { readonly outcome: GateOutcome }> {
  const result = await maskbench(...walkArguments(model, out, gate, '--json', ...more));
  return {
    ...result,
    outcome: result.out === '' ? ({} as GateOutcome) : (JSON.parse(result.out) as GateOutcome),
  };
}

const manifestOf = async (out: string): Promise<Manifest> =>
  JSON.parse(await readFile(workspace.path(out, 'manifest.json'), 'utf8')) as Manifest;
const linesOf = (out: string, file: string): Promise<readonly PlannedSample[]> =>
  readRecords<PlannedSample>(workspace.path(out, file));

beforeAll(async () => {
  workspace = await makeWorkspace({ samples: IMAGES, models: ['luma', 'inverse', 'not-a-number'] });
  await writeTinyModel(workspace.folder, 'luma');
  // the same network, fed a little brighter pictures: another key, nearly equal mattes
  const spec = await readFile(workspace.path('luma.yaml'), 'utf8');
  await writeFile(
    workspace.path('near.yaml'),
    spec.replace('name: luma', 'name: near').replace('255', '254'),
  );
  const models = ['luma', 'near', 'inverse', 'not-a-number'];
  await writeFile(workspace.path('all.yaml'), configText(models, ['tiny'], BASICS));
  await writeFile(workspace.path('few.yaml'), configText(models, ['tiny'], `${BASICS}limit: 80\n`));
  const gates = {
    wide: RULES,
    narrow: 'accuracy: [{ metric: iou, margin: 0.01 }]\n',
    small: `${RULES}size: { maximumMegabytes: 0.00001 }\n`,
    never: `${RULES}never: [{ metric: mae, worseThan: 0, ids: ['041', '007'] }]\n`,
    assuming: `assume: no-rare-disasters\n${RULES}`,
    timeless: 'size: { maximumRatio: 9 }\n',
  };
  for (const [name, rules] of Object.entries(gates))
    await writeFile(workspace.path(`${name}.yaml`), `version: 2\nname: ${name}\n${rules}`);
  await maskbench('run', 'all.yaml', '--models', 'luma', '--out', 'before', '--no-time', '--offline');
  await walk('inverse', 'bad');
}, 300_000);
afterAll(async () => {
  await stopStarted();
  await workspace.remove();
});

describe('check --until-decided', () => {
  it('stops a bad candidate early, in an order that was on record', async () => {
    const { status, outcome } = await walk('inverse', 'bad', 'wide', '--resume');
    expect([status, outcome.verdict]).toEqual([1, 'fail']);
    const { images = IMAGES, planned, seed } = outcome.untilDecided ?? {};
    expect(images).toBeLessThan(20);
    expect(planned).toBe(IMAGES);
    const { settings, stopped } = await manifestOf('bad');
    expect(settings.untilDecided).toMatchObject({
      seed,
      gate: { name: 'wide' },
      baseline: { model: 'luma' },
    });
    expect(stopped).toEqual({ by: 'check', after: images });
    const plan = await linesOf('bad', 'plan.jsonl');
    expect(plan.map(({ turn = -1 }) => turn).toSorted((a, b) => a - b)).toEqual(plan.map((_, i) => i));
    const predicted = await linesOf('bad', 'predictions.jsonl');
    expect(predicted.length).toBeLessThan(images + 30);
    const turns = new Map(plan.map(({ id, turn = -1 }) => [id, turn]));
    const order = predicted.map(({ id }) => turns.get(id) ?? -1);
    expect(order.toSorted((a, b) => a - b)).toEqual(order.map((_, i) => i));
    const { checks = [] } = outcome.pairs[0] ?? {};
    expect(checks.find(({ verdict }) => verdict === 'fail')?.figures['decidedAfter']).toBe(images);
    expect(outcome.comparison.pairs[0]?.metrics[0]?.n).toBe(images);
    expect(outcome.comparison.candidate.evidence).toMatchObject({ kind: 'partial', after: images });
  });

  it('says in words how far it came', async () => {
    const { out } = await maskbench(...walkArguments('inverse', 'bad', 'wide', '--resume'));
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(/FAIL after \d+ of 90 images by the gate "wide"/);
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(
      /at all looks together, with images in a random order \(seed \S+\)/,
    );
  });

  it('passes an equal candidate once the bounds do, and leaves the rest unpredicted', async () => {
    const { status, outcome } = await walk('luma', 'equal');
    expect([status, outcome.verdict]).toEqual([0, 'pass']);
    const { images = 0 } = outcome.untilDecided ?? {};
    expect(images).toBeGreaterThan(60);
    expect(images).toBeLessThan(80);
    // what the mattes of the others would be, nobody has seen
    expect(JSON.stringify(outcome)).not.toContain('byIdentity');
  });

  it('passes by identity where all are there and the bounds are too wide, and the run is a whole one', async () => {
    const { status, outcome } = await walk('luma', 'same', 'narrow');
    expect([status, outcome.verdict, outcome.untilDecided?.images]).toEqual([0, 'pass', IMAGES]);
    expect(outcome.pairs[0]?.checks[0]?.figures['byIdentity']).toBe(IMAGES);
    expect((await manifestOf('same')).stopped).toBeUndefined();
    expect((await maskbench('report', 'same')).status).toBe(0);
    expect((await walk('luma', 'same', 'narrow', '--resume')).outcome.verdict).toBe('pass');
  });

  it('is inconclusive when the images run out', async () => {
    const { status, outcome } = await walk('near', 'near', 'narrow');
    expect([status, outcome.verdict, outcome.untilDecided?.images]).toEqual([2, 'inconclusive', IMAGES]);
  });

  it('decides by size before anything is predicted', async () => {
    const { status, outcome } = await walk('luma', 'large', 'small');
    expect([status, outcome.untilDecided?.images]).toEqual([1, 0]);
    expect(outcome.pairs[0]?.checks.find(({ kind }) => kind === 'size')?.verdict).toBe('fail');
    expect(existsSync(workspace.path('large', 'predictions'))).toBe(false);
  });

  it('predicts images that must never fail before all others', async () => {
    const { status, outcome } = await walk('near', 'heroes', 'never');
    expect([status, outcome.untilDecided?.images]).toEqual([1, 0]);
    const [check] = outcome.pairs[0]?.checks.filter(({ kind }) => kind === 'never') ?? [];
    expect(check?.images.map(({ id }) => id).toSorted()).toEqual(['007', '041']);
    const predicted = (await linesOf('heroes', 'predictions.jsonl')).map(({ id }) => id);
    // as many as one process is handed ahead
    expect(predicted.slice(0, 4)).toEqual(expect.arrayContaining(['007', '041']));
  });

  it.skipIf(!IS_BUILT)('comes to the same verdict when it was killed and goes on', async () => {
    const seed = ['--order-seed', 'one'];
    const whole = await walk('near', 'unbroken', 'wide', ...seed);
    const running = startCli(walkArguments('near', 'broken', 'wide', ...seed), workspace.folder);
    const lines = workspace.path('broken', 'scores.jsonl');
    while (!existsSync(lines) || (await readFile(lines, 'utf8')).split('\n').length < 12) {
      if (running.process.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    running.process.kill('SIGKILL');
    await running.result;
    expect((await manifestOf('broken')).stopped).toBeUndefined();
    const again = await walk('near', 'broken', 'wide');
    expect(again.err).toContain('a run is already there');
    const resumed = await walk('near', 'broken', 'wide', '--resume', '--owner-timeout', '5');
    expect(resumed.outcome.untilDecided).toEqual(whole.outcome.untilDecided);
    expect(resumed.outcome.pairs).toEqual(whole.outcome.pairs);
  });
});

describe('a run that a check has stopped', () => {
  const SAYS = 'the run is partial: stopped by check after';

  it.each([
    ['report', 'bad'],
    ['report', 'bad', '--format', 'html', '--out', 'page.html'],
    ['report', 'bad', '--format', 'csv'],
    ['report', 'bad', '--format', 'parquet', '--out', 'cells.parquet'],
    ['report', 'bad', '--by', 'split'],
    ['rank', 'bad'],
    ['compare', 'before', 'bad', '--model-a', 'luma', '--model-b', 'inverse'],
    ['compare', 'before', 'bad', '--model-a', 'luma', '--model-b', 'inverse', '--force'],
    ['check', '--baseline', 'before', '--candidate', 'bad'],
    ['check', '--baseline', 'bad', '--candidate', 'before'],
    ['baseline', 'set', 'p', '--run', 'bad'],
    ['merge', 'bad', '--out', 'merged'],
    ['verify', 'bad', '--seal'],
  ])('is refused by name: %s %s %s %s', async (...argv) => {
    const { status, err, out } = await maskbench(...argv);
    expect([status, out]).toEqual([65, '']);
    expect(err).toContain(SAYS);
  });

  it('is verified as what it is', async () => {
    const { status, out } = await maskbench('verify', 'bad');
    expect(status).toBe(0);
    expect(out).toContain('partial: stopped by check after');
  });

  it('is not gone on with as a whole one', async () => {
    const { status, err } = await maskbench(
      'run',
      'all.yaml',
      '--models',
      'inverse',
      '--out',
      'bad',
      '--resume',
    );
    expect(status).toBe(64);
    expect(err).toContain('begun by "maskbench check --until-decided"');
  });
});

describe('what is refused', () => {
  it.each([
    [['--until-decided', '--out', 'x'], '--candidate-config is missing'],
    [['--until-decided', '--candidate-config', 'all.yaml'], '--out is missing'],
    [
      ['--until-decided', '--candidate-config', 'all.yaml', '--out', 'x', '--candidate', 'y'],
      '--candidate is for',
    ],
    [['--until-decided', '--candidate-config', 'all.yaml', '--out', 'x', '--force'], '--force is for'],
    [
      ['--until-decided', '--candidate-config', 'all.yaml', '--out', 'x', '--rescore', '3'],
      '--rescore is for',
    ],
    [['--candidate', 'before', '--candidate-config', 'all.yaml'], '--candidate-config is for'],
    [['--candidate', 'before', '--out', 'x'], '--out is for'],
    [['--candidate', 'before', '--resume'], '--resume is for'],
  ])('%j', async (flags, says) => {
    const { status, err } = await maskbench('check', '--baseline', 'before', ...flags);
    expect(status).toBe(64);
    expect(err).toContain(says);
  });

  it.each([
    ['assuming', 'assumes no-rare-disasters'],
    ['timeless', 'no rule of the gate "timeless" is decided by images'],
  ])('the gate %s', async (gate, says) => {
    const { status, err } = await walk('luma', `by-${gate}`, gate);
    expect(status).toBe(64);
    expect(err).toContain(says);
  });

  it('another gate than the one that it was begun with', async () => {
    const { status, err } = await walk('inverse', 'bad', 'narrow', '--resume');
    expect(status).toBe(64);
    expect(err).toContain('the gate of the check');
  });

  it('several models', async () => {
    const argv = ['--until-decided', '--candidate-config', 'more.yaml', '--out', 'x', '--gate', 'wide.yaml'];
    await writeFile(workspace.path('more.yaml'), configText(['luma', 'near'], ['tiny'], BASICS));
    await maskbench('run', 'more.yaml', '--out', 'two', '--no-time', '--offline');
    const { status, err } = await maskbench('check', '--baseline', 'two', ...argv);
    expect(status).toBe(64);
    expect(err).toContain('one model is checked until it is decided, and there are luma, near');
  });

  it('images that the baseline has and the candidate has not, before anything is predicted', async () => {
    const argv = walkArguments('luma', 'few', 'wide').map((one) => (one === 'all.yaml' ? 'few.yaml' : one));
    const { status, err } = await maskbench(...argv);
    expect(status).toBe(65);
    expect(err).toContain('10 images (080, 081, 082 and 7 more) in before only');
    expect(existsSync(workspace.path('few', 'manifest.json'))).toBe(false);
  });

  it('an image that cannot be predicted', async () => {
    const { status, err, out } = await walk('not-a-number', 'broken-model');
    expect([status, out]).toEqual([65, '']);
    expect(err).toContain('not-a-number cannot be judged by all images');
    expect((await linesOf('broken-model', 'predictions.jsonl')).length).toBeLessThan(20);
    expect((await manifestOf('broken-model')).stopped).toBeUndefined();
  });
});
