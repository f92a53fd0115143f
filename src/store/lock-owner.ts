import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { sha256 } from '../core/hash.js';
import { systemCode } from '../core/system-code.js';

const ownerSchema = z.object({
  /** Of this lock alone; a process that locks again has another one. */
  token: z.string().regex(/^[0-9a-f]+$/),
  pid: z.number(),
  host: z.string(),
  /** Of the system that the process runs on, where that tells; its start, and so the machine. */
  bootId: z.string().nullable(),
  /** In which its number means anything; containers have one each. */
  namespaces: z.string(),
  /** In clock ticks since boot, where the system tells: a process number may be used again. */
  started: z.string().nullable(),
  since: z.string(),
  /** Whether no earlier owner can still write into the files of the run. */
  settled: z.enum(['yes', 'no ']),
  beat: z.string(),
});

/** Who holds a run folder, as the lock says. */
export type LockOwner = z.output<typeof ownerSchema>;

/** This process as the owner of a lock, with a token that no other lock has. */
export function newOwner(): LockOwner {
  return {
    token: randomBytes(8).toString('hex'),
    pid: process.pid,
    host: hostname(),
    bootId: BOOT_ID,
    namespaces: NAMESPACES,
    started: startTime('self'),
    since: new Date().toISOString(),
    settled: 'no ',
    beat: '',
  };
}

/** What a lock's file holds; as long for every beat, so that it can be written over in place. */
export function ownerText(owner: LockOwner, settled: boolean, beat: number): string {
  const state = { settled: settled ? 'yes' : 'no ', beat: String(beat).padStart(12, '0') };
  return `${JSON.stringify({ ...owner, ...state })}\n`;
}

/** The owner that a lock names; `undefined` where it is not (yet) written, damaged or of another version. */
export function parseOwner(text: string): LockOwner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What a lock is told from all others by, whatever it holds. */
export function tokenOf(text: string): string {
  return parseOwner(text)?.token ?? sha256(text).slice(0, 16);
}

export function describeOwner(owner: LockOwner | undefined, what = 'this run'): string {
  return owner === undefined
    ? `another process is writing ${what}`
    : `process ${owner.pid} on ${owner.host} has been writing ${what} since ${owner.since}`;
}

/**
 * Whether the system says that the process is gone: it runs this very system, counts processes as we do, and there is none
 * of that number and start. Of any other process nothing is known; also not of one on a host or container of the same name.
 */
export function isKnownGone({ pid, bootId, namespaces, started }: LockOwner): boolean {
  if (bootId === null || bootId !== BOOT_ID || namespaces !== NAMESPACES) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return true;
  }
  const found = startTime(pid);
  return found !== null && started !== null && found !== started;
}

const BOOT_ID = readBootId();
const NAMESPACES = ['pid', 'time']
  .map((kind) => tryRead(() => readlinkSync(`/proc/self/ns/${kind}`)))
  .join(' ');

function readBootId(): string | null {
  const read = {
    linux: () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'),
    darwin: () => execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8', stdio: 'pipe' }),
  } as Partial<Record<NodeJS.Platform, () => string>>;
  return tryRead(read[process.platform] ?? (() => ''))?.trim() || null;
}

/**
 * Field 22 of /proc/<pid>/stat, another word for a process that has ended and is not yet waited for; null where there is no
 * such file, or where /proc is that of another namespace, and its numbers are not ours.
 */
function startTime(pid: number | 'self'): string | null {
  const self = tryRead(() => readFileSync('/proc/self/stat', 'utf8'));
  if (self === null || Number.parseInt(self, 10) !== process.pid) return null;
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  return fields[0] === 'Z' ? 'ended' : (fields[19] ?? null);
}

function tryRead(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
