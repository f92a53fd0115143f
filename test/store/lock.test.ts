import { readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { lockRun } from '../../src/store/lock.js';
import { IS_BUILT } from '../support/cli.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();
const LOCK = join(PACKAGE_ROOT, 'dist', 'store', 'lock.js');

/** A process of its own that locks the folder, says so, and lives until it is killed. */
async function lockElsewhere(folder: string): Promise<ChildProcess> {
  const script = `
    const { lockRun } = await import(${JSON.stringify(LOCK)});
    await lockRun(${JSON.stringify(folder)}).then(() => console.log('locked'), (error) => console.log(error.code));
    setInterval(() => undefined, 1000);
    process.on('disconnect', () => process.exit());`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const [word] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  if (word.toString().trim() !== 'locked') throw new Error(`not locked: ${word.toString()}`);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

describe('the lock of a run folder', () => {
  it('is refused to a second holder, with who holds it and since when', async () => {
    const folder = await tempFolder();
    const lock = await lockRun(folder);
    await expect(lockRun(folder)).rejects.toMatchObject({
      code: 'run.locked',
      where: folder,
      message: expect.stringMatching(
        new RegExp(`^process ${process.pid} on .* is writing this run since 20`),
      ) as unknown,
    });
    await lock.release();
  });

  it('is free after its release, and leaves no file', async () => {
    const folder = await tempFolder();
    for (let i = 0; i < 3; i++) await (await lockRun(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('goes to one of many who ask at once', async () => {
    const folder = await tempFolder();
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockRun(folder)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await readdir(folder)).filter((name) => name !== '.lock')).toEqual([]);
  });

  it.skipIf(!IS_BUILT)(
    'of a live process is refused to another (skipped unless dist/ is built)',
    async () => {
      const folder = await tempFolder();
      const other = await lockElsewhere(folder);
      try {
        await expect(lockRun(folder)).rejects.toMatchObject({
          code: 'run.locked',
          message: expect.stringContaining(`process ${other.pid} `) as unknown,
        });
      } finally {
        await kill(other);
      }
    },
  );

  it.skipIf(!IS_BUILT)(
    'of a killed process is taken over at once (skipped unless dist/ is built)',
    async () => {
      const folder = await tempFolder();
      await kill(await lockElsewhere(folder));
      expect(await readdir(folder)).toEqual(['.lock']);
      const start = performance.now();
      const lock = await lockRun(folder);
      expect(performance.now() - start).toBeLessThan(1000);
      expect(JSON.parse(await readFile(join(folder, '.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
      await lock.release();
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'of a process whose number was given to another one is taken over (skipped where /proc is missing)',
    async () => {
      const folder = await tempFolder();
      const holder = { pid: process.pid, host: hostname(), started: '1', since: '2026-01-01' };
      await writeFile(join(folder, '.lock'), JSON.stringify(holder));
      await (await lockRun(folder)).release();
    },
  );

  it('of another host counts as alive, and the message says how to remove it', async () => {
    const folder = await tempFolder();
    const holder = { pid: 1, host: 'another-machine', started: null, since: '2026-01-01' };
    await writeFile(join(folder, '.lock'), JSON.stringify(holder));
    await expect(lockRun(folder)).rejects.toMatchObject({
      code: 'run.locked',
      remedy: expect.stringContaining(join(folder, '.lock')) as unknown,
    });
  });

  it('that holds nothing sensible is taken over', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, '.lock'), 'half a li');
    await (await lockRun(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is not released by one who has lost it', async () => {
    const folder = await tempFolder();
    const lock = await lockRun(folder);
    await writeFile(join(folder, '.lock'), 'of somebody else');
    await lock.release();
    expect(await readdir(folder)).toEqual(['.lock']);
  });
});
