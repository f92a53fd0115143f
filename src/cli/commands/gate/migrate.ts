import { resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { jsonText } from '../../../reports/formats/json.js';
import type { DefineCommand } from '../../context.js';

/** `maskbench gate migrate`: the file on stdout, and what it decides otherwise on stderr. */
export const migrate: DefineCommand = (context) =>
  new Command('migrate')
    .description('print a gate\u2019s file rewritten to this version, and on stderr which verdicts change')
    .argument('<file>', 'the file; it is not touched')
    .option('--json', 'as JSON: the text and what it changes')
    .action(async (file, { json }) => {
      const { migrateGate } = await import('../../../analysis/gate/migrate.js');
      const { readUserText } = await import('../../../core/user-text.js');
      const path = resolve(context.cwd, file);
      const remedy = 'give the YAML file of a gate';
      const text = await readUserText(path, { what: 'gate', remedy });
      const { text: rewritten, changes } = migrateGate(text, path);
      if (json === true) {
        context.out(jsonText({ text: rewritten, changes }));
        return;
      }
      context.data(rewritten);
      for (const change of changes) context.err(`${change}\n`);
      if (changes.length === 0) context.err('It is of this version; nothing changes.\n');
    });
