import { relative, resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { ListedRun } from '../../../analysis/history/list-runs.js';
import { jsonText } from '../../../reports/formats/json.js';
import { plainTable } from '../../../reports/formats/plain-table.js';
import type { DefineCommand } from '../../context.js';

/** `maskbench runs list`. */
export const listCommand: DefineCommand = (context) =>
  new Command('list')
    .description('runs with the headline score of every model, the oldest first')
    .argument('[folder]', 'where the run folders are', 'runs')
    .option('--json', 'as JSON')
    .action(async (folder, { json }) => {
      const { listRuns, rowsOf } = await import('../../../analysis/history/list-runs.js');
      const { counted } = await import('../../../core/text.js');
      const runs = await listRuns(resolve(context.cwd, folder));
      const nameOf = ({ path }: ListedRun): string => relative(context.cwd, path) || '.';
      const rows = runs.flatMap((run) => rowsOf(run, nameOf(run)));
      if (json === true) return context.out(jsonText(rows));
      const cells = rows.map(({ run, createdAt, state, maskbenchVersion, model, metric, value, images }) => [
        run,
        createdAt.slice(0, 16).replace('T', ' '),
        maskbenchVersion ?? '-',
        model ?? state,
        metric ?? '-',
        value?.toFixed(4) ?? '-',
        String(images),
      ]);
      const headings = ['run', 'begun (UTC)', 'version', 'model', 'metric', 'score', 'images'];
      if (rows.length > 0) context.out(`${plainTable(headings, cells)}\n`);
      for (const run of runs)
        if (run.kind === 'unreadable') context.err(`warning: ${nameOf(run)}: ${run.reason}\n`);
      context.err(`${counted(runs.length, 'run')} in ${folder}\n`);
    });
