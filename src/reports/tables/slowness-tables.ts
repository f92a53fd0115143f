import type { Summary } from '../../schema/summary.js';
import type { SlownessSummary, TimeCorrelation } from '../../schema/timing-summary.js';
import { modelMark } from './seal-mark.js';
import { explainInWords, signedMs } from './slowness-text.js';
import { NO_FIGURE, type Cell, type Row, type Table } from './table.js';

/** Why one dataset is slower than another, and with what time goes together. None where fewer than two were timed. */
export function slownessTables(summary: Summary): readonly Table[] {
  const slowness = summary.slowness ?? [];
  if (slowness.length === 0) return [];
  const correlated = slowness.filter(({ correlations }) => correlations.length > 0);
  return [
    breakdown(summary, slowness),
    ...(correlated.length === 0 ? [] : [correlationTable(summary, correlated)]),
  ];
}

function breakdown(summary: Summary, slowness: readonly SlownessSummary[]): Table {
  const titleOf = (name: string): string =>
    summary.datasets.find((dataset) => dataset.name === name)?.title ?? name;
  const rows = slowness.map(({ model, slow, differenceMs, bySizeMs, r2 }): Row => {
    const { predict, preprocess, inference, postprocess } = differenceMs;
    const cells = [predict, preprocess, inference, postprocess].map(signedCell);
    const size = bySizeMs === null ? NO_FIGURE : signedCell(bySizeMs);
    const fit: Cell = r2 === null ? NO_FIGURE : { text: r2.toFixed(2), value: r2 };
    const name = { text: `${model}${modelMark(summary, model)}` };
    return { kind: 'measured', cells: [name, { text: titleOf(slow) }, ...cells, size, fit] };
  });
  return {
    title: 'Why one dataset takes longer than another',
    caption:
      "Milliseconds by which the mean prediction is longer on the slower dataset, whole and by phase; size: what of it a straight line over megapixels explains, with its R2. In brackets below: 95 % intervals over images. A network's input has one size: what its pictures show costs time only if inference differs.",
    columns: [
      { label: 'Model', align: 'left' },
      { label: 'Slower', align: 'left' },
      ...['predict', 'pre', 'inference', 'post', 'size', 'R2'].map((label) => ({
        label,
        align: 'right' as const,
      })),
    ],
    rows,
    notes: slowness.map((own) => `${own.model}: ${explainInWords(own, titleOf)}`),
  };
}

/** Behind a correlation whose 95 % interval lies on one side of 0. */
const CLEAR = ' §';
/** Attributes that are shown of a model: the summary has them all. */
const SHOWN = 4;

/** A few attributes a model, one a row: all of them for all models would be no table to read. */
function correlationTable(summary: Summary, slowness: readonly SlownessSummary[]): Table {
  const all = slowness.flatMap(({ correlations }) => correlations);
  return {
    title: 'What time goes together with',
    caption: `Spearman's correlation of an image's median time with an attribute of it, over all timed images: the ${SHOWN} strongest of each model.`,
    columns: [
      { label: 'Model', align: 'left' },
      { label: 'Attribute', align: 'left' },
      ...['predict', 'inference'].map((label) => ({ label, align: 'right' as const })),
    ],
    rows: slowness.flatMap(({ model, correlations }) =>
      strongest(correlations).map((attribute): Row => {
        const cell = (phase: TimeCorrelation['phase']): Cell =>
          correlationCell(
            correlations.find((found) => found.attribute === attribute && found.phase === phase),
          );
        const name = { text: `${model}${modelMark(summary, model)}` };
        return {
          kind: 'measured',
          cells: [name, { text: inWords(attribute) }, cell('predict'), cell('inference')],
        };
      }),
    ),
    notes: [
      `§ the 95 % interval does not hold 0; of the ${all.length} looked at, about ${Math.ceil(all.length / 20)} are so by chance. ${Math.max(...all.map(({ n }) => n))} images.`,
    ],
  };
}

function strongest(correlations: readonly TimeCorrelation[]): readonly string[] {
  const strength = new Map<string, number>();
  for (const { attribute, estimate } of correlations) {
    strength.set(attribute, Math.max(strength.get(attribute) ?? 0, Math.abs(estimate)));
  }
  return [...strength]
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([attribute]) => attribute);
}

/** `foregroundShare` as people say it: `foreground share`. */
function inWords(attribute: string): string {
  return attribute === 'ipq' ? 'IPQ' : attribute.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function correlationCell(found: TimeCorrelation | undefined): Cell {
  if (found === undefined) return NO_FIGURE;
  const clear = found.lower > 0 || found.upper < 0;
  return { text: `${found.estimate.toFixed(2)}${clear ? CLEAR : ''}`, value: found.estimate };
}

function signedCell(value: number): Cell {
  return { text: signedMs(value), value };
}
