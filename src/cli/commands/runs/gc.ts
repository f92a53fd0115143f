import { relative, resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { DefineCommand } from '../../context.js';

/** `maskbench runs gc`. */
export const gc: DefineCommand = (context) =>
  new Command('gc')
    .description('remove what killed runs left half-written; no mask, record or report is touched')
    .argument('[folder]', 'where the run folders are', 'runs')
    .action(async (folder) => {
      const { cleanRuns } = await import('../../../pipeline/clean-runs.js');
      const { MaskbenchError } = await import('../../../core/errors.js');
      const { systemCode, unless } = await import('../../../core/system-code.js');
      const root = resolve(context.cwd, folder);
      let count = 0;
      try {
        for await (const found of cleanRuns(root, context.signal)) {
          count++;
          const path = relative(context.cwd, found.path) || '.';
          if (found.kind === 'in-use') context.err(`warning: ${path}: left alone: ${found.reason}\n`);
          else if (found.kind === 'never-begun') context.out(`${path}: removed; its run never began\n`);
          else if (found.removed > 0)
            context.out(
              `${path}: ${found.removed} unfinished ${found.removed === 1 ? 'file' : 'files'} removed\n`,
            );
        }
      } catch (error) {
        const isFile = systemCode(error) === 'ENOTDIR';
        if (!isFile) unless('ENOENT')(error);
        const message = isFile ? 'this is a file, and no folder' : 'no such folder';
        throw new MaskbenchError('data.missing', message, { where: root, cause: error });
      }
      context.err(
        count === 0
          ? `no run folders in ${folder}: nothing was removed\n`
          : `${count} run ${count === 1 ? 'folder' : 'folders'} in ${folder}\n`,
      );
    });
