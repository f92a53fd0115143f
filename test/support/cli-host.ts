import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CliResult } from './cli.js';

/** The command line of another build, in one process for all that it is asked. */
export interface CliHost {
  /** One at a time. */
  run(argv: readonly string[], cwd: string): Promise<CliResult>;
  stop(): void;
}

/** @param tree a copy of this one, built. */
export function startCliHost(tree: string): CliHost {
  const program = pathToFileURL(join(tree, 'dist', 'cli', 'program.js')).href;
  const child = fork(join(import.meta.dirname, 'cli-host.mjs'), [program], { execArgv: [] });
  const ended = once(child, 'exit').then(([status]): never => {
    throw new Error(`the command line ended with ${String(status)}`);
  });
  ended.catch(() => undefined);
  return {
    async run(argv, cwd) {
      child.send({ argv, cwd });
      const [result] = (await Promise.race([once(child, 'message'), ended])) as [CliResult];
      return result;
    },
    stop: () => void child.kill(),
  };
}
