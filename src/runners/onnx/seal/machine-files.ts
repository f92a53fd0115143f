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
