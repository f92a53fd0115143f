import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasetSpecSchema } from '../../src/datasets/spec.js';
import { modelSpecSchema } from '../../src/runners/runner-of.js';
import type { Summary } from '../../src/schema/summary.js';
import type { Manifest } from '../../src/store/manifest.js';
import { cli, IS_BUILT, startCli, stopStarted, type CliResult } from '../support/cli.js';
import { draw } from '../support/drawn-mattes.js';
import { shortOrLong } from '../support/long.js';
import { NOTHING, SQUARE, WIDER, writeMask, writeMask16, writeMasks } from '../support/mask-files.js';
import { until } from '../support/processes.js';
import { jsonOf } from '../support/score-json.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();
afterAll(stopStarted);

const BASIC = ['--pred', 'pred', '--gt', 'gt'];
const ALL = ['--protocol', 'fixed,sod,matting'];

const scored = (folder: string, ...argv: readonly string[]): Promise<CliResult> =>
  cli(['score', ...argv], folder);

async function documentIn<T>(...path: readonly string[]): Promise<T> {
  return JSON.parse(await readFile(join(...path), 'utf8')) as T;
}

/** A soft disc, another one for every number. */
const disc = (i: number, width = 40, height = 30) =>
  draw(width, height, (x, y) => {
    const distance = Math.hypot(x - width / 2 - (i % 5), y - height / 2);
    return Math.max(0, Math.min(255, Math.round(255 - 25 * (distance - 6 - (i % 7)))));
  });

/** Every way in which a pair can fail, beside pairs of several kinds. */
async function trouble(): Promise<string> {
  const folder = await tempFolder();
  await writeMasks(folder, {
    'pred/a.png': WIDER,
    'pred/deep/b.png': disc(1),
    'pred/soft.png': disc(2),
    'pred/empty.png': NOTHING,
    'pred/size.png': draw(4, 3, () => 255),
    'pred/stranger.png': SQUARE,
    'pred/zero.png': SQUARE,
    'pred/broken.png': disc(5),
    'gt/a.png': SQUARE,
    'gt/deep/b.png': disc(3),
    'gt/empty.png': NOTHING,
    'gt/size.png': SQUARE,
    'gt/lost.png': SQUARE,
    'gt/junk.png': SQUARE,
    'gt/=we ird.png': SQUARE,
    'pred/=we ird.png': SQUARE,
  });
  await writeMask16(join(folder, 'gt/soft.png'), disc(4));
  await writeFile(join(folder, 'pred/junk.png'), 'no picture');
  await writeFile(join(folder, 'gt/zero.png'), '');
  const whole = await readFile(join(folder, 'gt/soft.png'));
  await writeFile(join(folder, 'gt/broken.png'), whole.subarray(0, whole.length / 2));
  return folder;
}

/** A mask of another size is refused when it is taken into the run, in words of its own. */
const inOneWord = (text: string): string =>
  text.replaceAll(/the (?:mask|prediction) is \d+ x \d+, its .*? \d+ x \d+[^,"]*/g, 'sizes differ');

describe.skipIf(!IS_BUILT)('maskbench score --out', () => {
  it('prints what score prints, to the last digit, in every format', async () => {
    const folder = await trouble();
    for (const format of shortOrLong(
      [['--json'], ['--format', 'csv', '--per-image']],
      [['--json'], [], ['--format', 'csv', '--per-image']],
    )) {
      const plain = await scored(folder, ...BASIC, ...ALL, ...format);
      const run = await scored(folder, ...BASIC, ...ALL, ...format, '--out', 'run', '--resume');
      expect([plain.status, run.status]).toEqual([3, 3]);
      expect(inOneWord(run.out)).toBe(inOneWord(plain.out));
      const failed = plain.err.match(/^failed: [^:]*/gm);
      expect(failed?.length).toBe(5);
      expect(run.err.match(/^failed: [^:]*/gm)).toEqual(failed);
      expect(run.err).toContain('Written to run: summary.json');
    }
  });

  it('resizes as score does, and says so in every signature', async () => {
    const folder = await trouble();
    const plain = await scored(folder, ...BASIC, '--resize', '--json');
    const run = await scored(folder, ...BASIC, '--resize', '--json', '--out', 'run');
    expect(run.out).toBe(plain.out);
    expect(jsonOf(run).failures.map(({ id }) => id)).toEqual(['broken', 'junk', 'lost', 'zero']);
    const summary = await documentIn<Summary>(folder, 'run', 'summary.json');
    expect(summary.signatures).toEqual(['fixed|t:128|empty:one|boundary:0.02|resize:bilinear|v:1']);
  });

  it('writes a manifest that claims nothing, in specs that a run could have', async () => {
    const folder = await trouble();
    const { err } = await scored(folder, ...BASIC, '--out', 'run', '--method', 'my masks (2)');
    expect(err).toContain('warning: no pictures are given; the run folder uses the ground truths');
    const { settings } = await documentIn<Manifest>(folder, 'run', 'manifest.json');
    const [model] = settings.models;
    const [dataset] = settings.datasets;
    expect(modelSpecSchema.parse(model.spec)).toEqual(model.spec);
    expect(datasetSpecSchema.parse(dataset.spec)).toEqual(dataset.spec);
    expect(model.spec).toMatchObject({ name: 'my-masks-2', title: 'my masks (2)', trainedOn: ['unknown'] });
    expect(model.spec).toMatchObject({ masks: { folders: { gt: { path: 'pred' } } } });
    expect(dataset).toMatchObject({ tags: [], samples: 9, problems: 1 });
    expect(dataset.spec).toMatchObject({ root: 'gt', nested: true });
    expect(dataset.spec.description).toContain('the ground truths stand in for them');
    const report = await cli(['report', 'run'], folder);
    expect(report.out).toContain('Training data unknown for');
  });

  it('refuses what cannot be meant, in one line', async () => {
    const folder = await trouble();
    const refused = async (line: RegExp, ...argv: readonly string[]): Promise<void> => {
      const { status, out, err } = await scored(folder, ...BASIC, ...argv);
      const told = err.split('\n').filter((text) => text.startsWith('maskbench: '));
      expect([status, out]).toEqual([64, '']);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(line);
    };
    await scored(folder, ...BASIC, '--out', 'run');
    await refused(/run: a run is already there; continue it with --resume/, '--out', 'run');
    await refused(/made under other settings: scoring/, '--out', 'run', '--resume', '--threshold', '9');
    await refused(/other settings: models/, '--out', 'run', '--resume', '--method', 'other');
    await refused(/the folder holds other files/, '--out', 'pred');
    await refused(/--resume is for run folders; name one with --out/, '--resume');
    await refused(/--shard is for run folders/, '--shard', '1/2');
    await refused(/--explain leaves no run folder/, '--out', 'x', '--explain', 'a');
    await refused(/one folder of ground truths is one dataset/, '--datasets', 'a,b');
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });

  it('scores again on --resume only what is new or could not be scored', async () => {
    const folder = await trouble();
    await scored(folder, ...BASIC, '--out', 'run');
    const lines = async (): Promise<number> =>
      (await readFile(join(folder, 'run', 'scores.jsonl'), 'utf8')).trimEnd().split('\n').length;
    const before = await lines();
    await writeMask(join(folder, 'pred/junk.png'), SQUARE);
    await writeMask(join(folder, 'pred/a.png'), SQUARE);
    const resumed = await scored(folder, ...BASIC, '--out', 'run', '--resume', '--json');
    expect(inOneWord(resumed.out)).toBe(inOneWord((await scored(folder, ...BASIC, '--json')).out));
    // Those two, and the truth that is damaged once more.
    expect((await lines()) - before).toBe(3);
  });

  it('goes on after a kill, and comes to the same', async () => {
    const folder = await tempFolder();
    const count = 40;
    for (let i = 0; i < count; i++) {
      await writeMask(join(folder, 'pred', `${i}.png`), disc(i, 200, 150));
      await writeMask(join(folder, 'gt', `${i}.png`), disc(i + 3, 200, 150));
    }
    const scoring = [...BASIC, '--protocol', 'fixed,sod', '--json'];
    const argv = [...scoring, '--out', 'run'];
    const running = startCli(['score', ...argv], folder);
    const scores = join(folder, 'run', 'scores.jsonl');
    const done = (): number => (existsSync(scores) ? readFileSync(scores, 'utf8').split('\n').length - 1 : 0);
    await until('some are scored', () => done() > 4);
    running.process.kill('SIGKILL');
    expect((await running.result).signal).toBe('SIGKILL');
    expect(done()).toBeLessThan(count);
    expect((await scored(folder, ...argv)).err).toMatch(/--resume/);
    const resumed = await scored(folder, ...argv, '--resume');
    expect(resumed.status).toBe(0);
    expect(resumed.out).toBe((await scored(folder, ...scoring)).out);
  }, 120_000);

  it('takes several methods and test sets of a layout, each under a name that folders can have', async () => {
    const folder = await tempFolder();
    await writeMasks(folder, {
      'p/my net/S/1.png': SQUARE,
      'p/my-net/S/1.png': WIDER,
      'p/my-net/S/2.png': SQUARE,
      'p/my net/T/1.png': WIDER,
      'd/S/gt/1.png': SQUARE,
      'd/S/gt/2.png': SQUARE,
      'd/T/gt/1.png': SQUARE,
    });
    const argv = ['--layout', 'birefnet', '--pred', 'p', '--gt', 'd', '--protocol', 'fixed,sod'];
    for (const format of shortOrLong(
      [['--json'], ['--per-image']],
      [['--json'], ['--per-image'], ['--format', 'csv']],
    )) {
      const plain = await scored(folder, ...argv, ...format);
      const run = await scored(folder, ...argv, ...format, '--out', `run${format.join('')}`);
      expect([run.status, run.out]).toEqual([plain.status, plain.out]);
      expect(run.status).toBe(3);
    }
    const summary = await documentIn<Summary>(folder, 'run--json', 'summary.json');
    expect(summary.models.map(({ name, title }) => [name, title])).toEqual([
      ['my-net', 'my net'],
      ['my-net-2', 'my-net'],
    ]);
    expect(summary.cells).toEqual({ planned: 6, scored: 4, failed: 2 });
  });

  it('scores cut-outs with the pictures, and needs them', async () => {
    const folder = await tempFolder();
    await writeMasks(folder, {
      'pred/a.png': WIDER,
      'gt/a.png': SQUARE,
      'gt/b.png': SQUARE,
      'im/a.png': WIDER,
    });
    const argv = [...BASIC, '--protocol', 'cutout', '--json'];
    const plain = await scored(folder, ...argv, '--images', 'im');
    const run = await scored(folder, ...argv, '--images', 'im', '--out', 'run');
    expect(run.out).toBe(plain.out);
    expect(jsonOf(run).failures).toMatchObject([{ id: 'b', code: 'data.missing' }]);
    const without = await scored(folder, ...argv, '--out', 'other');
    expect([without.status, without.out]).toEqual([64, '']);
    expect(without.err).toMatch(/^maskbench: --images is missing/);
  });
});

describe.skipIf(!IS_BUILT)('the run folder of maskbench score --out', () => {
  let folder: string;
  const NAMED = [...BASIC, '--images', 'im', '--datasets', 'set'];
  const OLD = [...NAMED, '--method', 'net', ...ALL];
  const NEW = ['--pred', 'new', ...OLD.slice(2)];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'maskbench-'));
    for (let i = 0; i < 12; i++) {
      await writeMask(join(folder, 'gt', `${i}.png`), disc(i));
      await writeMask(join(folder, 'im', `${i}.png`), disc(2 * i));
      await writeMask(join(folder, 'pred', `${i}.png`), disc(i + 3));
      await writeMask(join(folder, 'new', `${i}.png`), disc(i + 1));
    }
    // Of another size than the picture, and of the size of the ground truth.
    await writeMask(join(folder, 'pred', '10.png'), disc(10, 20, 15));
    await writeMask(join(folder, 'new', '10.png'), disc(10, 20, 15));
    await writeMask(join(folder, 'gt', '11.png'), disc(11, 20, 15));
    await writeMask(join(folder, 'pred', '11.png'), disc(11, 20, 15));
    await writeMask(join(folder, 'new', '11.png'), disc(11, 20, 15));
    await writeFile(
      join(folder, 'set.yaml'),
      'name: set\nlayout: paired-folders\nroot: ${CONFIG_DIR}\nimages: { path: im }\ntruths: { path: gt }\n',
    );
    expect((await scored(folder, ...OLD, '--resize', '--out', 'old-run')).status).toBe(0);
    expect((await scored(folder, ...NEW, '--resize', '--out', 'new-run')).status).toBe(0);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['by a pattern', 'path: "pred/{id}.png"', []],
    ['by folders', 'folders: { set: { path: pred } }', ['--resize']],
  ])('has the numbers of a run of the same masks, named %s', async (_how, masks, resize) => {
    await writeFile(join(folder, 'net.yaml'), `name: net\nfeeding: precomputed\nmasks: { ${masks} }\n`);
    await writeFile(
      join(folder, 'run.yaml'),
      'name: of-config\nmodels: [./net.yaml]\ndatasets: [./set.yaml]\nscoring: { protocols: [fixed, sod, matting] }\n',
    );
    const [ofConfig, ofFolders] = [`config${resize.length}`, resize.length === 0 ? 'folders' : 'old-run'];
    const run = await cli(['run', 'run.yaml', '--no-time', '--out', ofConfig, ...resize], folder);
    // Resized, it has been made above.
    if (resize.length === 0)
      expect((await scored(folder, ...OLD, '--json', '--out', ofFolders)).status).toBe(3);
    // Pictures are for the run folder alone.
    const bare = OLD.filter((word) => !['--images', 'im'].includes(word));
    const plain = await scored(folder, ...bare, ...resize, '--json');
    const [a, b] = await Promise.all(
      [ofConfig, ofFolders].map((name) => documentIn<Summary>(folder, name, 'summary.json')),
    );
    expect(b.accuracy).toEqual(a.accuracy);
    expect(b.accuracy[0]?.scored).toBe(resize.length === 0 ? 11 : 12);
    expect(b.signatures).toEqual(a.signatures);
    expect(b.thresholds).toEqual(a.thresholds);
    expect(b.datasets[0]?.fingerprint).toBe(a.datasets[0]?.fingerprint);
    for (const { status } of [run, plain]) expect(status).toBe(resize.length === 0 ? 3 : 0);
    const { summary } = jsonOf(plain);
    expect(Object.keys(summary).length).toBeGreaterThan(30);
    for (const [id, mean] of Object.entries(summary)) expect(b.accuracy[0]?.metrics[id]).toMatchObject(mean);
    if (resize.length > 0) {
      const compared = await cli(['compare', ofConfig, ofFolders], folder);
      expect(compared.status).toBe(0);
    } else expect(run.err).toContain('1 image has a mask of another size; in a new folder, --resize resizes');
  });

  it('is reported, by slices and with curves too', async () => {
    const report = await cli(['report', 'new-run'], folder);
    expect(report.status).toBe(0);
    expect(report.out).toMatch(/net +│ set .*12\/12/);
    const slices = await cli(['report', 'new-run', '--by', 'components'], folder);
    expect(slices.out).toContain('iou by components, set');
    const page = await cli(['report', 'new-run', '--format', 'html', '--out', 'page.html'], folder);
    expect(page.status).toBe(0);
    expect(await readFile(join(folder, 'page.html'), 'utf8')).toContain('data:image/webp');
    const csv = await cli(['report', 'new-run', '--format', 'csv'], folder);
    expect(csv.out.trimEnd().split('\n').length).toBeGreaterThan(1);
  });

  it('is compared, checked, ranked and kept as a baseline', async () => {
    const compared = await cli(['compare', 'old-run', 'new-run', '--json'], folder);
    expect(compared.status).toBe(0);
    const { pairs } = JSON.parse(compared.out) as { pairs: { baseline: object; metrics: unknown[] }[] };
    expect(pairs[0]?.metrics.length).toBeGreaterThan(0);
    const gate = (rule: string): Promise<void> =>
      writeFile(join(folder, 'gate.yaml'), `version: 2\nname: g\nminimumImages: 5\n${rule}\n`);
    for (const run of ['old', 'new'])
      expect((await cli(['baseline', 'set', run, '--run', `${run}-run`], folder)).status).toBe(0);
    const check = (baseline: string, candidate: string): Promise<CliResult> =>
      cli(['check', '--baseline', baseline, '--candidate', candidate, '--gate', 'gate.yaml'], folder);
    await gate('accuracy: [{ metric: iou, margin: 0.01 }]');
    // masks have no model file that would make them again: they pass by bounds, and these are few
    expect((await check('new', 'new-run')).status).toBe(2);
    await gate('floors: [{ metric: iou, mean: 0.999 }]');
    expect((await check('old', 'new-run')).status).toBe(1);
    const ranked = await cli(['rank', 'new-run'], folder);
    expect(ranked.out).toMatch(/│ net +│/);
  });

  it('is merged from shards', async () => {
    for (const part of ['1/2', '2/2']) {
      const argv = [...NEW, '--resize', '--shard', part, '--out', `shard-${part[0]}`];
      const { status, out } = await scored(folder, ...argv);
      expect(status).toBe(0);
      expect(out).toContain('net on set: 6 of 6 images scored');
    }
    const merged = await cli(['merge', 'shard-1', 'shard-2', '--out', 'merged'], folder);
    expect(merged.status).toBe(0);
    const [whole, put] = await Promise.all(
      ['new-run', 'merged'].map((name) => documentIn<Summary>(folder, name, 'summary.json')),
    );
    expect(put.accuracy).toEqual(whole.accuracy);
    expect(put.datasets).toEqual(whole.datasets);
  });
});
