import * as Plot from '@observablehq/plot';
import type { PageInput, RunCurves } from '../../schema/page-input.js';
import { drawSvg, grid } from './draw-svg.js';
import type { XY } from './marks.js';
import { colourOf, datasetTitle, modelLegend, runKey, where } from './models.js';
import { plotId, type PlotFamily, type StaticPlot } from './plot.js';

const KINDS = [
  { id: 'pr', label: 'Precision and recall', x: 'recall', y: 'precision' },
  { id: 'f', label: 'F by threshold', x: 'threshold, 0 to 255', y: 'F' },
  { id: 'iou', label: 'IoU by threshold', x: 'threshold, 0 to 255', y: 'IoU' },
] as const;

/** Scores at other thresholds. */
export const curves: PlotFamily = {
  id: 'curves',
  title: 'Scores at other thresholds',
  caption:
    'Means over the images at every threshold from 1 to 255. The ring is the threshold in use, the disc the one with the highest mean IoU.',
  draw: (input) =>
    input.runs.flatMap((run, index) => {
      const held = (run.summary.protocols ?? []).filter(({ holdsThreshold }) => holdsThreshold);
      const shown = (run.curves ?? []).filter(({ protocol }) => held.some(({ id }) => id === protocol));
      return [...new Set(shown.map(({ dataset }) => dataset))].flatMap((dataset) => {
        const own = shown.filter((of) => of.dataset === dataset);
        return KINDS.map((kind) => draw(input, index, dataset, own, kind));
      });
    }),
};

function draw(
  input: PageInput,
  index: number,
  dataset: string,
  own: readonly RunCurves[],
  kind: (typeof KINDS)[number],
): StaticPlot {
  const run = input.runs[index];
  const title = `${kind.label}, ${datasetTitle(run, dataset)}${where(input, index)}`;
  const lines = own.map((of) => ({ of, points: pointsOf(of, kind.id) }));
  const marked = lines.flatMap(({ of, points }) => {
    const row = run.summary.thresholds?.find((one) => one.model === of.model && one.dataset === dataset);
    if (row === undefined) return [];
    const colour = colourOf(input, of.model);
    return [
      { ...points[row.used.threshold], colour, fill: 'var(--page,#fff)' },
      { ...points[row.best.threshold], colour, fill: colour },
    ];
  });
  return {
    id: plotId('curve', ...runKey(input, index), dataset, kind.id),
    title,
    description: `${title}; the table of thresholds below gives the used and the best`,
    legend: modelLegend(
      input,
      own.map(({ model }) => model),
    ),
    svg: drawSvg({
      description: title,
      options: {
        x: { label: `${kind.x} \u2192`, labelArrow: 'none', domain: kind.id === 'pr' ? [0, 1] : [0, 255] },
        y: { label: kind.y, labelArrow: 'none', domain: [0, 1] },
        marks: [
          grid('y'),
          ...lines.map(({ of, points }) =>
            Plot.line(points.slice(1), {
              x: 'x',
              y: 'y',
              stroke: colourOf(input, of.model),
              strokeWidth: 1.75,
            }),
          ),
          ...marked.map(({ x, y, colour, fill }) =>
            Plot.dot([{ x, y }], { x: 'x', y: 'y', r: 4, stroke: colour, strokeWidth: 1.75, fill }),
          ),
        ],
      },
    }),
  };
}

function pointsOf(
  { curves: { precision = [], recall = [], f = [], iou = [] } }: RunCurves,
  kind: string,
): readonly XY[] {
  const nan = (value: number | null | undefined): number => value ?? Number.NaN;
  if (kind === 'pr') return precision.map((value, t) => ({ x: nan(recall[t]), y: nan(value) }));
  return (kind === 'f' ? f : iou).map((value, x) => ({ x, y: nan(value) }));
}
