import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CliProcess } from '../../src/cli/context.js';
import { runCli } from '../../src/cli/program.js';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';

export const MAIN = join(PACKAGE_ROOT, 'dist', 'cli', 'main.js');

/** `npm test` builds first; a test run by hand may not have. */
export const IS_BUILT = existsSync(MAIN);

export interface CliResult {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** One command line in this process. */
export async function cli(
  argv: readonly string[],
  cwd: string,
  options: Partial<Pick<CliProcess, 'ask' | 'columns' | 'env' | 'signal' | 'outIsTerminal'>> = {},
): Promise<CliResult> {
  let out = '';
  let err = '';
  const status = await runCli(argv, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    outIsTerminal: false,
    cwd,
    env: process.env,
    interactive: false,
    signal: new AbortController().signal,
    ...options,
  });
  return { status, out, err };
}

export interface RunningCli {
  readonly process: ChildProcess;
  readonly pid: number;
  /** What stderr has said so far. */
  err(): string;
  readonly result: Promise<CliResult & { readonly signal: NodeJS.Signals | null }>;
}

const started = new Set<RunningCli>();

/** Ends what a failed test may have left running, or held. */
export async function stopStarted(): Promise<void> {
  for (const { process: child } of started) child.kill('SIGKILL');
  await Promise.all([...started].map(({ result }) => result));
}

/** `maskbench ...` as a process of its own, by way of another command where one is named (`inside`). */
export function startCli(
  argv: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
  inside: readonly string[] = [],
): RunningCli {
  const [command = '', ...args] = [...inside, process.execPath, MAIN, ...argv];
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (err += text));
  const result = new Promise<CliResult & { signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, out, err }));
  });
  const running = { process: child, pid: child.pid ?? -1, err: () => err, result };
  started.add(running);
  void result.finally(() => started.delete(running));
  return running;
}
