import { resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { jsonText } from '../../../reports/formats/json.js';
import type { DefineCommand } from '../../context.js';
import { lockOptions, ownerTimeoutFlag, waitFlag } from '../../lock-flags.js';

/** `maskbench runs rm`. */
export const rm: DefineCommand = (context) =>
  new Command('rm')
    .description('remove runs with their masks and reports; other files in their folders stay')
    .argument('<run...>', 'run folders')
    .addOption(waitFlag())
    .addOption(ownerTimeoutFlag())
    .option('--json', 'as JSON: every run, and which files stay')
    .action(async (runs, { json, ...flags }) => {
      const { removeRun } = await import('../../../pipeline/clean-runs.js');
      const removed: { readonly run: string; readonly left: readonly string[] }[] = [];
      for (const run of runs) {
        const left = await removeRun(resolve(context.cwd, run), lockOptions(flags, context));
        removed.push({ run, left });
        const stays =
          left.length === 0 ? '' : `; these files are not of the run and stay: ${left.join(', ')}`;
        context.err(`Removed ${run}${stays}\n`);
      }
      if (json === true) context.out(jsonText(removed));
    });
