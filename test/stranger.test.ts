import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../src/core/package-root.js';
import { decodeMatte, decodeTruth } from '../src/image/codec.js';
import type { GrayImage } from '../src/image/raster.js';
import type { Summary } from '../src/schema/summary.js';
import { cli, IS_BUILT, type CliResult } from './support/cli.js';
import { startCliHost, type CliHost } from './support/cli-host.js';
import { makeWorkspace, type Workspace } from './support/workspace.js';

// A stranger has read docs/adding.md and adds what it adds: to a copy of the tree, with one build.

interface Block {
  /** Of a file to add, or of the registry to edit. */
  readonly path: string;
  readonly lines: readonly string[];
}

interface Task {
  readonly name: string;
  readonly files: readonly Block[];
  readonly edits: readonly Block[];
}

/** The tasks of the page: a heading, the files below it, and the edits of registries. */
function tasksOf(page: string): readonly Task[] {
  const [, ...sections] = page.split(/^## /m);
  return sections.map((section) => {
    const blocks = [...section.matchAll(/^```(ts|diff) (\S+)\n(.*?)^```$/gms)];
    const of = (kind: string): readonly Block[] =>
      blocks
        .filter(([, language]) => language === kind)
        .map(([, , path = '', text = '']) => ({ path, lines: text.trimEnd().split('\n') }));
    return { name: section.split('\n', 1)[0] ?? '', files: of('ts'), edits: of('diff') };
  });
}

/** `-` must be there once and makes way for the `+` below it; a `+` before any `-` is an import. */
function edited(text: string, { path, lines }: Block): string {
  const cut = lines.findIndex((line) => line.startsWith('-'));
  const [imports, removed, added] = [lines.slice(0, cut), lines[cut] ?? '', lines.slice(cut + 1)];
  const before = `\n${removed.slice(1)}\n`;
  expect(text.split(before), `${path}: ${removed}`).toHaveLength(2);
  const plain = (all: readonly string[]): string => all.map((line) => `${line.slice(1)}\n`).join('');
  return plain(imports) + text.replace(before, () => `\n${plain(added)}`);
}

/** Distances between outlines, every pixel against every other. */
function slowHausdorff95(a: GrayImage, b: GrayImage): number {
  const outline = ({ width, height, data }: GrayImage): (readonly [number, number])[] => {
    const isIn = (x: number, y: number): boolean =>
      x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] >= 128;
    const found: (readonly [number, number])[] = [];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const around = [-1, 0, 1].flatMap((v) => [-1, 0, 1].map((u) => isIn(x + u, y + v)));
        if (isIn(x, y) && around.includes(false)) found.push([x, y]);
      }
    }
    return found;
  };
  const [p, q] = [outline(a), outline(b)];
  const nearest = (from: typeof p, to: typeof p): number[] =>
    from.map(([x, y]) => Math.min(...to.map(([u, v]) => Math.hypot(x - u, y - v))));
  const all = [...nearest(p, q), ...nearest(q, p)].sort((x, y) => x - y);
  const place = 0.95 * (all.length - 1);
  const [low, high] = [all[Math.floor(place)] ?? 0, all[Math.ceil(place)] ?? 0];
  return low + (place - Math.floor(place)) * (high - low);
}

describe.skipIf(!IS_BUILT)('the parts of docs/adding.md, added to a copy of the tree', () => {
  let copy: string;
  let workspace: Workspace;
  let tasks: readonly Task[];

  let host: CliHost;
  const run = (...argv: readonly string[]): Promise<CliResult> => host.run(argv, workspace.folder);

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'maskbench-stranger-'));
    for (const name of [
      'src',
      'scripts',
      'configs',
      'package.json',
      'tsconfig.json',
      'tsconfig.build.json',
      'tsconfig.client.json',
    ])
      await cp(join(PACKAGE_ROOT, name), join(copy, name), { recursive: true });
    await symlink(join(PACKAGE_ROOT, 'node_modules'), join(copy, 'node_modules'));
    tasks = tasksOf(await readFile(join(PACKAGE_ROOT, 'docs', 'adding.md'), 'utf8'));
    for (const { path, lines } of tasks.flatMap(({ files }) => files)) {
      await mkdir(dirname(join(copy, path)), { recursive: true });
      await writeFile(join(copy, path), `${lines.join('\n')}\n`);
    }
    for (const edit of tasks.flatMap(({ edits }) => edits)) {
      const path = join(copy, edit.path);
      await writeFile(path, edited(await readFile(path, 'utf8'), edit));
    }
    await new Promise<void>((resolve, reject) => {
      execFile('npm', ['run', '-s', 'build'], { cwd: copy }, (error, out, err) =>
        error === null ? resolve() : reject(new Error(`${out}${err}`)),
      );
    });
    host = startCliHost(copy);
    workspace = await makeWorkspace({ samples: 4 });
  }, 240_000);
  afterAll(async () => {
    host?.stop();
    await workspace?.remove();
    await rm(copy, { recursive: true, force: true });
  });

  it('are a file and a line each', () => {
    const counts = tasks.map(({ name, files, edits }) => {
      const added = edits.flatMap(({ lines }) => lines.filter((line) => line.startsWith('+')));
      const entries = added.filter((line) => !line.startsWith('+import ')).length;
      const kept = edits.flatMap(({ lines }) => lines).filter((line) => added.includes(`+${line.slice(1)}`));
      // A line that stays and is shown for its place counts as neither.
      const stays = kept.filter((line) => line.startsWith('-')).length;
      return `${name}: ${files.length} file, ${entries - stays} line`;
    });
    console.log(counts.join('\n'));
    expect(counts).toEqual(
      ['metric', 'format', 'layout', 'gate rule', 'command', 'runner'].map(
        (name) => `A ${name}: 1 file, 1 line`,
      ),
    );
  });

  it('a metric is computed on resume of a run that is older than it, and shown when asked for', async () => {
    expect(await cli(['run', 'run.yaml', '--no-time', '--out', 'old'], workspace.folder)).toMatchObject({
      status: 0,
    });
    const early = await run('report', 'old', '--columns', 'hausdorff95');
    expect(early.status).toBe(64);
    expect(early.err).toMatch(/^maskbench: .*hausdorff95.*\n$/);
    expect(await run('run', 'run.yaml', '--no-time', '--out', 'old', '--resume')).toMatchObject({
      status: 0,
    });
    const { out } = await run('report', 'old', '--columns', 'hausdorff95,iou');
    expect(out).toMatch(/│ Model │ Dataset │ hausdorff95 │ +iou │/);
    const cells = (await run('report', 'old', '--format', 'cells-csv')).out.trimEnd().split('\r\n');
    const at = cells[0]?.split(',').indexOf('hausdorff95') ?? -1;
    const [id] = [cells[0]?.split(',').indexOf('id') ?? -1];
    for (const line of cells.slice(1)) {
      const row = line.split(',');
      const matte = await decodeMatte(workspace.path('old', 'predictions', 'luma', 'tiny', `${row[id]}.png`));
      const truth = await decodeTruth(workspace.path('data', 'gt', `${row[id]}.png`));
      expect(Number(row[at]), row[id]).toBeCloseTo(slowHausdorff95(matte, truth), 9);
    }
    expect(cells).toHaveLength(5);
  });

  it('a format renders one run, several, slices and rankings', async () => {
    expect(await run('run', 'run.yaml', '--no-time', '--out', 'again')).toMatchObject({ status: 0 });
    const one = await run('report', 'old', '--format', 'tsv');
    expect(one.out).toMatch(/^kind\tmodel\tdataset\tmeasure\tstatistic\tvalue\tn\tnote\n/);
    expect(one.out).toMatch(/\naccuracy\tluma\ttiny\thausdorff95\tmean\t[\d.]+\t4\t/);
    expect((await run('report', 'old', 'again', '--format', 'tsv')).out).toMatch(/^device\tkind\t/);
    const slices = await run('report', 'old', '--by', 'components', '--format', 'tsv');
    expect(slices.out).toMatch(/^dataset\tattribute\tslice\t/);
    expect((await run('rank', 'old', '--format', 'tsv')).out).toContain('\tluma\t');
    const unknown = await run('report', 'old', '--format', 'tvs');
    expect(unknown.status).toBe(64);
    expect(unknown.err).toContain('tsv');
  });

  it('a layout, a runner and a command: a run of a program that dies once, over Pascal VOC', async () => {
    for (const name of ['JPEGImages', 'SegmentationClass', 'ImageSets/Segmentation'])
      await mkdir(workspace.path('voc', name), { recursive: true });
    const stems = ['000', '001', '002'];
    for (const stem of [...stems, '003']) {
      await sharp(workspace.path('data', 'gt', `${stem}.png`))
        .jpeg({ quality: 100 })
        .toFile(workspace.path('voc', 'JPEGImages', `${stem}.jpg`));
      // The last has no mask.
      if (!stems.includes(stem)) continue;
      await cp(
        workspace.path('data', 'gt', `${stem}.png`),
        workspace.path('voc', 'SegmentationClass', `${stem}.png`),
      );
    }
    await writeFile(
      workspace.path('voc', 'ImageSets', 'Segmentation', 'val.txt'),
      `${[...stems, '003'].join('\n')}\n`,
    );
    await writeFile(workspace.path('voc.yaml'), 'name: voc\nlayout: voc\nroot: ${CONFIG_DIR}/voc\n');
    const script = join(PACKAGE_ROOT, 'test', 'runners', 'program', 'threshold-program.mjs');
    await writeFile(
      workspace.path('bright.yaml'),
      `name: bright\nfeeding: program\nprogram: { script: "${script}", threshold: 128 }\n`,
    );
    await writeFile(
      workspace.path('both.yaml'),
      'name: both\nmodels: [./luma.yaml, ./bright.yaml]\ndatasets: [./voc.yaml]\naccuracy: { processes: 1, threads: 1 }\n',
    );
    expect(await run('run', 'both.yaml', '--no-time', '--out', 'both')).toMatchObject({ status: 3 });
    const dead = await run('failures', 'both');
    expect(dead.status).toBe(3);
    expect(dead.out).toMatch(/bright voc\/val\/00\d: the program ended before its work was done\n/);
    await run('run', 'both.yaml', '--no-time', '--out', 'both', '--resume');
    // What has no mask stays a failed cell of each model, by name.
    expect((await run('failures', 'both')).out.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^luma voc\/val\/003: .*SegmentationClass/),
      expect.stringMatching(/^bright voc\/val\/003: .*SegmentationClass/),
    ]);
    const summary = JSON.parse((await run('report', 'both', '--format', 'json')).out) as Summary;
    expect(summary.cells).toEqual({ planned: 8, scored: 6, failed: 2 });
    const bright = summary.accuracy.find(({ model, dataset }) => model === 'bright' && dataset === 'voc');
    expect(bright?.metrics['iou']?.mean).toBeGreaterThan(0.99);
    const help = await new Promise<string>((resolve) => {
      execFile(process.execPath, [join(copy, 'dist', 'cli', 'main.js'), '--help'], (_error, out) =>
        resolve(out),
      );
    });
    expect(help).toContain('the failed cells of a run, one per line');
  });

  it('a gate rule judges in every output, and its mistakes are told', async () => {
    const gate = (metric: string, limit: number): Promise<void> =>
      writeFile(
        workspace.path('gate.yaml'),
        `version: 2\nname: worst\nworstImage: { metric: ${metric}, noWorseThan: ${limit} }\n`,
      );
    const check = (...more: readonly string[]): ReturnType<typeof run> =>
      run('check', '--baseline', 'old', '--candidate', 'again', '--gate', 'gate.yaml', ...more);
    await gate('iou', 0.1);
    const passed = await check();
    expect(passed.err).toBe('');
    expect(passed.out).toMatch(/PASS +IoU of the worst image: no worse than 0\.1\n/);
    expect(passed.status).toBe(0);
    await gate('hausdorff95', -1);
    const failed = await check('--junit', 'verdict.xml');
    expect(failed.status).toBe(1);
    expect(failed.out).toMatch(/FAIL +Hausdorff distance, 95 % of the worst image/);
    expect(await readFile(workspace.path('verdict.xml'), 'utf8')).toContain('[worst/hausdorff95]');
    await gate('iuo', 0);
    const wrong = await check();
    expect(wrong.status).toBe(64);
    expect(wrong.err).toMatch(/gate\.yaml.*unknown metric "iuo"; did you mean "iou"\?/);
  });

  it('the runner of the page is the one that the tests of runners hold', async () => {
    const own = await readFile(join(PACKAGE_ROOT, 'test', 'runners', 'program', 'program-runner.ts'), 'utf8');
    const moved = own.replaceAll("'../../../src/runners/", "'../").replaceAll("'../../../src/", "'../../");
    expect(`${tasks.at(-1)?.files[0]?.lines.join('\n')}\n`).toBe(moved);
  });
});
