import { join } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { InspectedBaseline } from '../../../analysis/compare/baseline/open-baseline.js';
import type { SideFacts } from '../../../analysis/compare/side.js';
import { jsonText } from '../../../reports/formats/json.js';
import { plainTable } from '../../../reports/formats/plain-table.js';
import { listWidth, type DefineCommand } from '../../context.js';

/** `maskbench baseline list`. */
export const list: DefineCommand = (context) =>
  new Command('list')
    .description('list the baselines in baselines/')
    .option('--json', 'as JSON')
    .action(async ({ json }) => {
      const { BASELINES_FOLDER } = await import('../../../analysis/compare/baseline/baseline-schema.js');
      const { inspectBaseline, listBaselines } =
        await import('../../../analysis/compare/baseline/open-baseline.js');
      const { baselineJson, markOfBaseline } = await import('./mark-of-baseline.js');
      const folder = join(context.cwd, BASELINES_FOLDER);
      const all: InspectedBaseline[] = [];
      for (const name of await listBaselines(folder))
        all.push(await inspectBaseline(join(folder, name), name));
      if (json === true) {
        context.out(jsonText(all.map((one) => ({ baseline: one.name, ...baselineJson(one) }))));
      } else if (all.length === 0) {
        context.out('no baseline yet; make one with "maskbench baseline set <name> --run <folder>"\n');
      } else {
        const rows = all.map((one) => [one.name, ...cellsOf(one.facts), markOfBaseline(one)]);
        context.out(
          `${plainTable(['baseline', 'models', 'datasets', 'images', 'made', 'evidence'], rows, listWidth(context))}\n`,
        );
      }
    });

function cellsOf(facts: SideFacts | null): readonly string[] {
  if (facts === null) return ['-', '-', '-', '-'];
  return [
    facts.models.map(({ name }) => name).join(', '),
    facts.datasets.map(({ name }) => name).join(', '),
    String(facts.datasets.reduce((sum, { samples }) => sum + samples, 0)),
    facts.createdAt.slice(0, 10),
  ];
}
