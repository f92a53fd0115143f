import { join } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { jsonText } from '../../../reports/formats/json.js';
import { plainTable } from '../../../reports/formats/plain-table.js';
import type { DefineCommand } from '../../context.js';

/** `maskbench baseline list`. */
export const list: DefineCommand = (context) =>
  new Command('list')
    .description('list the baselines in baselines/')
    .option('--json', 'as JSON')
    .action(async ({ json }) => {
      const { BASELINES_FOLDER } = await import('../../../analysis/compare/baseline/baseline-schema.js');
      const { listBaselines, openBaseline } =
        await import('../../../analysis/compare/baseline/open-baseline.js');
      const { evidenceMark, UNSEALED } = await import('../../../schema/evidence.js');
      const folder = join(context.cwd, BASELINES_FOLDER);
      const names = await listBaselines(folder);
      const all = await Promise.all(
        names.map(async (name) => ({ name, facts: (await openBaseline(join(folder, name), name)).facts })),
      );
      if (json === true) {
        context.out(jsonText(all.map(({ name, facts }) => ({ baseline: name, ...facts }))));
      } else if (all.length === 0) {
        context.out('no baseline yet; make one with "maskbench baseline set <name> --run <folder>"\n');
      } else {
        const rows = all.map(({ name, facts }) => [
          name,
          facts.models.map((model) => model.name).join(', '),
          facts.datasets.map((dataset) => dataset.name).join(', '),
          String(facts.datasets.reduce((sum, { samples }) => sum + samples, 0)),
          facts.createdAt.slice(0, 10),
          evidenceMark(facts.evidence ?? UNSEALED),
        ]);
        context.out(
          `${plainTable(['baseline', 'models', 'datasets', 'images', 'made', 'evidence'], rows)}\n`,
        );
      }
    });
