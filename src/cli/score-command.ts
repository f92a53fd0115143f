import { InvalidArgumentError, Option, type Command } from 'commander';
import { list } from './arguments.js';
import type { CliContext, SetStatus } from './context.js';

/** `score`: masks that were made elsewhere. */
export function addScoreCommand(program: Command, context: CliContext, setStatus: SetStatus): void {
  program
    .command('score')
    .description('score masks that were made elsewhere against their ground truths')
    .option('--pred <folder>', 'the predictions')
    .option('--gt <folder>', 'the ground truths')
    .option('--images <folder>', 'the pictures themselves, for the cutout protocol')
    .option('--protocol <names>', 'any of fixed (the default), sod, matting, cutout', list)
    .option('--threshold <n>', 'fixed: foreground is >= n, 1 to 255', threshold, 128)
    .addOption(
      new Option('--empty <worth>', 'fixed: what two empty masks are worth')
        .choices(['one', 'zero', 'skip'])
        .default('one'),
    )
    .option('--resize', 'resize predictions of another size instead of failing them')
    .addOption(new Option('--format <format>', 'how').choices(['table', 'json', 'csv']).default('table'))
    .option('--json', 'the same as --format json')
    .option('--per-image', 'the scores of every image in tables and CSV; JSON has them always')
    .option('--explain <id>', 'how the scores of one image came about')
    .option('--method <name>', 'what the predictions are called; in a layout: only this method')
    .option('--pred-prefix <text>', 'what names of predictions begin with')
    .option('--pred-suffix <text>', 'what they end with, before or with the extension')
    .option('--gt-prefix <text>', 'what names of ground truths begin with')
    .option('--gt-suffix <text>', 'what they end with, before or with the extension')
    .addOption(
      new Option('--layout <layout>', 'whose folders they are')
        .choices(['plain', 'birefnet', 'pysodevaltoolkit'])
        .default('plain'),
    )
    .option('--datasets <names>', 'in a layout: only these datasets', list)
    .option('--datasets-json <file>', 'pysodevaltoolkit: its file of datasets')
    .option('--methods-json <file>', 'pysodevaltoolkit: its file of methods')
    .action(async (options) => {
      const { scoreCommand } = await import('./commands/score.js');
      const format = options.json === true ? 'json' : options.format;
      setStatus(await scoreCommand({ ...options, format }, context));
    });
}

function threshold(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > 255) throw new InvalidArgumentError('expected a whole number from 1 to 255.');
  return value;
}
