import { Command, Option } from '@commander-js/extra-typings';
import { formatNamed, tableFormats } from '../../reports/formats/registry.js';
import { list } from '../arguments.js';
import { textWidth, type DefineCommand } from '../context.js';

/** `maskbench rank`: the models of a run in tiers. */
export const rank: DefineCommand = (context) =>
  new Command('rank')
    .argument('<run>', 'a run folder or the name of a baseline')
    .option('--metrics <ids>', 'rank by each of these (default: iou)', list)
    .addOption(
      new Option('--format <format>', 'output format')
        .choices(tableFormats().map(({ name }) => name))
        .default('terminal'),
    )
    .option('--json', 'short for --format json')
    .action(async (run, { metrics, ...formats }) => {
      const { formatOf } = await import('../meant-flags.js');
      const format = formatOf(formats, 'terminal');
      const { openSide } = await import('../../analysis/compare/open-side.js');
      const { rankRun } = await import('../../analysis/compare/rank.js');
      const { rankingDocument } = await import('../../reports/comparison/ranking-table.js');
      const { tellOutputs } = await import('../tell-outputs.js');
      const side = await openSide(run, context.cwd);
      const ranking = await rankRun(side, { metrics });
      await tellOutputs([[side]], context);
      context.data(await formatNamed(format).render(rankingDocument(ranking), { width: textWidth(context) }));
    });
