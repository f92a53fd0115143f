import { resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { SOME_FAILED } from '../../core/errors.js';
import { terminal } from '../../reports/formats/terminal.js';
import { lockOptions, ownerTimeoutFlag, waitFlag } from '../lock-flags.js';
import { textWidth, type DefineCommand } from '../context.js';

/** `maskbench merge`: the shards of one run as one run folder, with its reports. */
export const merge: DefineCommand = (context, setStatus) =>
  new Command('merge')
    .description('merge the shards of one run into one run folder')
    .argument('<run...>', 'run folders made with --shard 1/n to n/n')
    .requiredOption('--out <folder>', 'the new run folder')
    .addOption(waitFlag())
    .addOption(ownerTimeoutFlag())
    .action(async (runs, { out, ...flags }) => {
      const { mergeRuns } = await import('../../pipeline/merge.js');
      const { rankingOf } = await import('../../analysis/gather-page.js');
      const { reportDocument } = await import('../../reports/document.js');
      const { writeRunReports } = await import('../write-report.js');
      const folder = resolve(context.cwd, out);
      const summary = await mergeRuns(
        runs.map((run) => resolve(context.cwd, run)),
        folder,
        lockOptions(flags, context),
        async (merged) => {
          await writeRunReports(folder, merged);
        },
      );
      context.out(
        terminal.render(reportDocument([summary], { rankings: [await rankingOf(folder, summary)] }), {
          width: textWidth(context),
        }),
      );
      setStatus(summary.cells.failed > 0 ? SOME_FAILED : 0);
    });
