import type { Summary } from '../core/summary.js';
import type { SlownessSummary, TimeCorrelation } from '../core/timing-summary.js';
import { formatMs, NO_FIGURE, type Cell, type Row, type Table } from './table.js';

/** Why one dataset is slower than another, and with what time goes together. None where fewer than two were timed. */
export function slownessTables(summary: Summary): readonly Table[] {
  const slowness = summary.slowness ?? [];
  if (slowness.length === 0) return [];
  const correlated = slowness.filter(({ correlations }) => correlations.length > 0);
  return [breakdown(summary, slowness), ...(correlated.length === 0 ? [] : [correlationTable(correlated)])];
}

function breakdown({ datasets }: Summary, slowness: readonly SlownessSummary[]): Table {
  const titleOf = (name: string): string => datasets.find((dataset) => dataset.name === name)?.title ?? name;
  const rows = slowness.map(({ model, slow, fast, differenceMs, megapixels, bySizeMs, r2 }): Row => {
    const { predict, preprocess, inference, postprocess } = differenceMs;
    const cells = [predict, preprocess, inference, postprocess].map(signedMs);
    const size = bySizeMs === null ? NO_FIGURE : signedMs(bySizeMs);
    const fit: Cell = r2 === null ? NO_FIGURE : { text: r2.toFixed(2), value: r2 };
    const pixels = { text: `${megapixels.slow.toFixed(2)}/${megapixels.fast.toFixed(2)}` };
    return {
      kind: 'measured',
      cells: [{ text: model }, { text: `${titleOf(slow)} - ${titleOf(fast)}` }, ...cells, pixels, size, fit],
    };
  });
  return {
    title: 'Why one dataset takes longer than another',
    caption:
      'Milliseconds by which the mean prediction is longer, whole and by phase. MP: mean megapixels of the two. size: what of the difference a straight line over megapixels explains, with its R2. A network\'s input has one size: what differs in inference is no matter of pixels.',
    columns: [
      { label: 'Model', align: 'left' },
      { label: 'Slow - fast', align: 'left' },
      ...['predict', 'pre', 'inference', 'post', 'MP', 'size', 'R2'].map((label) => ({ label, align: 'right' as const })),
    ],
    rows,
    notes: [],
  };
}

/** Behind a correlation whose 95 % interval lies on one side of 0. */
const CLEAR = ' §';

function correlationTable(slowness: readonly SlownessSummary[]): Table {
  const attributes = [
    ...new Set(slowness.flatMap(({ correlations }) => correlations.map(({ attribute }) => attribute))),
  ];
  const columns = slowness.flatMap((own) => (['predict', 'inference'] as const).map((phase) => ({ own, phase })));
  const all = slowness.flatMap(({ correlations }) => correlations);
  return {
    title: 'What time goes together with',
    caption: "Spearman's correlation of an image's median time with an attribute, over all timed images.",
    columns: [
      { label: 'Attribute', align: 'left' },
      ...columns.map(({ own, phase }) => ({ group: own.model, label: phase, align: 'right' as const })),
    ],
    rows: attributes.map((attribute): Row => {
      const cells = columns.map(({ own: { correlations }, phase }) =>
        correlationCell(correlations.find((found) => found.attribute === attribute && found.phase === phase)),
      );
      return { kind: 'measured', cells: [{ text: attribute }, ...cells] };
    }),
    notes: [
      `§ the 95 % interval does not hold 0; of ${all.length} such intervals about ${Math.ceil(all.length / 20)} would miss it by chance. ${Math.max(...all.map(({ n }) => n))} images.`,
    ],
  };
}

function correlationCell(found: TimeCorrelation | undefined): Cell {
  if (found === undefined) return NO_FIGURE;
  const clear = found.lower > 0 || found.upper < 0;
  return { text: `${found.estimate.toFixed(2)}${clear ? CLEAR : ''}`, value: found.estimate };
}

function signedMs(value: number): Cell {
  return { text: `${value < 0 ? '-' : '+'}${formatMs(Math.abs(value))}`, value };
}
