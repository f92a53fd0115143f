import {
  appendFile,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withSum } from '../../src/core/line-sum.js';
import { openKnownFiles } from '../../src/store/known-files.js';
import { runFolder } from '../../src/store/run-folder.js';
import { cli } from '../support/cli.js';
import { sealedLine } from '../support/reseal.js';
import { useTempFolders } from '../support/temp-folder.js';
import { writePairedFolders } from '../support/tiny-datasets.js';
import { execute, makeWorkspace, readRecords, type Workspace } from '../support/workspace.js';

const SAMPLES = 4;
/** Longer than a file counts as just written. */
const SETTLED_MS = 2_200;
const YESTERDAY = new Date(Math.floor(Date.now() / 1000 - 86_400) * 1000);

let workspace: Workspace;
const at = (...names: readonly string[]): string => workspace.path(...names);
const cache = (): string => at('out', 'files.cache');
const truth = (): string => at('data', 'gt', '001.png');

type Line = Record<string, unknown> & {
  readonly kind: string;
  readonly files?: readonly Record<string, unknown>[];
};
const linesOf = (): Promise<readonly Line[]> => readRecords<Line>(cache());
const samplesOf = async (): Promise<readonly Line[]> =>
  (await linesOf()).filter(({ kind }) => kind === 'sample');

/** The lines of the cache, changed, with new sums. */
async function change(how: (line: Line) => Line): Promise<void> {
  await writeFile(cache(), (await linesOf()).map((line) => `${sealedLine(how(line))}\n`).join(''));
}
/** Says something else of the bytes of every file: whoever believes it plans another data set. */
const otherDigests = (line: Line): Line => ({
  ...line,
  ...(line.files && { files: line.files.map((of) => ({ ...of, sha256: 'f'.repeat(64) })) }),
});

let before: unknown;
let kept: string;
const resume = (): Promise<unknown> => execute(workspace, { resume: true });
const mismatch = { code: 'run.mismatch' };

// Masks made elsewhere, so that all three kinds of files are there. Nothing is copied back: a copy is another file.
beforeAll(async () => {
  workspace = await makeWorkspace({ samples: SAMPLES });
  await cp(at('data', 'gt'), at('masks'), { recursive: true });
  await writeFile(at('luma.yaml'), 'name: luma\nfeeding: precomputed\nmasks: { path: masks }\n');
  // To the millisecond, so that it can be set back.
  for (const folder of ['data/im', 'data/gt', 'masks'])
    for (const name of await readdir(at(folder))) await utimes(at(folder, name), YESTERDAY, YESTERDAY);
  await sleep(SETTLED_MS);
  before = await execute(workspace);
  kept = at('kept');
  await mkdir(kept);
  await cp(at('out'), join(kept, 'out'), { recursive: true });
}, 120_000);
afterEach(async () => {
  await rm(at('out'), { recursive: true, force: true });
  await cp(join(kept, 'out'), at('out'), { recursive: true });
});
afterAll(() => workspace.remove());

/** Changes a file, and sets back all that an owner can. */
async function changeSecretly(path: string): Promise<() => Promise<void>> {
  const { size } = await stat(path);
  const bytes = await readFile(path);
  const write = async (content: Buffer): Promise<void> => {
    await writeFile(path, content);
    await utimes(path, YESTERDAY, YESTERDAY);
  };
  const other = Buffer.from(bytes);
  other[other.length - 1] ^= 1;
  await write(other);
  const after = await stat(path);
  expect([after.size, after.mtimeMs]).toEqual([size, YESTERDAY.getTime()]);
  return () => write(bytes);
}

describe('a resumed run', { timeout: 60_000 }, () => {
  it('does not read again what has not changed', async () => {
    const lines = await samplesOf();
    // Picture, ground truth and mask.
    expect(lines.map(({ files }) => files?.length)).toEqual(Array.from({ length: SAMPLES }, () => 3));
    expect(await resume()).toEqual(before);
    await change(otherDigests);
    await expect(resume()).rejects.toMatchObject(mismatch);
  });

  it.each<readonly [string, () => Promise<unknown>]>([
    ['is removed', () => rm(cache())],
    ['is emptied', () => truncate(cache(), 0)],
    ['is cut within a line', async () => truncate(cache(), Math.floor((await stat(cache())).size / 2))],
    ['has grown by nothing to a gigabyte', () => truncate(cache(), 1 << 30)],
    ['is one line without an end', () => writeFile(cache(), 'x'.repeat(1 << 22))],
    ['is a folder', () => rm(cache()).then(() => mkdir(cache()))],
    [
      'is damaged in every digest',
      async () =>
        writeFile(cache(), (await readFile(cache(), 'utf8')).replaceAll(/"sha256":"../g, '"sha256":"00')),
    ],
    [
      'has lines of something else',
      () => change((line) => ({ ...line, ...(line.files && { files: 'all' as never }) })),
    ],
    [
      'is of another version',
      () =>
        change((line) =>
          line.kind === 'known' ? { ...line, maskbenchVersion: '0.0.1' } : otherDigests(line),
        ),
    ],
    [
      'knows of other samples alone',
      () => change((line) => ({ ...otherDigests(line), ...('id' in line && { id: 'other' }) })),
    ],
  ])('needs nothing of what it knows: it %s', async (_how, damage) => {
    await damage();
    expect(await resume()).toEqual(before);
    const found = await stat(cache());
    if (found.isDirectory() || found.size > 1 << 29) return;
    // What had to be read again is known again.
    expect(await samplesOf()).toHaveLength(SAMPLES);
    await change(otherDigests);
    await expect(resume()).rejects.toMatchObject(mismatch);
  });

  it('reads nothing of a data set that was moved and moved back, and all of one that was copied', async () => {
    const masks = new Set<unknown>();
    for (const name of await readdir(at('masks')))
      masks.add(String((await stat(at('masks', name), { bigint: true })).ino));
    const isMask = (of: Record<string, unknown>): boolean => masks.has(String(of['state']).split(' ')[3]);
    const otherPairs = (line: Line): Line => ({
      ...line,
      ...(line.files && {
        files: line.files.map((of) => (isMask(of) ? of : { ...of, sha256: 'f'.repeat(64) })),
      }),
    });
    await rename(at('data'), at('aside'));
    await rename(at('aside'), at('data'));
    const was = await readFile(cache(), 'utf8');
    await change(otherPairs);
    await expect(resume()).rejects.toMatchObject(mismatch);
    await writeFile(cache(), was);
    await rename(at('data'), at('aside'));
    await cp(at('aside'), at('data'), { recursive: true, preserveTimestamps: true });
    await change(otherPairs);
    expect(await resume()).toEqual(before);
    await rm(at('data'), { recursive: true });
    await rename(at('aside'), at('data'));
  });

  it('believes that a run is complete only of the root that was read, and only of the same bytes', async () => {
    const root = (await linesOf()).find(({ kind }) => kind === 'complete')?.['root'];
    expect(root).toBe((JSON.parse(await readFile(at('out', 'seal.json'), 'utf8')) as { root: string }).root);
    await appendFile(at('out', 'scores.jsonl'), '{"key":"ab');
    await expect(resume()).rejects.toMatchObject({ code: 'run.damaged' });
  });

  it('is not asked by verify, nor by a run that is verified', async () => {
    await change(otherDigests);
    const { status, err } = await cli(['verify', 'out'], workspace.folder);
    expect(status, err).toBe(0);
  });

  it('makes a matte again that is gone from a finished run', async () => {
    const matte = at('out', 'predictions', 'luma', 'tiny', '001.png');
    for (const damage of [() => rm(matte), () => truncate(matte, 0)]) {
      await damage();
      await resume();
      expect((await stat(matte)).size).toBeGreaterThan(0);
    }
  });

  it.each([
    ['a ground truth', () => truth()],
    ['a picture', () => at('data', 'im', '001.png')],
  ])('notices %s that was changed, with its size and its times set back', async (_what, path) => {
    const found = await stat(path()).catch(() => undefined);
    const real = found === undefined ? path().replace(/png$/, 'jpg') : path();
    const putBack = await changeSecretly(real);
    await expect(resume()).rejects.toMatchObject(mismatch);
    await putBack();
    expect(await resume()).toEqual(before);
  });

  it('predicts again from a mask that was changed so', async () => {
    const putBack = await changeSecretly(at('masks', '001.png'));
    const line = async (): Promise<unknown> =>
      (await readRecords<{ id: string; cells: unknown }>(at('out', 'plan.jsonl'))).find(
        (of) => of.id === '001',
      )?.cells;
    const was = await line();
    await resume();
    expect(await line()).not.toEqual(was);
    await putBack();
  });
});

const tempFolder = useTempFolders();

describe('a file that was just changed', { timeout: 60_000 }, () => {
  /** What is kept of a picture and a mask that are read now. */
  async function keptOf(data: string, run: string): Promise<unknown> {
    const known = await openKnownFiles(runFolder(run));
    const files = await known.of({ dataset: 'd', id: '000' });
    await files.picture(join(data, 'im', '000.jpg')).catch(() => files.picture(join(data, 'im', '000.png')));
    await files.mask(join(data, 'gt', '000.png'));
    const line = files.line();
    await known.discard();
    return line && (JSON.parse(line.text) as Line).files?.length;
  }

  it('is read again until that is some seconds ago by the clock of its file system', async () => {
    const [data, run] = [await tempFolder(), await tempFolder()];
    await writePairedFolders(data, 1);
    expect(await keptOf(data, run)).toBeUndefined();
    await sleep(SETTLED_MS);
    expect(await keptOf(data, run)).toBe(2);
    // Set back by its owner: the change itself is now.
    await utimes(join(data, 'gt', '000.png'), new Date(0), new Date(0));
    expect(await keptOf(data, run)).toBe(1);
  });

  it('is read again longer where another file system has another clock', async (context) => {
    const other = '/dev/shm';
    const [run, found] = [await tempFolder(), await stat(other).catch(() => undefined)];
    if (found === undefined || found.dev === (await stat(run)).dev)
      return context.skip('there is no second file system here');
    const data = join(other, `maskbench-known-${process.pid}`);
    try {
      await writePairedFolders(data, 1);
      await sleep(SETTLED_MS);
      expect(await keptOf(data, run)).toBeUndefined();
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  });

  it('is kept in lines with a sum', async () => {
    const run = await tempFolder();
    await (await openKnownFiles(runFolder(run))).accept();
    const data = await tempFolder();
    await writePairedFolders(data, 1);
    await sleep(SETTLED_MS);
    const known = await openKnownFiles(runFolder(run));
    const files = await known.of({ dataset: 'd', id: '000' });
    await files.mask(join(data, 'gt', '000.png'));
    await known.add(files);
    await known.accept();
    const text = await readFile(join(run, 'files.cache'), 'utf8');
    const lines = text.split('\n').slice(0, -1);
    expect(lines).toHaveLength(2);
    for (const line of lines)
      expect(withSum(JSON.stringify({ ...JSON.parse(line), sum: undefined }))).toBe(line);
  });
});
