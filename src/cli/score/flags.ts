import { Command, Option } from '@commander-js/extra-typings';
import { ownerTimeoutFlag, waitFlag } from '../lock-flags.js';
import { keysOf, level, list, shard } from '../arguments.js';
import type { FlagsOf } from '../context.js';

/** How scores are written: cell by cell as they come. */
export const OUTPUTS = {
  table: async () => (await import('./table.js')).tableOutput,
  json: async () => (await import('./json.js')).jsonOutput,
  csv: async () => (await import('./csv.js')).csvOutput,
};

/** The flags of `maskbench score`. */
export const flags = () =>
  new Command('score')
    .description('score masks that were made elsewhere against their ground truths')
    .option('--pred <folder>', 'the predictions')
    .option('--gt <folder>', 'the ground truths')
    .option('--images <folder>', 'the pictures themselves, for the cutout protocol and for --out')
    .option('--protocol <names>', 'any of fixed (the default), sod, matting, cutout', list)
    .option('--threshold <n>', 'fixed: foreground is >= n, 1 to 255', level, 128)
    .addOption(
      new Option('--empty <worth>', 'fixed: what two empty masks are worth')
        .choices(['one', 'zero', 'skip'])
        .default('one' as const),
    )
    .option('--gt-values <values>', 'what values of ground truths mean: opacity, nonzero, "labels: [1]"')
    .option('--pred-values <values>', 'what values of predictions mean, in the same words')
    .option('--resize', 'resize predictions of another size instead of failing them')
    .addOption(new Option('--format <format>', 'how').choices(keysOf(OUTPUTS)).default('table' as const))
    .option('--json', 'the same as --format json')
    .option('--per-image', 'the scores of every image in tables and CSV; JSON has them always')
    .option('--explain <id>', 'how the scores of one image came about')
    .option('--out <folder>', 'leave a run folder, for report, compare, check and rank')
    .option('--resume', 'with --out: continue the run in that folder')
    .option('--shard <i/n>', 'with --out: every n-th image only, for merge', shard)
    .addOption(waitFlag())
    .addOption(ownerTimeoutFlag())
    .option('--method <name>', 'what the predictions are called; in a layout: only this method')
    .option('--pred-prefix <text>', 'what names of predictions begin with')
    .option('--pred-suffix <text>', 'what they end with, before or with the extension')
    .option('--gt-prefix <text>', 'what names of ground truths begin with')
    .option('--gt-suffix <text>', 'what they end with, before or with the extension')
    .addOption(
      new Option('--layout <layout>', 'whose folders they are')
        .choices(['plain', 'birefnet', 'pysodevaltoolkit'])
        .default('plain' as const),
    )
    .option('--datasets <names>', 'what the ground truths are called; in a layout: only these datasets', list)
    .option('--datasets-json <file>', 'pysodevaltoolkit: its file of datasets')
    .option('--methods-json <file>', 'pysodevaltoolkit: its file of methods');

export type Flags = FlagsOf<typeof flags>;
