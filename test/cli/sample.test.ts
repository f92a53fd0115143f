import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Trend } from '../../src/analysis/history/trend.js';
import type { Summary } from '../../src/schema/summary.js';
import type { PlannedSample } from '../../src/schema/planned-sample.js';
import type { Manifest } from '../../src/store/manifest.js';
import { cli, type CliResult } from '../support/cli.js';
import { configText, datasetText, makeWorkspace, readRecords, type Workspace } from '../support/workspace.js';

const IMAGES = 24;
let workspace: Workspace;
const maskbench = (...argv: readonly string[]): Promise<CliResult> => cli(argv, workspace.folder);
const draw = (out: string, ...more: readonly string[]): Promise<CliResult> =>
  maskbench('run', 'run.yaml', '--no-time', '--offline', '--out', out, ...more);
const drawn = async (out: string): Promise<readonly string[]> =>
  (await readRecords<PlannedSample>(workspace.path(out, 'plan.jsonl'))).map(({ id }) => id);
async function json<T>(...names: readonly string[]): Promise<T> {
  return JSON.parse(await readFile(workspace.path(...names), 'utf8')) as T;
}
/** What is said of the images under the first table, on one line. */
const noteOf = ({ out }: CliResult): string =>
  /^Part of the images: [^.]*\./m.exec(out.replaceAll('\n  ', ' '))?.[0] ?? '';

beforeAll(async () => {
  workspace = await makeWorkspace({ samples: IMAGES });
  // 18 day, 5 night, 1 dusk
  const light = (i: number): string => (i < 18 ? 'day' : i < 23 ? 'night' : 'dusk');
  const rows = Array.from({ length: IMAGES }, (_, i) => `${String(i).padStart(3, '0')},${light(i)}`);
  await writeFile(workspace.path('data', 'light.csv'), `id,light\n${rows.join('\n')}\n`);
  await writeFile(
    workspace.path('tiny.yaml'),
    datasetText('tiny', 'data', 'attributes: { file: light.csv }'),
  );
  await draw('eight', '--sample', '8');
});
afterAll(() => workspace.remove());

describe('run --sample', () => {
  it('is recorded in manifest and summary, and told when it begins and in every report', async () => {
    const { settings, origin } = await json<Manifest>('eight', 'manifest.json');
    expect(settings.sample).toEqual({ count: 8, seed: 1 });
    expect(settings.datasets[0]?.drawn).toEqual({ from: IMAGES });
    expect(origin?.config).toMatchObject({ sample: { count: 8, seed: 1 } });
    const [dataset] = (await json<Summary>('eight', 'summary.json')).datasets;
    expect(dataset).toMatchObject({ samples: 8, chosen: { kind: 'drawn', count: 8, seed: 1, from: IMAGES } });
    expect(await drawn('eight')).toHaveLength(8);
    const again = await draw('eight', '--sample', '8', '--resume');
    expect(again.err).toMatch(/^plan tiny \(at most 8 images drawn with seed 1\) \.\.\.$/m);
    const note = '8 of the 24 images of tiny, drawn with seed 1.';
    expect(noteOf(again)).toBe(`Part of the images: ${note}`);
    expect(await readFile(workspace.path('eight', 'report.md'), 'utf8')).toContain(note);
    expect(await readFile(workspace.path('eight', 'report.html'), 'utf8')).toContain(note);
  });

  it('draws by an attribute, and names values that are too rare', async () => {
    const result = await draw('by', '--sample', '8', '--seed', '5', '--sample-by', 'light');
    expect(result.status).toBe(0);
    const lights = (await readRecords<PlannedSample>(workspace.path('by', 'plan.jsonl'))).map(
      ({ attributes }) => attributes['light'],
    );
    expect(lights.sort()).toEqual([...Array.from({ length: 6 }, () => 'day'), 'night', 'night']);
    expect(result.err).toContain('tiny: a value of light is too rare for an image in a sample of 8: dusk\n');
    expect(noteOf(result)).toContain(
      'drawn with seed 5, by light; too rare for an image: 1 of 3 values of tiny.',
    );
    const wrong = await draw('wrong', '--sample', '8', '--sample-by', 'lihgt');
    expect(wrong.err).toContain('the images of "tiny" have no attribute "lihgt"; did you mean "light"?');
    expect(wrong.status).toBe(64);
  });

  it('is continued without a flag, and refused by name with another sample', async () => {
    await draw('resumed', '--sample', '6', '--seed', '3');
    const before = await drawn('resumed');
    expect((await maskbench('resume', 'resumed')).status).toBe(0);
    expect(await drawn('resumed')).toEqual(before);
    for (const [flags, what] of [
      [
        ['--sample', '6', '--seed', '4'],
        'sample (6 images drawn with seed 3 there, 6 images drawn with seed 4 now)',
      ],
      [
        ['--sample', '7', '--seed', '3'],
        'sample (6 images drawn with seed 3 there, 7 images drawn with seed 3 now)',
      ],
      [[], 'sample (6 images drawn with seed 3 there, none now)'],
    ] as const) {
      const other = await draw('resumed', '--resume', ...flags);
      expect(other.err).toContain(what);
      expect(other.status).toBe(64);
    }
    expect(await drawn('resumed')).toEqual(before);
  });

  it('is cut into shards of the sample, whose merge is the run of it', async () => {
    const parts: string[] = [];
    for (const part of ['1', '2', '3']) {
      await draw(`part-${part}`, '--sample', '8', '--shard', `${part}/3`);
      parts.push(...(await drawn(`part-${part}`)));
    }
    expect(parts.sort()).toEqual(await drawn('eight'));
    const merged = await maskbench('merge', 'part-1', 'part-2', 'part-3', '--out', 'merged');
    expect(noteOf(merged)).toBe('Part of the images: 8 of the 24 images of tiny, drawn with seed 1.');
    const scores = async (out: string) => (await json<Summary>(out, 'summary.json')).accuracy;
    expect(await scores('merged')).toEqual(await scores('eight'));
    expect((await maskbench('compare', 'eight', 'merged')).status).toBe(0);
    await draw('stray', '--sample', '8', '--seed', '2', '--shard', '3/3');
    const strange = await maskbench('merge', 'part-1', 'part-2', 'stray', '--out', 'no');
    expect(strange.err).toContain('its sample differs from that of');
    expect(strange.status).toBe(64);
  });

  it('is of the same images as a run of all, where there are no more', async () => {
    await draw('runs/all');
    expect((await draw('runs/hundred', '--sample', '100')).err).toContain(
      'plan tiny (at most 100 images drawn with seed 1)',
    );
    const trend = await maskbench('runs', 'trend', '--model', 'luma', '--metric', 'iou', '--json');
    const { points } = JSON.parse(trend.out) as Trend;
    expect(points.map(({ changed }) => changed)).toEqual([[], []]);
    expect((await maskbench('compare', 'runs/all', 'runs/hundred')).status).toBe(0);
    const { err } = await maskbench('compare', 'runs/hundred', 'eight');
    expect(err).toContain('runs/hundred has all images, eight 8 images drawn with seed 1');
  });

  it('is compared with the same sample alone', async () => {
    await draw('whole');
    await maskbench('baseline', 'set', 'all-of-it', '--run', 'whole');
    for (const other of ['whole', 'all-of-it']) {
      const { status, err } = await maskbench('compare', other, 'eight');
      expect(err).toContain(`${other} has all images, eight 8 images drawn with seed 1`);
      expect(status).toBe(65);
    }
    expect((await maskbench('compare', 'whole', 'eight', '--force')).status).toBe(0);
  });

  it('comes from the config, which flags change', async () => {
    await writeFile(
      workspace.path('drawn.yaml'),
      configText(['luma'], ['tiny'], 'sample: { count: 5, seed: 9, by: light }\n'),
    );
    const run = async (out: string, ...more: readonly string[]) => {
      await maskbench('run', 'drawn.yaml', '--no-time', '--out', out, ...more);
      return (await json<Manifest>(out, 'manifest.json')).settings;
    };
    expect(await run('c1')).toMatchObject({ sample: { count: 5, seed: 9, by: 'light' }, limit: null });
    expect(await run('c2', '--seed', '2')).toMatchObject({ sample: { count: 5, seed: 2, by: 'light' } });
    expect(await run('c3', '--sample', '3')).toMatchObject({ sample: { count: 3, seed: 9, by: 'light' } });
    const limited = await run('c4', '--limit', '2');
    expect([limited.limit, limited.sample]).toEqual([2, undefined]);
    await writeFile(
      workspace.path('both.yaml'),
      configText(['luma'], ['tiny'], 'limit: 3\nsample: { count: 5 }\n'),
    );
    const both = await maskbench('run', 'both.yaml');
    expect(both.err).toMatch(/both\.yaml:5:\d+: .*expected either limit or sample/);
    await writeFile(workspace.path('limited.yaml'), configText(['luma'], ['tiny'], 'limit: 3\n'));
    await maskbench('run', 'limited.yaml', '--sample', '4', '--no-time', '--out', 'c5');
    expect(await drawn('c5')).toHaveLength(4);
  });

  it.each([
    [['--sample', '8', '--limit', '3'], /'--sample <n>' cannot be used with option '--limit <n>'/],
    [['--sample', '0'], /'--sample <n>' argument '0' is invalid. expected a whole number from 1/],
    [
      ['--sample', '5', '--seed', '-1'],
      /'--seed <n>' argument '-1' is invalid. expected a whole number from 0/,
    ],
    [['--sample', '5', '--seed', '1.5'], /expected a whole number from 0/],
    [['--seed', '2'], /--seed is for a drawn sample; add --sample/],
    [['--limit', '2', '--sample-by', 'light'], /--sample-by is for a drawn sample; add --sample/],
  ])('refuses %j in one line', async (flags, message) => {
    const { status, err } = await draw('never', ...flags);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(status).toBe(64);
  });

  it('draws for "time" and "drift", too', async () => {
    await maskbench('time', 'run.yaml', '--sample', '8', '--out', 'timed');
    expect(await drawn('timed')).toEqual(await drawn('eight'));
    const models = ['--reference', './luma.yaml', '--candidates', './luma.yaml+threads=1'];
    const drift = await maskbench('drift', ...models, '--dataset', 'tiny.yaml', '--sample', '8', '--json');
    const { images } = JSON.parse(drift.out) as { readonly images: readonly { readonly id: string }[] };
    expect(images.map(({ id }) => id).sort()).toEqual(await drawn('eight'));
  });

  it('is what a check walks through until it is decided', async () => {
    await writeFile(
      workspace.path('gate.yaml'),
      'version: 2\nname: any\naccuracy: [{ metric: iou, margin: 0.9 }]\n',
    );
    const candidate = ['--candidate-config', 'eight.yaml', '--out', 'walked', '--order-seed', 'x'];
    await writeFile(workspace.path('eight.yaml'), configText(['luma'], ['tiny'], 'sample: { count: 8 }\n'));
    const { out } = await maskbench(
      'check',
      '--baseline',
      'eight',
      '--until-decided',
      ...candidate,
      '--gate',
      'gate.yaml',
    );
    expect(out).toContain('of 8');
    expect(await drawn('walked')).toEqual(await drawn('eight'));
  });
});

describe('run --limit', () => {
  it('says that it takes the first: in help, at the start and in the report', async () => {
    expect((await maskbench('run', '--help')).out.replaceAll(/\s+/g, ' ')).toContain(
      '--limit <n> only the first n images of every dataset in order of their names, which is no random sample',
    );
    const result = await draw('first', '--limit', '3');
    expect(await drawn('first')).toEqual(['000', '001', '002']);
    expect(result.err).toMatch(/^plan tiny \(the first 3 images in order of their names\) \.\.\.$/m);
    expect(noteOf(result)).toBe(
      'Part of the images: at most the first 3 images of tiny in order of their names, which is no random sample.',
    );
  });
});
