import { Command } from '@commander-js/extra-typings';
import { escapeControls } from '../../../core/errors.js';
import type { Dataset } from '../../../datasets/load.js';
import type { DatasetStats } from '../../../datasets/stats.js';
import { jsonText } from '../../../reports/formats/json.js';
import { plainTable } from '../../../reports/formats/plain-table.js';
import type { AttributeStats } from '../../../scoring/dataset-attributes.js';
import type { DefineCommand } from '../../context.js';
import { ticker } from '../../ticker.js';

/** `maskbench datasets stats`. */
export const stats: DefineCommand = (context) =>
  new Command('stats')
    .description('counts, sizes and foreground share')
    .argument('<dataset>', 'a name or a YAML file')
    .option('--json', 'as JSON')
    .action(async (name, { json }) => {
      const { loadDataset } = await import('../../../datasets/load.js');
      const { measureDataset } = await import('../../../datasets/stats.js');
      const { measureAttributes } = await import('../../../scoring/dataset-attributes.js');
      const dataset = await loadDataset(name, context);
      const measured = await measureDataset(dataset, {
        signal: context.signal,
        onProgress: ticker(context, (done: number) => `measured ${done}`),
      });
      const attributes = await measureAttributes(dataset, {
        signal: context.signal,
        onProgress: ticker(context, (done: number) => `measured in detail ${done}`),
      });
      context.out(
        json === true ? jsonText({ ...measured, attributes }) : describeStats(dataset, measured, attributes),
      );
    });

/** Values shown of an attribute. */
const MOST_VALUES = 12;

/** Values that are numbers by their size, and before words, which stay as they are. */
function byNumber(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => (text.trim() === '' ? Number.NaN : Number(text)));
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return x - y;
}

function describeStats(
  { name, root, spec: { unit } }: Dataset,
  found: DatasetStats,
  attributes: AttributeStats,
): string {
  const digits = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(3));
  const rows = (
    [
      ['width (pixels)', found.width],
      ['height (pixels)', found.height],
      ['megapixels', found.megapixels],
      ['foreground share', found.foreground],
      ['share at >= 128', found.foregroundAt128],
      ['translucent share', found.translucent],
      ['components', attributes['components']],
      ['largest one\u2019s share', attributes['largestComponentShare']],
      ['contours', attributes['contours']],
      ['IPQ', attributes['ipq']],
      ['dominant points', attributes['dominantPoints']],
      ['thin structure', attributes['thinStructureShare']],
    ] as const
  ).flatMap(([label, d]) =>
    d === undefined ? [] : [[label, ...[d.min, d.p25, d.median, d.mean, d.p75, d.max].map(digits)]],
  );
  const counts = (
    title: string,
    of: Readonly<Record<string, number>>,
    most = Number.POSITIVE_INFINITY,
  ): string[] => {
    const entries = Object.entries(of).sort(([a], [b]) => byNumber(a, b));
    if (entries.length === 0) return [];
    const shown = entries.slice(0, most).map(([key, n]) => `${escapeControls(key)} ${n}`);
    const more = entries.length > most ? [`${entries.length - most} more`] : [];
    return [`${escapeControls(title)}: ${[...shown, ...more].join(', ')}`];
  };
  return `${[
    `${name}: ${found.samples} pairs, ${found.problems} problems, in ${root}`,
    ...counts('splits', found.splits),
    ...counts('groups', found.groups),
    ...Object.entries(found.values).flatMap(([attribute, values]) => counts(attribute, values, MOST_VALUES)),
    ...(found.units === undefined
      ? []
      : [`units: ${found.units}, by "${typeof unit === 'object' ? unit.pattern : unit}"`]),
    plainTable(['', 'min', 'p25', 'median', 'mean', 'p75', 'max'], rows),
  ].join('\n')}\n`;
}
