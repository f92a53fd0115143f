import { Command } from '@commander-js/extra-typings';
import type { DefineCommand } from '../context.js';
import { runPhases } from './run.js';

/** `maskbench quickstart`: the run of that name, continued where it was left. */
export const quickstart: DefineCommand = (context, setStatus) =>
  new Command('quickstart')
    .option('--json', 'print the summary as JSON instead of tables')
    .action(async ({ json }) => {
      const phases = { predict: true, score: true, time: true };
      setStatus(
        await runPhases(
          'quickstart',
          { resume: true, ...(json === undefined ? {} : { json }) },
          phases,
          context,
        ),
      );
    });
