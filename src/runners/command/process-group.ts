import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgramEnvironment } from './environment.js';

/** Somebody else's process, and whatever it starts: one group, which is ended as a whole. */
export interface ProcessGroup {
  /** Undefined where it did not start. */
  readonly pid: number | undefined;
  readonly child: ChildProcess;
  /** How the process itself ended, in words; those that it started may still live. */
  readonly exit: Promise<GroupExit>;
  /** What it said last on stderr, without its secrets; bounded. */
  lastWords(): string;
  /** Lets it end by itself for so many milliseconds, then ends all of its processes. */
  end(graceMs: number): Promise<void>;
}

export interface GroupExit {
  /** Of a process that ended by itself. */
  readonly status: number | null;
  readonly text: string;
  /** Killed from outside, as the system does when memory runs out. */
  readonly killed: boolean;
}

interface GroupRequest {
  readonly run: readonly string[];
  readonly folder: string;
  /** For its files; removed if Maskbench is killed. */
  readonly scratch: string;
  readonly environment: ProgramEnvironment;
  /** Added to its environment. */
  readonly more: Readonly<Record<string, string>>;
}

const STDERR_KEPT = 16_384;
const WORDS_LINES = 8;
const WORDS_LENGTH = 1000;
/** A process that has ended may have left a few bytes in its pipe. */
const DRAIN_MS = 200;

/** Names the processes of a group that left it (setsid): they inherit it. */
const MARK = 'MASKBENCH_PROGRAM';

/**
 * Waits until the pipe that it reads is closed, which the end of Maskbench does however it comes; then ends every process of
 * the group $1, and, where /proc tells, those with the mark $2 in their environment, until none is left. Where nobody said a
 * word before, Maskbench is gone, and the folder $3 is nobody's any more.
 */
const KEEPER = `word=
read -r word
kill -KILL -- "-$1" 2>/dev/null
for turn in 1 2 3 4 5; do
  found=$(grep -lsF -- "$2" /proc/[0-9]*/environ 2>/dev/null)
  [ -n "$found" ] || break
  for file in $found; do
    pid=\${file#/proc/}
    kill -KILL "\${pid%/environ}" 2>/dev/null
  done
done
[ -n "$word" ] || rm -rf -- "$3"
exit 0`;

/** Starts a program as the leader of a group of its own, with a keeper that ends the group when this process is gone. */
export function startGroup({ run, folder, scratch, environment, more }: GroupRequest): ProcessGroup {
  const [command, ...args] = run;
  const mark = `${MARK}=${randomUUID()}`;
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...environment.variables, ...more, [MARK]: mark.slice(MARK.length + 1) },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const keeper = child.pid === undefined ? undefined : startKeeper(child.pid, mark, scratch);
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-STDERR_KEPT);
  });
  child.stdin?.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const exit = new Promise<GroupExit>((resolve) => {
    child.once('error', (error) => {
      resolve({ status: null, text: whyNotStarted(error, command, folder), killed: false });
    });
    child.once('exit', (status, signal) => {
      const text = signal === null ? `ended with exit status ${status}` : `was ended by ${signal}`;
      const told = { status, text, killed: signal === 'SIGKILL' };
      void Promise.race([closed, sleep(DRAIN_MS)]).then(() => resolve(told));
    });
  });
  let ending: Promise<void> | undefined;
  const end = async (graceMs: number): Promise<void> => {
    child.stdin?.end();
    if (graceMs > 0) await Promise.race([exit, sleep(graceMs)]);
    if (child.pid === undefined) return;
    if (keeper === undefined) child.kill('SIGKILL');
    else await keeper.release();
    await exit;
  };
  return {
    pid: child.pid,
    child,
    exit,
    lastWords: () => inShort(environment.redact(tail)),
    end: (graceMs) => (ending ??= end(graceMs)),
  };
}

/** The system says ENOENT of the program whether that is missing or its folder. */
function whyNotStarted(error: NodeJS.ErrnoException, command: string, folder: string): string {
  if (error.code !== 'ENOENT') return `does not start: ${error.message}`;
  if (!existsSync(folder)) return `does not start: there is no folder ${folder} to run it in`;
  const hint = /\s/.test(command) ? '; its arguments are items of their own, no shell reads them' : '';
  return `does not start: there is no "${command}"${hint}`;
}

/** Undefined where there are no groups (Windows). */
function startKeeper(pid: number, mark: string, scratch: string): { release(): Promise<void> } | undefined {
  if (process.platform === 'win32') return undefined;
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'maskbench-keeper', String(pid), mark, scratch], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const done = new Promise<void>((resolve) => {
    keeper.once('exit', () => resolve());
    keeper.once('error', () => {
      // Without a keeper the group is ended from here.
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
      resolve();
    });
  });
  keeper.stdin.on('error', () => undefined);
  return {
    async release() {
      keeper.stdin.end('ended\n');
      await done;
    },
  };
}

/** The last lines of a text, on one line. */
function inShort(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.slice(-WORDS_LINES).join(' | ').slice(-WORDS_LENGTH);
}
