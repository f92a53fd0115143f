import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Commands to start another one behind, so that it counts processes anew (as 1), as in a container of its own. */
export const OTHER_PROCESSES = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'] as const;
/** The same processes under another host's name. */
export const OTHER_HOST = ['unshare', '--uts', 'sh', '-c', 'hostname elsewhere && exec "$@"', 'sh'] as const;
/** Another boot, as of another machine: what the system says of it is covered by a file. */
export const otherBoot = (file: string): readonly string[] => [
  'unshare',
  '--mount',
  'sh',
  '-c',
  'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"',
  file,
];

/** Why there are no namespaces here; null where there are. */
export const noNamespaces = whyNot();
export const skippedHere = noNamespaces === null ? '' : ` (skipped: ${noNamespaces})`;

function whyNot(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'namespaces need root on Linux';
  try {
    for (const [command, ...args] of [OTHER_PROCESSES, OTHER_HOST, otherBoot('/proc/self/comm')])
      execFileSync(command, [...args, 'true'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'root may not make namespaces here';
  }
}

/** The process that a command in its own namespace of processes has started, by our number. */
export function insideOf(pid: number): number {
  return Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'), 10);
}
