import { Command } from '@commander-js/extra-typings';
import { jsonText } from '../../../reports/formats/json.js';
import { plainTable } from '../../../reports/formats/plain-table.js';
import { listWidth, type DefineCommand } from '../../context.js';

/** `maskbench datasets list`. */
export const list: DefineCommand = (context) =>
  new Command('list')
    .description('all known datasets: layout, root, whether they are here')
    .option('--json', 'as JSON')
    .action(async ({ json }) => {
      const { isPresent } = await import('../../../datasets/load.js');
      const { listPresetNames } = await import('../../../datasets/resolve.js');
      const { resolveDataset } = await import('../../../datasets/resolve.js');
      const resolved = await Promise.all(
        (await listPresetNames()).map((name) => resolveDataset(name, context)),
      );
      const datasets = await Promise.all(
        resolved.map(async (dataset) => ({
          name: dataset.spec.name,
          layout: dataset.spec.layout,
          here: await isPresent(dataset),
          root: dataset.root,
          licence: dataset.spec.licence ?? null,
        })),
      );
      if (json === true) return context.out(jsonText(datasets));
      const rows = datasets.map(({ name, layout, here, licence }) => [
        name,
        layout,
        here ? 'yes' : 'no',
        (licence ?? '').slice(0, 34),
      ]);
      context.out(`${plainTable(['dataset', 'layout', 'here', 'licence'], rows, listWidth(context))}\n`);
    });
