import type { Summary } from '../../schema/summary.js';
import type { RatioSummary, SlownessSummary, TimeCorrelation } from '../../schema/timing-summary.js';
import { modelMark } from './seal-mark.js';
import { type Cell, formatMs, NO_FIGURE, type Row, type Table } from './table.js';

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

/** A few attributes a model, one per row: all of them for all models would be no table to read. */
function correlationTable(summary: Summary, slowness: readonly SlownessSummary[]): Table {
  const all = slowness.flatMap(({ correlations }) => correlations);
  return {
    title: 'What the time correlates with',
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
      `§ the 95 % interval does not contain 0; of the ${all.length} examined, about ${Math.ceil(all.length / 20)} do so by chance. ${Math.max(...all.map(({ n }) => n))} images.`,
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

/** Picture size is the reason if a line over it explains at least half of the difference, and a quarter of the variance. */
const MOST = 0.5;
const FITS = 0.25;

/**
 * Why a model takes longer on one dataset than on another, in a few words and then the evidence: whether there is a
 * difference beyond chance at all, how much of it lies in the phases around inference, whether inference itself differs
 * (complexity would have to show there: the network's input has one size), and what the sizes of the pictures explain.
 */
export function explainInWords(
  { differenceMs, ratio, megapixels, bySizeMs, r2, ...slowness }: SlownessSummary,
  titleOf: (dataset: string) => string,
): string {
  const { predict, preprocess, inference, postprocess } = differenceMs;
  const [slow, fast] = [titleOf(slowness.slow), titleOf(slowness.fast)];
  const evidence = [
    `${slow} takes ${signedMs(predict)} ms${inPercent(ratio?.predict)} over ${fast}`,
    `inference ${signedMs(inference)}${inPercent(ratio?.inference)}, pre- and postprocessing ${signedMs(preprocess + postprocess)}`,
    bySizeMs === null || r2 === null
      ? 'all pictures are of one size'
      : `picture size (${megapixels.slow.toFixed(1)} and ${megapixels.fast.toFixed(1)} MP) explains ${signedMs(bySizeMs)}, R2 ${r2.toFixed(2)}`,
  ];
  return `${conclude({ differenceMs, ratio, bySizeMs, r2 })}. ${evidence.join('; ')}.`;
}

type Evidence = Pick<SlownessSummary, 'differenceMs' | 'bySizeMs' | 'r2'> & {
  readonly ratio: SlownessSummary['ratio'] | undefined;
};

function conclude({ differenceMs: { predict }, ratio, bySizeMs, r2 }: Evidence): string {
  if (ratio === undefined) return 'too few images to tell';
  if (ratio.predict.lower <= 1) return 'no difference beyond chance';
  if (ratio.inference.lower > 1) return 'inference itself takes longer';
  const bySize = bySizeMs !== null && bySizeMs >= MOST * predict && (r2 ?? 0) >= FITS;
  return bySize
    ? 'picture size, not complexity: inference does not differ'
    : 'the phases around inference, and not for picture size alone; inference does not differ';
}

/** ` (+1.9 %, +1.2 to +2.6)`; nothing where there is no interval. */
function inPercent(ratio: RatioSummary | undefined): string {
  if (ratio === undefined) return '';
  const { estimate, lower, upper } = ratio;
  const percent = (value: number): string => {
    const share = (100 * (value - 1)).toFixed(1);
    return value < 1 ? share : `+${share}`;
  };
  return ` (${percent(estimate)} %, ${percent(lower)} to ${percent(upper)})`;
}

/** `+12.3`, `-0.50`. */
function signedMs(value: number): string {
  return `${value < 0 ? '-' : '+'}${formatMs(Math.abs(value))}`;
}
