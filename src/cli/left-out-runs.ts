import { relative } from 'node:path';
import type { ListedRun } from '../analysis/history/list-runs.js';
import { escapeControls } from '../core/errors.js';
import type { CliContext } from './context.js';

/** Says of every run from which nothing is taken what is wrong with it. */
export function tellLeftOut(runs: readonly ListedRun[], { cwd, err }: CliContext): void {
  for (const run of runs)
    if ('reason' in run)
      err(`warning: ${escapeControls(`${relative(cwd, run.path) || '.'}: ${run.kind}: ${run.reason}`)}\n`);
}
