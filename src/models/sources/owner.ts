import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { systemCode } from '../../core/system-code.js';

const HOST = hostname().replace(/[^A-Za-z0-9]/g, '') || 'host';
const TOKEN = randomBytes(4).toString('hex');
const QUIET_MS = 15 * 60_000;
const FORGOTTEN_MS = 7 * 24 * 3600_000;
let counter = 0;

/** A name for something temporary that says which process it belongs to: `<key>.<host>-<pid>-<token>-<n>.<ending>`. */
export function ownedName(key: string, ending: string): string {
  counter += 1;
  return `${key}.${HOST}-${process.pid}-${TOKEN}-${counter}.${ending}`;
}

/** The name of something that its process has left for whoever comes next. */
export function leftName(key: string, ending: string): string {
  return `${key}.left.${ending}`;
}

/**
 * Whether nobody works any more on what lies under such a name: it was left, or its process is gone. On this host the
 * system knows; of another (a shared folder, a container that came back under a new name) a quarter of an hour
 * without a change tells.
 */
export function isAbandoned(path: string, mtimeMs: number): boolean {
  if (/\.left\.[a-z]+$/.test(path)) return true;
  const [, host, pid, token] = /\.([A-Za-z0-9]+)-(\d+)-([0-9a-f]+)-\d+\.[a-z]+$/.exec(basename(path)) ?? [];
  if (host === undefined || pid === undefined) return false;
  if (host !== HOST) return Date.now() - mtimeMs > QUIET_MS;
  if (Number(pid) === process.pid) return token !== TOKEN;
  return !isAlive(Number(pid));
}

/** Makes the folder for temporary things, and removes from it what killed processes left and nobody came back for. */
export async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || !isAbandoned(path, found.mtimeMs)) continue;
    // A part may yet be gone on from; a half-unpacked package is of no use to anyone.
    const forgotten = found.isDirectory() || Date.now() - found.mtimeMs > FORGOTTEN_MS;
    if (forgotten) await rm(path, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
