import { listSystemFolder, readSystemFile, THIS_MACHINE } from '../onnx/seal/machine-files.js';

/** What a group of processes has used so far, as far as its processes still live. */
export interface GroupUsage {
  readonly pids: readonly number[];
  readonly cpuMs: number;
  readonly involuntarySwitches: number;
  readonly rssBytes: number;
  /** The sum of each process's own peak, which they need not have had at once. */
  readonly peakRssBytes: number;
}

/** /proc counts in hundredths of a second on every Linux that Node runs on. */
const TICK_MS = 10;

/** The processes of a group now, from /proc; null where the system does not tell (not Linux). */
export function usageOf(group: number | undefined): GroupUsage | null {
  const { proc } = THIS_MACHINE;
  if (group === undefined || readSystemFile(proc, 'self', 'stat') === null) return null;
  const pids: number[] = [];
  const sum = { cpuMs: 0, involuntarySwitches: 0, rssBytes: 0, peakRssBytes: 0 };
  for (const name of listSystemFolder(proc, /^\d+$/)) {
    const stat = readSystemFile(proc, name, 'stat');
    // The second field is the command in parentheses, which may hold anything; then state, parent and group.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
    if (Number(fields[2]) !== group) continue;
    pids.push(Number(name));
    const status = readSystemFile(proc, name, 'status') ?? '';
    const told = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    // With what its ended children used, whom it has waited for.
    sum.cpuMs += TICK_MS * fields.slice(11, 15).reduce((total, ticks) => total + Number(ticks), 0);
    sum.involuntarySwitches += told('nonvoluntary_ctxt_switches');
    sum.rssBytes += 1024 * told('VmRSS');
    sum.peakRssBytes += 1024 * told('VmHWM');
  }
  return { pids, ...sum };
}
