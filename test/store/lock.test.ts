import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openJsonl } from '../../src/core/jsonl.js';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { lockRun } from '../../src/store/lock.js';
import { newOwner, ownerText } from '../../src/store/lock-owner.js';
import { runFolder } from '../../src/store/run-folder.js';
import { IS_BUILT } from '../support/cli.js';
import {
  insideOf,
  noNamespaces,
  OTHER_HOST,
  OTHER_PROCESSES,
  otherBoot,
  skippedHere,
} from '../support/namespaces.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();
const module = (...names: readonly string[]): string => JSON.stringify(join(PACKAGE_ROOT, 'dist', ...names));

interface Elsewhere {
  readonly child: ChildProcess;
  /** Has it append a line to the scores that it opened at the start, or release the lock; what it answers. */
  ask(what: string): Promise<string>;
}

/** A process of its own that locks the folder, opens the scores, and lives until it is killed. */
async function lockElsewhere(folder: string, inside: readonly string[] = []): Promise<Elsewhere> {
  const script = `
    import { createInterface } from 'node:readline';
    const { lockRun } = await import(${module('store', 'lock.js')});
    const { openJsonl } = await import(${module('core', 'jsonl.js')});
    const told = (error) => console.log(error.code ?? String(error));
    const lock = await lockRun(${JSON.stringify(folder)}, { waitMs: 0 }).catch((error) => {
      told(error);
      process.exit(1);
    });
    const writer = await openJsonl(${JSON.stringify(runFolder(folder).scores)}, lock.assertHeld);
    console.log('locked');
    for await (const what of createInterface({ input: process.stdin })) {
      if (what === 'assert') await lock.assertHeld().then(() => console.log('held'), told);
      else if (what === 'release') await lock.release().then(() => console.log('released'), told);
      else await writer.append(what).then(() => console.log('written'), told);
    }`;
  const [command = '', ...args] = [...inside, process.execPath, '--input-type=module', '--eval', script];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [word] = (await once(lines, 'line')) as [string];
  if (word !== 'locked') throw new Error(`not locked: ${word}`);
  return {
    child,
    async ask(what) {
      const answer = once(lines, 'line');
      child.stdin.write(`${what}\n`);
      return ((await answer) as [string])[0];
    },
  };
}

async function kill({ child }: Elsewhere): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Long against what a live owner that has to share the processor may miss. */
const SOON = { waitMs: 30_000, goneAfterMs: 3000 };

describe.concurrent('the lock of a run folder', () => {
  it('is refused to a second holder, with who holds it and since when', async () => {
    const folder = await tempFolder();
    const lock = await lockRun(folder);
    await expect(lockRun(folder, { waitMs: 0 })).rejects.toMatchObject({
      code: 'run.locked',
      where: folder,
      message: expect.stringMatching(
        new RegExp(`^process ${process.pid} on .* has been writing this run since 20`),
      ) as unknown,
    });
    await lock.release();
  });

  it('is free after its release, and leaves no file', async () => {
    const folder = await tempFolder();
    for (let i = 0; i < 3; i++) await (await lockRun(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('goes to one of many who ask at once, and to each in turn who waits', async () => {
    const folder = await tempFolder();
    const many = Array.from({ length: 8 });
    const outcomes = await Promise.allSettled(many.map(() => lockRun(folder, { waitMs: 0 })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['.lock']);
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value.release();
    let inside = 0;
    const inTurn = async (): Promise<void> => {
      const lock = await lockRun(folder, SOON);
      expect(++inside).toBe(1);
      await sleep(5);
      inside--;
      await lock.release();
    };
    await Promise.all(many.map(inTurn));
    expect(await readdir(folder)).toEqual([]);
  });

  it('of one that goes on is waited for, said once, and stays with its owner beyond the time of silence', async () => {
    const folder = await tempFolder();
    const lock = await lockRun(folder);
    const told: string[] = [];
    const options = { waitMs: 4500, goneAfterMs: 3000, onWait: (message: string) => void told.push(message) };
    await expect(lockRun(folder, options)).rejects.toMatchObject({ code: 'run.locked' });
    expect(told).toEqual([expect.stringMatching(/^process \d+ on .*; waiting for it up to 5 s$/)]);
    await lock.assertHeld();
    await lock.release();
  });

  it('stops waiting when it is interrupted', async () => {
    const folder = await tempFolder();
    const lock = await lockRun(folder);
    const interrupt = new AbortController();
    const waiting = lockRun(folder, { signal: interrupt.signal, onWait: () => interrupt.abort() });
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('that holds nothing sensible, or names a process of another machine, is followed when it stands still', async () => {
    const folder = await tempFolder();
    const foreign = { ...newOwner(), bootId: 'of another machine' };
    for (const text of ['half a li', '', ownerText(foreign, true, 7)]) {
      await writeFile(join(folder, '.lock'), text);
      await expect(lockRun(folder, { waitMs: 0 })).rejects.toMatchObject({ code: 'run.locked' });
      const start = performance.now();
      await (await lockRun(folder, { waitMs: 30_000, goneAfterMs: 500 })).release();
      expect(performance.now() - start).toBeGreaterThan(500);
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('is not released by one who has lost it, and says so when it is asked', async () => {
    const folder = await tempFolder();
    const lock = await lockRun(folder);
    await lock.assertHeld();
    await writeFile(join(folder, '.lock'), 'of somebody else');
    await expect(lock.assertHeld()).rejects.toMatchObject({ code: 'run.lost', where: folder });
    await lock.release();
    expect(await readdir(folder)).toEqual(['.lock']);
  });

  it('is told when the folder was removed: nobody has taken over', async () => {
    const folder = await tempFolder();
    const lock = await lockRun(folder);
    await rm(folder, { recursive: true });
    await expect(lock.assertHeld()).rejects.toMatchObject({
      code: 'run.lost',
      message: 'the run folder was removed while the run was written',
    });
    await lock.release();
  });

  it('is followed by one of many, also where one before was killed in the midst of following', async () => {
    const folder = await tempFolder();
    const foreign = { ...newOwner(), bootId: 'of another machine' };
    await writeFile(join(folder, '.lock'), ownerText(foreign, true, 7));
    const killed = ownerText({ ...newOwner(), bootId: 'of a third machine' }, false, 1);
    await writeFile(join(folder, `.lock.after-${foreign.token}`), killed);
    const options = { waitMs: 9000, goneAfterMs: 2500 };
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => lockRun(folder, options)));
    const held = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(held).toHaveLength(1);
    for (const lock of held) {
      await lock.assertHeld();
      await lock.release();
    }
    expect(await readdir(folder)).toEqual([]);
  });
});

describe.skipIf(!IS_BUILT).concurrent('the lock between processes (skipped unless dist/ is built)', () => {
  it('of a live process is refused to another', async () => {
    const folder = await tempFolder();
    const other = await lockElsewhere(folder);
    try {
      await expect(lockRun(folder, { waitMs: 0 })).rejects.toMatchObject({
        code: 'run.locked',
        message: expect.stringContaining(`process ${other.child.pid} `) as unknown,
      });
      const waiting = lockRun(folder, SOON);
      expect(await other.ask('release')).toBe('released');
      await (await waiting).release();
    } finally {
      await kill(other);
    }
  });

  it.skipIf(process.platform !== 'linux')(
    'of a killed process is followed at once (skipped where the system does not tell its boot)',
    async () => {
      const folder = await tempFolder();
      await kill(await lockElsewhere(folder));
      expect(await readdir(folder)).toEqual(['.lock', 'scores.jsonl']);
      const start = performance.now();
      const lock = await lockRun(folder, { waitMs: 0 });
      expect(performance.now() - start).toBeLessThan(1000);
      expect(JSON.parse(await readFile(join(folder, '.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
      await lock.release();
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'of a process whose number was given to another one is followed at once (skipped where /proc is missing)',
    async () => {
      const folder = await tempFolder();
      await writeFile(join(folder, '.lock'), ownerText({ ...newOwner(), started: '1' }, true, 1));
      await (await lockRun(folder, { waitMs: 0 })).release();
    },
  );

  it.skipIf(process.platform === 'win32')(
    'of a stopped process is followed, and what that one still writes is in no file (skipped on Windows)',
    async () => {
      const folder = await tempFolder();
      const { scores } = runFolder(folder);
      const other = await lockElsewhere(folder);
      try {
        expect(await other.ask('first')).toBe('written');
        other.child.kill('SIGSTOP');
        const lock = await lockRun(folder, SOON);
        const writer = await openJsonl(scores, lock.assertHeld);
        await writer.append('second');
        other.child.kill('SIGCONT');
        // It had the file open; that it does not look at the lock before makes no difference.
        expect(await other.ask('late')).toBe('written');
        expect(await other.ask('assert')).toBe('run.lost');
        await writer.append('third');
        await writer.close();
        expect(await other.ask('release')).toBe('released');
        await lock.assertHeld();
        await lock.release();
        expect(await readFile(scores, 'utf8')).toBe('"first"\n"second"\n"third"\n');
        expect(await readdir(folder)).toEqual(['scores.jsonl']);
      } finally {
        await kill(other);
      }
    },
    60_000,
  );

  it.skipIf(noNamespaces !== null)(
    `is one lock for processes that are both number 1, each in its own namespace${skippedHere}`,
    async () => {
      const folder = await tempFolder();
      const other = await lockElsewhere(folder, OTHER_PROCESSES);
      try {
        const text = await readFile(join(folder, '.lock'), 'utf8');
        expect(JSON.parse(text)).toMatchObject({ pid: 1 });
        // The same number, by another start: from here it would be gone, and there it lives.
        await expect(lockElsewhere(folder, OTHER_PROCESSES)).rejects.toThrow('not locked: run.locked');
        await expect(lockRun(folder, { waitMs: 5000, goneAfterMs: 3500 })).rejects.toMatchObject({
          code: 'run.locked',
          message: expect.stringMatching(/^process 1 on /) as unknown,
        });
        expect(await other.ask('first')).toBe('written');
        process.kill(insideOf(other.child.pid ?? -1), 'SIGKILL');
        await once(other.child, 'exit');
        await expect(lockRun(folder, { waitMs: 0 })).rejects.toMatchObject({ code: 'run.locked' });
        await (await lockRun(folder, SOON)).release();
        expect(await readdir(folder)).toEqual(['scores.jsonl']);
      } finally {
        await kill(other);
      }
    },
    90_000,
  );

  it.skipIf(noNamespaces !== null)(
    `goes by the system and not by the name of the host${skippedHere}`,
    async () => {
      const folder = await tempFolder();
      const renamed = await lockElsewhere(folder, OTHER_HOST);
      expect(JSON.parse(await readFile(join(folder, '.lock'), 'utf8'))).toMatchObject({ host: 'elsewhere' });
      await expect(lockRun(folder, { waitMs: 0 })).rejects.toMatchObject({ code: 'run.locked' });
      await kill(renamed);
      await (await lockRun(folder, { waitMs: 0 })).release();

      const boot = join(await tempFolder(), 'boot');
      await writeFile(boot, '00000000-1111-2222-3333-444444444444\n');
      const booted = await lockElsewhere(folder, otherBoot(boot));
      expect(JSON.parse(await readFile(join(folder, '.lock'), 'utf8'))).toMatchObject({
        bootId: '00000000-1111-2222-3333-444444444444',
      });
      await kill(booted);
      // Gone, and of the same host by name: but that cannot be known of another boot.
      await expect(lockRun(folder, { waitMs: 0 })).rejects.toMatchObject({ code: 'run.locked' });
      await (await lockRun(folder, SOON)).release();
    },
    90_000,
  );
});
