import { execFile } from 'node:child_process';

/** How a program of the system answered. */
export type ToolAnswer =
  | { readonly kind: 'answer'; readonly text: string }
  /** There is no such program. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly status: number | null; readonly text: string };

/** Runs one of the system's programs and collects what it says. */
export type RunTool = (command: string, args: readonly string[]) => Promise<ToolAnswer>;

const TIMEOUT_MS = 20_000;

export const runTool: RunTool = (command, args) =>
  new Promise((resolve) => {
    execFile(
      command,
      [...args],
      { timeout: TIMEOUT_MS, maxBuffer: 2 ** 24, env: { ...process.env, LC_ALL: 'C' }, windowsHide: true },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ kind: 'answer', text: stdout });
        if (error.code === 'ENOENT') return resolve({ kind: 'missing' });
        const status = typeof error.code === 'number' ? error.code : null;
        // Some tools explain a failure on stdout, some on stderr.
        resolve({ kind: 'failed', status, text: `${stdout}${stderr}`.trim() });
      },
    );
  });
