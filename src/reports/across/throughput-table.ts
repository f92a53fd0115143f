import type { DeviceSummary, Summary } from '../../schema/summary.js';
import { deviceLabels } from '../tables/device-label.js';
import { sealMark } from '../tables/seal-mark.js';
import { NO_FIGURE, type Cell, type Row, type Table } from '../tables/table.js';
import { overall } from './device-ratio-table.js';

/**
 * Images a second of every model on every device, one at a time; a second and gigabyte of the device's memory; and, with
 * a price, images for one unit of money. Null if nothing was timed.
 */
export function throughputTable(summaries: readonly Summary[]): Table | null {
  const timed = summaries.filter(({ timing }) => timing.length > 0);
  if (timed.length === 0) return null;
  const labels = deviceLabels(timed);
  const priced = timed.some(({ device }) => device.price !== undefined);
  const models = [...new Set(timed.flatMap((summary) => summary.models.map(({ name }) => name)))];
  const rows = models.map((model): Row => {
    const cells = timed.flatMap((summary) => {
      const row = overall(summary, model);
      if (row === undefined) return [NO_FIGURE, NO_FIGURE, ...(priced ? [NO_FIGURE] : [])];
      const perSecond = 1000 / row.phases.predict.mean;
      const mark = sealMark(row);
      const { price } = summary.device;
      return [
        figure(perSecond, mark),
        figure((perSecond * 1e9) / memoryOf(summary.device), mark),
        ...(priced
          ? [price === undefined ? NO_FIGURE : figure((perSecond * 3600) / price.perHour, mark)]
          : []),
      ];
    });
    return { kind: 'measured', cells: [{ text: model }, ...cells] };
  });
  const currency = timed.find(({ device }) => device.price !== undefined)?.device.price?.currency ?? '';
  return {
    title: 'Throughput',
    caption:
      'Images a second, one after another, over all datasets; the same per gigabyte of memory of the device.',
    columns: [
      { label: 'Model', align: 'left' },
      ...labels.flatMap((group) =>
        ['/s', '/s/GB', ...(priced ? [`/${currency}`] : [])].map((label) => ({
          group,
          label,
          align: 'right' as const,
        })),
      ),
    ],
    rows,
    notes: timed.flatMap(({ device: { price } }, i) =>
      price === undefined
        ? []
        : [`An hour of ${labels[i]} costs ${price.perHour} ${price.currency} (from the config).`],
    ),
  };
}

/** Of the card; of the machine where the device is none, or where its driver does not tell. */
function memoryOf({ gpu, memoryBytes }: DeviceSummary): number {
  return gpu?.memoryBytes ?? memoryBytes;
}

function figure(value: number, mark: string): Cell {
  const rounded = value.toPrecision(3);
  return { text: `${value < 1000 ? rounded : Number(rounded)}${mark}`, value };
}
