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
    .option('--pred <folder>', 'folder of the predicted masks')
    .option('--gt <folder>', 'folder of the ground truths')
    .option('--images <folder>', 'folder of the pictures, for the cutout protocol and for --out')
    .option(
      '--protocol <names>',
      'one or more of fixed (the default), sod, matting, cutout, and those of plug-ins',
      list,
    )
    .option('--threshold <n>', 'fixed: foreground is >= n, 1 to 255', level, 128)
    .addOption(
      new Option('--empty <worth>', 'fixed: the score of two empty masks')
        .choices(['one', 'zero', 'skip'])
        .default('one' as const),
    )
    .option('--gt-values <values>', 'what the values in ground truths mean: opacity, nonzero, "labels: [1]"')
    .option('--pred-values <values>', 'what the values in predictions mean, in the same form')
    .option('--resize', 'resize predictions of another size instead of failing them')
    .addOption(
      new Option('--format <format>', 'output format').choices(keysOf(OUTPUTS)).default('table' as const),
    )
    .option('--json', 'the same as --format json')
    .option('--per-image', 'add the scores of every image to tables and CSV; JSON always has them')
    .option('--explain <id>', 'show step by step how the scores of one image are computed')
    .option('--out <folder>', 'also write a run folder, for report, compare, check and rank')
    .option('--resume', 'with --out: continue the run in that folder')
    .option('--shard <i/n>', 'with --out: score only part i of n of the images, for merge', shard)
    .addOption(waitFlag())
    .addOption(ownerTimeoutFlag())
    .option('--method <name>', 'name for the predictions; with a layout: score only this method')
    .option('--pred-prefix <text>', 'prefix of the predictions\u2019 file names')
    .option('--pred-suffix <text>', 'what they end with, before or with the extension')
    .option('--gt-prefix <text>', 'prefix of the ground truths\u2019 file names')
    .option('--gt-suffix <text>', 'what they end with, before or with the extension')
    .option('--image-prefix <text>', 'prefix of the pictures\u2019 file names')
    .option('--image-suffix <text>', 'what they end with, before or with the extension')
    .addOption(
      new Option('--layout <layout>', 'how the folders are laid out')
        .choices(['plain', 'birefnet', 'pysodevaltoolkit'])
        .default('plain' as const),
    )
    .option(
      '--datasets <names>',
      'name for the ground truths; with a layout: score only these datasets',
      list,
    )
    .option('--datasets-json <file>', 'pysodevaltoolkit: its JSON file of datasets')
    .option('--methods-json <file>', 'pysodevaltoolkit: its JSON file of methods');

export type Flags = FlagsOf<typeof flags>;
