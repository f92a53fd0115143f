import { join } from 'node:path';
import { type MachineFiles, readSystemFile } from './machine-files.js';

/** A control group that this process is in, or one above it. */
interface GroupLimit {
  /** Where it is mounted, e.g. `/sys/fs/cgroup/kubepods/pod1`. */
  readonly group: string;
  /** Processors' worth of time that it may use; null: no limit of its own. */
  readonly cores: number | null;
  /** Milliseconds for which its tasks were held back so far, over all processors; null where it does not tell. */
  readonly heldMs: number | null;
}

export interface ProcessorLimits {
  /** From our own group up to the highest that can be seen; a limit of any of them holds for us. */
  readonly groups: readonly GroupLimit[];
  /** `hidden`: there are groups above the highest one (a container sees only its own). `untold`: there are none to be read. */
  readonly known: 'all' | 'hidden' | 'untold';
}

/** The limits on processor time of every control group that this process is in, of either version. */
export function readProcessorLimits(files: MachineFiles): ProcessorLimits {
  const found = findHierarchy(files, 'cpu');
  if (found === null) return { groups: [], known: 'untold' };
  const { version, folders } = found;
  const groups = folders.map(({ path, shown }) => ({
    group: shown,
    ...(version === 1 ? readFirst(path) : readSecond(path)),
  }));
  return { groups, known: found.isWhole ? 'all' : 'hidden' };
}

/** The least memory, in bytes, that a control group of this process may use; null: no limit. */
export function readMemoryLimit(files: MachineFiles): number | null {
  const limits = (findHierarchy(files, 'memory')?.folders ?? []).flatMap(({ path }) => {
    const text = readSystemFile(path, 'memory.max') ?? readSystemFile(path, 'memory.limit_in_bytes');
    return text === null || text === 'max' ? [] : [Number(text)];
  });
  return limits.length === 0 ? null : Math.min(...limits);
}

/** Version 1: nanoseconds, and a quota and a period in files of their own; -1 is no limit. */
function readFirst(path: string): Omit<GroupLimit, 'group'> {
  const quota = Number(readSystemFile(path, 'cpu.cfs_quota_us') ?? -1);
  const period = Number(readSystemFile(path, 'cpu.cfs_period_us') ?? 100_000);
  const nanos = /^throttled_time (\d+)$/m.exec(readSystemFile(path, 'cpu.stat') ?? '')?.[1];
  return {
    cores: quota > 0 ? quota / period : null,
    heldMs: nanos === undefined ? null : Number(nanos) / 1e6,
  };
}

/** Version 2: microseconds, and a quota and a period in one line; `max` is no limit. */
function readSecond(path: string): Omit<GroupLimit, 'group'> {
  const [quota = 'max', period = '100000'] = (readSystemFile(path, 'cpu.max') ?? 'max').split(' ');
  const micros = /^throttled_usec (\d+)$/m.exec(readSystemFile(path, 'cpu.stat') ?? '')?.[1];
  return {
    cores: quota === 'max' ? null : Number(quota) / Number(period),
    heldMs: micros === undefined ? null : Number(micros) / 1e3,
  };
}

interface Hierarchy {
  readonly version: 1 | 2;
  /** From our own group upwards: where it is read, and how the system calls it. */
  readonly folders: readonly { readonly path: string; readonly shown: string }[];
  /** Whether the last of them is the root of all groups. */
  readonly isWhole: boolean;
}

/** A controller is in a hierarchy of version 1 of its own where there is one, and else in the one of version 2. */
function findHierarchy({ proc, sys }: MachineFiles, controller: string): Hierarchy | null {
  const memberships = (readSystemFile(proc, 'self/cgroup') ?? '').split('\n').flatMap((line) => {
    const [, names, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    return names === undefined || path === undefined ? [] : [{ names: names.split(','), path }];
  });
  const mounts = (readSystemFile(proc, 'self/mountinfo') ?? '').split('\n').flatMap(parseMount);
  const inFirst = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller));
  const mount = inFirst ?? mounts.find(({ type }) => type === 'cgroup2');
  const own = memberships.find(({ names }) => names.includes(inFirst === undefined ? '' : controller))?.path;
  if (mount === undefined || own === undefined) return null;
  const version = inFirst === undefined ? 2 : 1;
  // What is mounted may begin at a group far down, and our own path may lead out of what can be seen.
  const below = own === mount.root || own.startsWith(mount.root === '/' ? '/' : `${mount.root}/`);
  const names = below ? own.slice(mount.root.length).split('/').filter(Boolean) : [];
  const inside = names.includes('..') ? [] : names;
  const folders = Array.from({ length: inside.length + 1 }, (_, up) => {
    const shown = join(mount.point, ...inside.slice(0, inside.length - up));
    return { path: shown.startsWith('/sys/') ? join(sys, shown.slice('/sys/'.length)) : shown, shown };
  });
  const top = folders.at(-1)?.path ?? '';
  // Only the root of version 1 has this file, and every group but the root of version 2 has the other.
  const isWhole =
    version === 1
      ? readSystemFile(top, 'release_agent') !== null
      : readSystemFile(top, 'cgroup.events') === null;
  return { version, folders, isWhole };
}

interface Mount {
  /** The group that is mounted: `/` for all of them. */
  readonly root: string;
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** A line of mountinfo: number, parent, device, root, point, options, more of them, `-`, type, source, options. */
function parseMount(line: string): readonly Mount[] {
  const [before, after] = line.split(' - ');
  const [, , , root, point] = before.split(' ').map(unescapeOctal);
  const [type, , options] = after?.split(' ') ?? [];
  if (root === undefined || point === undefined || type === undefined) return [];
  return [{ root, point, type, options: options?.split(',') ?? [] }];
}

/** Spaces in a path are written `\040`. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
