import { join } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { SideFacts } from '../../../analysis/compare/side.js';
import { escapeControls } from '../../../core/errors.js';
import { jsonText } from '../../../reports/formats/json.js';
import { plainTable } from '../../../reports/formats/plain-table.js';
import { formatMegabytes } from '../../../core/text.js';
import type { DefineCommand } from '../../context.js';

/** `maskbench baseline show`. */
export const show: DefineCommand = (context) =>
  new Command('show')
    .description('show what a baseline was made from')
    .argument('<name>', 'its name')
    .option('--json', 'as JSON')
    .action(async (name, { json }) => {
      const { BASELINES_FOLDER } = await import('../../../analysis/compare/baseline/baseline-schema.js');
      const { inspectBaseline, listBaselines, openBaseline } =
        await import('../../../analysis/compare/baseline/open-baseline.js');
      const { unknownName } = await import('../../../core/names.js');
      const folder = join(context.cwd, BASELINES_FOLDER);
      const names = await listBaselines(folder);
      if (!names.includes(name))
        throw unknownName('no baseline', name, names, {
          otherwise: `there are ${names.join(', ') || 'none yet'}`,
        });
      const path = join(folder, name);
      const { baselineJson, markOfBaseline } = await import('./mark-of-baseline.js');
      const found = await inspectBaseline(path, name);
      // Without legible facts there is nothing to show but the error.
      const facts = found.facts ?? (await openBaseline(path, name)).facts;
      context.out(
        json === true ? jsonText(baselineJson(found)) : describe(name, facts, markOfBaseline(found)),
      );
    });

function describe(baseline: string, facts: SideFacts, mark: string): string {
  const { device, environment, signatures, models, datasets, createdAt, maskbenchVersion, name } = facts;
  return [
    `${baseline}: of the run ${name} of ${createdAt}, by Maskbench ${maskbenchVersion}: ${mark}`,
    `device ${device} (${environment.cpu}, ${environment.cores} cores), onnxruntime ${environment.onnxruntime}`,
    `signature ${signatures.join('  ')}`,
  ]
    .map(escapeControls)
    .concat(
      '',
      plainTable(
        ['model', 'MB', 'sha256'],
        models.map((model) => [model.name, formatMegabytes(model.bytes), model.sha256.slice(0, 16)]),
      ),
      '',
      plainTable(
        ['dataset', 'images', 'fingerprint'],
        datasets.map((dataset) => [dataset.name, String(dataset.samples), dataset.fingerprint.slice(0, 16)]),
      ),
      '',
    )
    .join('\n');
}
