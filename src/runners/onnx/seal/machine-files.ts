import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the system tells about itself; another place in tests. */
export interface MachineFiles {
  readonly proc: string;
  readonly sys: string;
}

export const THIS_MACHINE: MachineFiles = { proc: '/proc', sys: '/sys' };

/** The text of one of the system's files without the last newline; null where there is none or it may not be read. */
export function readSystemFile(...path: readonly string[]): string | null {
  try {
    return readFileSync(join(...path), 'utf8').trimEnd();
  } catch {
    return null;
  }
}

/** Names in one of the system's folders that match; none where there is no such folder. */
export function listSystemFolder(path: string, pattern: RegExp): readonly string[] {
  try {
    return readdirSync(path).filter((name) => pattern.test(name));
  } catch {
    return [];
  }
}

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
      // The folder as it is here, and as another version of Maskbench on this machine has it.
      return /runners\/(?:onnx\/)?child\/[a-z]+-child\.js/.test(command);
    });
}

/** The state stands behind the command, which is in parentheses and may hold anything: T is halted, Z is gone. */
function isHalted(stat: string | null): boolean {
  return stat !== null && /^[TZ]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}
