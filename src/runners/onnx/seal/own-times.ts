import { readSystemFile, type MachineFiles } from './machine-files.js';
import { TICK_MS } from './processor-times.js';

/**
 * Processor time of this process, of its children that have ended, and of the live ones given, in milliseconds; null
 * where the system does not tell. A child that ends between two readings counts on: its time passes to this process.
 */
export function readOwnCpuMs(files: MachineFiles, children: readonly number[]): number | null {
  const own = cpuTicks(readSystemFile(files.proc, 'self', 'stat'), 4);
  if (own === null) return null;
  const theirs = children.map((pid) => cpuTicks(readSystemFile(files.proc, String(pid), 'stat'), 2) ?? 0);
  return (own + theirs.reduce((sum, ticks) => sum + ticks, 0)) * TICK_MS;
}

/** utime and stime of /proc/<pid>/stat (fields 14 and 15), and, with 4 fields, those of ended children. */
function cpuTicks(stat: string | null, fields: 2 | 4): number | null {
  if (stat === null) return null;
  // The second field is the command in parentheses, which may hold anything.
  const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return rest.slice(11, 11 + fields).reduce((sum, ticks) => sum + Number(ticks), 0);
}
