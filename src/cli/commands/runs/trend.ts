import { relative, resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { Trend } from '../../../analysis/history/trend.js';
import type { Evidence } from '../../../schema/evidence.js';
import { wrapText } from '../../../core/text.js';
import { jsonText } from '../../../reports/formats/json.js';
import { plainTable } from '../../../reports/formats/plain-table.js';
import { listWidth, type CliContext, type DefineCommand } from '../../context.js';

/** `maskbench runs trend`. */
export const trend: DefineCommand = (context) =>
  new Command('trend')
    .description('a metric of a model over runs, with what changed from one to the next')
    .argument('[folder]', 'where the run folders are', 'runs')
    .requiredOption('--model <name>', 'the model, by its name in the runs')
    .requiredOption('--metric <id>', 'the metric, such as iou')
    .option('--svg <file>', 'also draw it')
    .option('--json', 'as JSON')
    .action(async (folder, { model, metric, svg, json }) => {
      const { listRuns } = await import('../../../analysis/history/list-runs.js');
      const { trendOf } = await import('../../../analysis/history/trend.js');
      const { tellLeftOut } = await import('../../left-out-runs.js');
      const { evidenceMark } = await import('../../../schema/evidence.js');
      const runs = await listRuns(resolve(context.cwd, folder));
      tellLeftOut(runs, context);
      const found = trendOf(runs, model, metric);
      const points = found.points.map((point) => ({
        ...point,
        run: relative(context.cwd, point.run) || '.',
      }));
      const trend = { ...found, points };
      context.out(json === true ? jsonText(trend) : plot(trend, evidenceMark, listWidth(context)));
      if (svg !== undefined) await draw(trend, svg, context);
    });

/** Columns of the plot between its two ends. */
const PLOT_WIDTH = 20;

function plot(
  { model, metric, points }: Trend,
  markOf: (evidence: Evidence) => string,
  width: number | undefined,
): string {
  const values = points.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const place = (value: number): string => {
    const at = high === low ? 0 : Math.round(((value - low) / (high - low)) * (PLOT_WIDTH - 1));
    return `|${' '.repeat(at)}o${' '.repeat(PLOT_WIDTH - 1 - at)}|`;
  };
  const rows = points.map(({ run, createdAt, maskbenchVersion, value, evidence, changed }) => [
    createdAt.slice(0, 16).replace('T', ' '),
    value.toFixed(4),
    place(value),
    maskbenchVersion,
    run,
    markOf(evidence),
    changed.length === 0 ? '' : `other ${changed.join(', ')}`,
  ]);
  const scale = low === high ? '' : `; the plot goes from ${low.toFixed(4)} to ${high.toFixed(4)}`;
  const ends = `${metric.name} of ${model}, ${metric.better} is better${scale}`;
  const headings = ['begun (UTC)', metric.id, '', 'version', 'run', 'evidence', 'changed'];
  return points.length === 0
    ? `No finished run has a score of ${model} by ${metric.id}.\n`
    : `${wrapText(ends, '  ', '', width ?? Number.POSITIVE_INFINITY)}\n\n${plainTable(headings, rows, width)}\n`;
}

async function draw(trend: Trend, file: string, context: CliContext): Promise<void> {
  const { MaskbenchError } = await import('../../../core/errors.js');
  const { standalone } = await import('../../../reports/plots/standalone.js');
  const { trendPlot } = await import('../../../reports/plots/trend.js');
  const { writeReport } = await import('../../write-report.js');
  if (trend.points.length === 0) {
    throw new MaskbenchError(
      'data.empty',
      `no finished run has a score of ${trend.model} by ${trend.metric.id}`,
      {
        remedy: 'there is nothing to draw: leave out --svg',
      },
    );
  }
  await writeReport(resolve(context.cwd, file), standalone(trendPlot(trend)));
  context.err(`Written to ${file}\n`);
}
