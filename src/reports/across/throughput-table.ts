import type { DeviceSummary, Summary, TimingRow } from '../../schema/summary.js';
import { deviceLabels } from '../tables/device-label.js';
import { sealMark } from '../tables/seal-mark.js';
import { type Cell, NO_FIGURE, type Row, type Table } from '../tables/table.js';
import { sealOfAll, UNCHECKED } from '../../schema/seal.js';

/**
 * Images a second of every model on every device, one at a time; a second and gigabyte of the device's memory; and, with
 * a price, images for one unit of money. Null if nothing was timed.
 */
export function throughputTable(summaries: readonly Summary[]): Table | null {
  const timed = summaries.filter(({ timing }) => timing.length > 0);
  if (timed.length === 0) return null;
  const labels = deviceLabels(timed);
  const priced = timed.some(({ device }) => device.price?.perHour !== undefined);
  const models = [...new Set(timed.flatMap((summary) => summary.models.map(({ name }) => name)))];
  const rows = models.map((model): Row => {
    const cells = timed.flatMap((summary) => {
      const row = overall(summary, model);
      if (row === undefined) return [NO_FIGURE, NO_FIGURE, ...(priced ? [NO_FIGURE] : [])];
      const perSecond = 1000 / row.phases.predict.mean;
      const mark = sealMark(row);
      const perHour = summary.device.price?.perHour;
      return [
        figure(perSecond, mark),
        figure((perSecond * 1e9) / memoryOf(summary.device), mark),
        ...(priced ? [perHour === undefined ? NO_FIGURE : figure((perSecond * 3600) / perHour, mark)] : []),
      ];
    });
    return { kind: 'measured', cells: [{ text: model }, ...cells] };
  });
  const currency =
    timed.find(({ device }) => device.price?.perHour !== undefined)?.device.price?.currency ?? '';
  return {
    title: 'Throughput',
    caption:
      'Images per second, one after another, over all datasets; the same per gigabyte of memory of the device.',
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
      price?.perHour === undefined
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

/**
 * How many times faster each model runs on the other devices than on the first one, as the post says of BiRefNet
 * ("2.4 times"; its own figures, 821 and 351 ms, give 2.3): by the mean of a prediction, and by inference alone. Null for fewer than two timed runs.
 */
export function deviceRatioTable(summaries: readonly Summary[]): Table | null {
  const [first, ...others] = summaries.filter(({ timing }) => timing.length > 0);
  if (first === undefined || others.length === 0) return null;
  const labels = deviceLabels([first, ...others]);
  const models = first.models.map(({ name }) => name);
  const rows = models.flatMap((model): Row[] => {
    const base = overall(first, model);
    if (base === undefined) return [];
    const cells = others.flatMap((summary) => {
      const other = overall(summary, model);
      return [ratioCell(base, other, 'predict'), ratioCell(base, other, 'inference')];
    });
    return [{ kind: 'measured', cells: [{ text: model }, ...cells] }];
  });
  return {
    title: `Times faster than on ${labels[0]}`,
    caption: 'Ratio of mean times over all datasets: of a whole prediction, and of inference alone.',
    columns: [
      { label: 'Model', align: 'left' },
      ...labels.slice(1).flatMap((group) => [
        { group, label: 'predict', align: 'right' as const },
        { group, label: 'inference', align: 'right' as const },
      ]),
    ],
    rows,
    notes: [],
  };
}

/** The row over all datasets of a model. */
function overall({ timing }: Summary, name: string): TimingRow | undefined {
  return timing.find(({ model, dataset }) => model === name && dataset === null);
}

function ratioCell(base: TimingRow, other: TimingRow | undefined, phase: 'predict' | 'inference'): Cell {
  if (other === undefined || other.phases[phase].mean === 0) return NO_FIGURE;
  const ratio = base.phases[phase].mean / other.phases[phase].mean;
  const seal = sealOfAll([base.seal ?? UNCHECKED, other.seal ?? UNCHECKED]);
  return { text: `${formatRatio(ratio)}${sealMark({ seal })}`, value: ratio };
}

/** `24.1`, `2.40`, `0.0018`: a slow device must not come out as 0. */
function formatRatio(ratio: number): string {
  return ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(ratio >= 10 ? 1 : 2);
}
