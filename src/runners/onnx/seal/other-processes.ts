import { listSystemFolder, readSystemFile, type MachineFiles } from './machine-files.js';

/**
 * Inference processes of Maskbench that belong to another run on this machine; none where that cannot be told. One that
 * is halted (SIGSTOP) computes nothing; should it go on meanwhile, its processor time shows.
 */
export function otherInferenceProcesses(files: MachineFiles, ours: readonly number[]): readonly number[] {
  return listSystemFolder(files.proc, /^\d+$/)
    .map(Number)
    .filter((pid) => {
      if (ours.includes(pid)) return false;
      const command = readSystemFile(files.proc, String(pid), 'cmdline') ?? '';
      if (isHalted(readSystemFile(files.proc, String(pid), 'stat'))) return false;
      return /runners\/child\/(?:predict|time|probe)-child\.js/.test(command);
    });
}

/** The state stands behind the command, which is in parentheses and may hold anything: T is halted, Z is gone. */
function isHalted(stat: string | null): boolean {
  return stat !== null && /^[TZ]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}
