import { relative, resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { ListedRun } from '../../../analysis/history/list-runs.js';
import { jsonText } from '../../../reports/formats/json.js';
import { plainTable } from '../../../reports/formats/plain-table.js';
import { listWidth, type DefineCommand } from '../../context.js';

/** `maskbench runs list`. */
export const listCommand: DefineCommand = (context) =>
  new Command('list')
    .description('runs with the headline score of every model, the oldest first')
    .argument('[folder]', 'where the run folders are', 'runs')
    .option('--json', 'as JSON')
    .action(async (folder, { json }) => {
      const { listRuns, rowsOf } = await import('../../../analysis/history/list-runs.js');
      const { tellLeftOut } = await import('../../left-out-runs.js');
      const { evidenceMark } = await import('../../../schema/evidence.js');
      const { counted } = await import('../../../core/text.js');
      const runs = await listRuns(resolve(context.cwd, folder));
      const nameOf = ({ path }: ListedRun): string => relative(context.cwd, path) || '.';
      const rows = runs.flatMap((run) => rowsOf(run, nameOf(run)));
      if (json === true) return context.out(jsonText(rows));
      const cells = rows.map((row) => [
        row.run,
        row.model ?? row.state,
        row.metric ?? '-',
        row.value?.toFixed(4) ?? '-',
        row.images === null ? '-' : String(row.images),
        row.createdAt.slice(0, 16).replace('T', ' '),
        row.maskbenchVersion ?? '-',
        row.evidence === null ? row.state : evidenceMark(row.evidence),
      ]);
      const headings = ['run', 'model', 'metric', 'score', 'images', 'begun (UTC)', 'version', 'evidence'];
      if (rows.length > 0) context.out(`${plainTable(headings, cells, listWidth(context))}\n`);
      tellLeftOut(runs, context);
      context.err(`${counted(runs.length, 'run')} in ${folder}\n`);
    });
