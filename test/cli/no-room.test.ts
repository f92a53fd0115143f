import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences, outcomeOf } from '../../bench/support/kill-run.mjs';
import type { Summary } from '../../src/schema/summary.js';
import { cli, IS_BUILT, startCli, stopStarted, type CliResult } from '../support/cli.js';
import { shortOrLong } from '../support/long.js';
import { until } from '../support/processes.js';
import { makeWorkspace, type Workspace } from '../support/workspace.js';

let workspace: Workspace;

beforeAll(async () => {
  workspace = await makeWorkspace({ models: ['slow', 'luma'], samples: 8 });
});
afterAll(async () => {
  await stopStarted();
  await workspace.remove();
});

const argv = (out: string, ...more: readonly string[]): readonly string[] => {
  return ['run', 'run.yaml', '--no-time', '--models', 'luma', '--out', out, ...more];
};
/** A process of its own has only its own files open, and leaves none open. */
const start = (out: string, ...more: readonly string[]): ReturnType<typeof startCli> =>
  startCli(argv(out, ...more), workspace.folder);
const inside = (out: string, ...more: readonly string[]): Promise<CliResult> =>
  cli(argv(out, ...more), workspace.folder);

/** The line that says why, of which there is one. */
function reasonOf({ err }: CliResult): string {
  const lines = err.split('\n').filter((line) => line.startsWith('maskbench: '));
  expect(lines, err).toHaveLength(1);
  expect(err).not.toContain('bug');
  return lines[0] ?? '';
}

/** Why a small file system cannot be mounted here; null where it can. */
function whyNoMount(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'mounting needs root on Linux';
  const folder = mkdtempSync(join(tmpdir(), 'maskbench-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return null;
  } catch {
    return 'root may not mount here';
  } finally {
    rmdirSync(folder);
  }
}
const noMount = whyNoMount();

describe
  .skipIf(!IS_BUILT || noMount !== null)
  .concurrent(
    `a disk (skipped unless dist/ is built)${noMount === null ? '' : ` (skipped: ${noMount})`}`,
    () => {
      const mounted: string[] = [];
      const mount = (disk: string, ...args: readonly string[]): void =>
        void execFileSync('mount', [...args, workspace.path(disk)]);
      /** A small file system of the test's own. */
      const makeDisk = async (disk: string, ...args: readonly string[]): Promise<void> => {
        await mkdir(workspace.path(disk));
        mount(disk, '-t', 'tmpfs', ...args, 'tmpfs');
        mounted.push(disk);
      };

      afterAll(() => {
        for (const disk of mounted) execFileSync('umount', [workspace.path(disk)]);
      });

      // Full in the midst of the mattes, and in the long form before the first; and of a table of files without room for one more.
      it.each(
        shortOrLong(['size=24k', 'nr_inodes=9'], ['size=8k', 'size=24k', 'nr_inodes=4', 'nr_inodes=9']),
      )(
        'that is full (%s) is told in one line, with 75, and the run completes once there is room',
        async (limit) => {
          const disk = limit.replace('=', '-');
          await makeDisk(disk, '-o', limit);
          const full = await start(`${disk}/run`).result;
          expect(full.status, full.err).toBe(75);
          expect(reasonOf(full)).toMatch(
            /^maskbench: .*(size|inodes)-\d+k?.run: no space left .*; make room there, then continue with (--resume|"maskbench resume .*")$/,
          );
          mount(disk, '-o', 'remount,size=16m,nr_inodes=10000');
          const resumed = await inside(`${disk}/run`, '--resume');
          expect(resumed.status, resumed.err).toBe(0);
          expect(resumed.out).toMatch(/luma .* 8\/8/);
        },
        240_000,
      );

      it('that is full when shards are merged says to merge again', async () => {
        for (const shard of ['1/2', '2/2'])
          expect(
            await cli(argv(`shard${shard[0]}`, '--limit', '2', '--shard', shard), workspace.folder),
          ).toMatchObject({ status: 0 });
        await makeDisk('small', '-o', 'size=8k');
        expect(
          await cli(['merge', 'shard1', 'shard2', '--out', 'small/run'], workspace.folder),
        ).toMatchObject({
          status: 75,
          err: expect.stringMatching(/no space left on the disk; make room there, then merge again\n$/),
        });
      }, 240_000);

      it('that is read-only is told in one line, with 64, and the run completes once it is not', async () => {
        await makeDisk('disk');
        expect(await inside('disk/run', '--limit', '2')).toMatchObject({ status: 0 });
        mount('disk', '-o', 'remount,ro');
        for (const refused of [
          await inside('disk/run', '--limit', '2', '--resume'),
          await inside('disk/new'),
        ]) {
          expect(refused.status, refused.err).toBe(64);
          expect(reasonOf(refused)).toMatch(
            /cannot be written to: the disk is read-only; choose another folder with --out$/,
          );
        }
        expect(await cli(['verify', '--seal', 'disk/run'], workspace.folder)).toMatchObject({
          status: 64,
          err: expect.stringMatching(
            /^maskbench: .*disk.run: cannot write: the disk is read-only; name another place\n$/,
          ),
        });
        mount('disk', '-o', 'remount,rw');
        expect(await inside('disk/run', '--limit', '2', '--resume')).toMatchObject({ status: 0 });
      }, 240_000);
    },
  );

describe
  .skipIf(!IS_BUILT || process.platform !== 'linux')
  .concurrent('too few file handles (skipped unless dist/ is built, on Linux)', () => {
    it.each([24, 64])('to start with (%i) are told in one line, with 75', async (limit) => {
      const behind = ['sh', '-c', `ulimit -n ${limit} && exec "$@"`, 'sh'];
      const few = await startCli(argv(`few-${limit}`), workspace.folder, {}, behind).result;
      expect(few.status, few.err).toBe(75);
      expect(few.err).toMatch(
        /^maskbench: .*too few file handles; let the process open more files \(ulimit -n\), then .*\n$/,
      );
    });

    it('in the midst of a run end it with 75, and no cell has failed by it', async () => {
      const few = (out: string, ...more: readonly string[]): readonly string[] => [
        'run',
        'run.yaml',
        '--no-time',
        '--models',
        'slow',
        '--out',
        out,
        ...more,
      ];
      expect(await cli(few('undisturbed'), workspace.folder)).toMatchObject({ status: 0 });
      const running = startCli(few('midst'), workspace.folder);
      await until('the first matte is there', () =>
        existsSync(workspace.path('midst', 'predictions', 'slow', 'tiny')),
      );
      execFileSync('prlimit', ['--pid', String(running.pid), '--nofile=8:8']);
      const ended = await running.result;
      expect(ended.status, ended.err).toBe(75);
      expect(reasonOf(ended)).toMatch(/too few file handles; let the process open more files/);
      expect(await readFile(workspace.path('midst', 'predictions.jsonl'), 'utf8')).not.toContain('failed');
      expect(await cli(few('midst', '--resume'), workspace.folder)).toMatchObject({ status: 0 });
      const [expected, got] = [
        await outcomeOf(workspace.path('undisturbed')),
        await outcomeOf(workspace.path('midst')),
      ];
      expect(differences(expected, got)).toEqual([]);
    }, 120_000);
  });

describe('a manifest of 0 bytes', () => {
  it('is told by every reader in one line, and made anew by --resume', async () => {
    const run = (...more: readonly string[]): Promise<CliResult> =>
      cli(argv('out', ...more), workspace.folder);
    expect(await run()).toMatchObject({ status: 0 });
    const before = await outcomeOf(workspace.path('out'));
    const predictions = await readFile(workspace.path('out', 'predictions.jsonl'), 'utf8');
    await truncate(workspace.path('out', 'manifest.json'), 0);
    await rm(workspace.path('out', 'summary.json'));
    for (const reader of [
      ['merge', 'out', '--out', 'merged'],
      ['check', '--baseline', 'out', '--candidate', 'out'],
    ]) {
      const read = await cli(reader, workspace.folder);
      expect(read.status, read.err).toBe(65);
      expect(reasonOf(read)).toMatch(/manifest.json: the file is empty \(0 bytes\); .*--resume$/);
    }
    expect(await run()).toMatchObject({ status: 64 });
    const resumed = await run('--resume');
    expect(resumed.status, resumed.err).toBe(0);
    expect(differences(before, await outcomeOf(workspace.path('out')))).toEqual([]);
    expect(await readFile(workspace.path('out', 'predictions.jsonl'), 'utf8')).toBe(predictions);
  });
});

describe('a picture beyond the limit of pixels', () => {
  /** Of 30000 x 20000 pixels by its header, which is all that there is. */
  const claim = Buffer.from('89504e470d0a1a0a0000000d494844520000753000004e200800000000', 'hex');

  it('is a failed cell with its reason, and the others are scored', async () => {
    const { default: sharp } = await import('sharp');
    const whole = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    // What follows the header of a whole picture, after a header (with its check sum) that claims more.
    const { crc32 } = await import('node:zlib');
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(claim.subarray(12)));
    const truth = workspace.path('data', 'gt', '001.png');
    const before = await readFile(truth);
    await writeFile(truth, Buffer.concat([claim, sum, whole.subarray(33)]));
    const result = await inside('one', '--json');
    await writeFile(truth, before);
    expect(result.status, result.err).toBe(3);
    const { cells, failures } = JSON.parse(result.out) as Summary;
    expect(cells).toEqual({ planned: 8, scored: 7, failed: 1 });
    expect(failures).toMatchObject([{ id: '001', failure: { code: 'data.too-large' } }]);
    expect(result.err).toContain(
      'more than 500 megapixels; make the picture smaller, or raise the limit with --max-megapixels where',
    );
  });

  it.skipIf(!IS_BUILT)('has a limit that can be set (skipped unless dist/ is built)', async () => {
    const env = { MASKBENCH_MAX_MEGAPIXELS: '0.001' };
    const few = await startCli(argv('all'), workspace.folder, env).result;
    expect(few.status, few.err).toBe(3);
    expect(few.err).toContain('8 of 8 cells failed');
    // The option goes before the run's file, and that before the environment.
    const file = workspace.path('limited.yaml');
    await writeFile(file, `${await readFile(workspace.config, 'utf8')}maxMegapixels: 0.001\n`);
    const limited = await cli(['run', file, '--no-time', '--out', 'limited'], workspace.folder);
    expect(limited.err).toContain('16 of 16 cells failed');
    const more = ['--max-megapixels', '1', '--resume'];
    const resumed = await cli(['run', file, '--no-time', '--out', 'limited', ...more], workspace.folder);
    expect(resumed.status, resumed.err).toBe(0);
    expect(process.env['MASKBENCH_MAX_MEGAPIXELS']).toBeUndefined();
    const verified = ['datasets', 'verify', './tiny.yaml'];
    const verify = (...flags: readonly string[]) => cli([...verified, ...flags], workspace.folder);
    expect((await verify()).status).toBe(0);
    expect((await verify('--max-megapixels', '0.001')).status).toBe(65);
    expect((await verify('--max-megapixels', 'many')).err).toMatch(/expected megapixels, such as 1000/);
    const wrong = await startCli(argv('other'), workspace.folder, { MASKBENCH_MAX_MEGAPIXELS: 'many' })
      .result;
    expect(wrong.status, wrong.err).toBe(64);
    expect(reasonOf(wrong)).toContain('MASKBENCH_MAX_MEGAPIXELS is "many"; expected megapixels, such as 500');
  });
});
