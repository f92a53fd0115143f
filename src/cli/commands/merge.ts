import { resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { SOME_FAILED } from '../../core/errors.js';
import { jsonText } from '../../reports/formats/json.js';
import { terminal } from '../../reports/formats/terminal.js';
import { lockOptions, ownerTimeoutFlag, waitFlag } from '../lock-flags.js';
import { textWidth, type DefineCommand } from '../context.js';

/** `maskbench merge`: the shards of one run as one run folder, with its reports. */
export const merge: DefineCommand = (context, setStatus) =>
  new Command('merge')
    .argument('<run...>', 'run folders made with --shard 1/n to n/n')
    .requiredOption('--out <folder>', 'the new run folder')
    .addOption(waitFlag())
    .addOption(ownerTimeoutFlag())
    .option('--json', 'print the summary as JSON instead of tables')
    .action(async (runs, { out, json, ...flags }) => {
      const { mergeRuns } = await import('../../pipeline/merge.js');
      const { reportDocument } = await import('../../reports/document.js');
      const { tellRunFolder, writeRunReports } = await import('../write-report.js');
      const folder = resolve(context.cwd, out);
      const summary = await mergeRuns(
        runs.map((run) => resolve(context.cwd, run)),
        folder,
        lockOptions(flags, context),
        async (merged) => {
          tellRunFolder(folder, await writeRunReports(folder, merged), context);
        },
      );
      if (json === true) context.out(jsonText(summary));
      else {
        const { rankingOf } = await import('../../analysis/gather-page.js');
        const document = reportDocument([summary], { rankings: [await rankingOf(folder, summary)] });
        context.out(terminal.render(document, { width: textWidth(context) }));
      }
      setStatus(summary.cells.failed > 0 ? SOME_FAILED : 0);
    });
