import { join, relative } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { jsonText } from '../../../reports/formats/json.js';
import { list } from '../../arguments.js';
import type { DefineCommand } from '../../context.js';

/** `maskbench baseline set`. */
export const set: DefineCommand = (context) =>
  new Command('set')
    .description('keep the scores and fingerprints of a run under a name')
    .argument('<name>', 'such as production')
    .requiredOption('--run <folder>', 'a finished run')
    .option('--models <names>', 'only these models of the run', list)
    .option('--replace', 'overwrite a baseline of that name')
    .option('--json', 'as JSON: where it was written')
    .action(async (name, options) => {
      const { BASELINES_FOLDER } = await import('../../../analysis/compare/baseline/baseline-schema.js');
      const { saveBaseline } = await import('../../../analysis/compare/baseline/save-baseline.js');
      const { openSide } = await import('../../../analysis/compare/open-side.js');
      const { modelOf } = await import('../../../analysis/compare/pair-models.js');
      const side = await openSide(options.run, context.cwd);
      for (const model of options.models ?? []) modelOf(side.facts, model);
      const folder = await saveBaseline(side, {
        folder: join(context.cwd, BASELINES_FOLDER),
        name,
        models: options.models,
        replace: options.replace === true,
      });
      const path = relative(context.cwd, folder);
      context.out(options.json === true ? jsonText({ name, path }) : `${path}\n`);
    });
