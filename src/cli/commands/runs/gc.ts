import { relative, resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { jsonText } from '../../../reports/formats/json.js';
import { counted } from '../../../core/text.js';
import type { DefineCommand } from '../../context.js';

/** `maskbench runs gc`. */
export const gc: DefineCommand = (context) =>
  new Command('gc')
    .description('remove what killed runs left half-written; no mask, record or report is touched')
    .argument('[folder]', 'where the run folders are', 'runs')
    .option('--json', 'as JSON: every run folder and what was done there')
    .action(async (folder, { json }) => {
      const { cleanRuns } = await import('../../../pipeline/clean-runs.js');
      const { noFolderOfRuns } = await import('../../../store/run-folder.js');
      const root = resolve(context.cwd, folder);
      const all: object[] = [];
      const say = (text: string): void => (json === true ? undefined : context.out(text));
      try {
        for await (const found of cleanRuns(root, context.signal)) {
          const path = relative(context.cwd, found.path) || '.';
          all.push({ ...found, path });
          if (found.kind === 'in-use') context.err(`warning: ${path}: left alone: ${found.reason}\n`);
          else if (found.kind === 'never-begun') say(`${path}: removed; its run never began\n`);
          else if (found.removed > 0)
            say(`${path}: ${found.removed} unfinished ${found.removed === 1 ? 'file' : 'files'} removed\n`);
        }
      } catch (error) {
        throw noFolderOfRuns(root, error);
      }
      if (json === true) context.out(jsonText(all));
      context.err(
        all.length === 0
          ? `no run folders in ${folder}: nothing was removed\n`
          : `${counted(all.length, 'run folder')} in ${folder}\n`,
      );
    });
