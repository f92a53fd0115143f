import * as Plot from '@observablehq/plot';
import { scoreColumns, type ScoreColumn } from './columns.js';
import { INK, LINE } from './colours.js';
import { drawSvg, grid } from './draw-svg.js';
import { dots, rowLabels } from './marks.js';
import { colourOf, datasetTitle, modelLegend, runKey, where } from './models.js';
import { plotId, type PlotFamily } from './plot.js';

/** From here on a histogram says more than dots on each other. */
const MOST_DOTS = 200;
const BINS = 48;

/** Every image's score, a row per model. */
export const scores: PlotFamily = {
  id: 'scores',
  title: 'Distribution of the scores',
  caption:
    'One dot per image of a dataset, or their density where there are many. The vertical line is the median.',
  draw: (input) =>
    scoreColumns(input).map(({ run, index, dataset, metric, columns }) => {
      const title = `${metric.name}, ${datasetTitle(run, dataset)}${where(input, index)}`;
      const all = columns.flatMap(({ values }) => [...values]);
      const low = all.reduce((a, b) => Math.min(a, b), metric.range[1] ?? Number.POSITIVE_INFINITY);
      const high = metric.range[1] ?? all.reduce((a, b) => Math.max(a, b), low);
      return {
        id: plotId('scores', ...runKey(input, index), dataset),
        title,
        description: `${title}: ${columns.map((column) => `${column.model} median ${column.median.toFixed(3)}, lowest ${column.lowest.toFixed(3)}`).join('; ')}`,
        legend: modelLegend(
          input,
          columns.map(({ model }) => model),
        ),
        svg: drawSvg({
          description: title,
          height: 64 + 48 * columns.length,
          options: {
            marginLeft: 14,
            marginTop: 8,
            x: { label: `${metric.name} \u2192`, domain: [low, high], nice: true, labelArrow: 'none' },
            y: { axis: null, domain: [-0.55, columns.length - 0.5], reverse: true },
            marks: [
              grid('x'),
              Plot.ruleY(
                columns.map((_, i) => i),
                { stroke: LINE },
              ),
              ...columns.map((column, i) => row(column, i, [low, high], colourOf(input, column.model))),
              Plot.dot(
                columns.map(({ median }, y) => ({ median, y })),
                { x: 'median', y: 'y', render: upright },
              ),
              rowLabels(
                columns.map(({ model }) => model),
                low,
              ),
            ],
          },
        }),
      };
    }),
};

function row(
  { values }: ScoreColumn,
  y: number,
  range: readonly [number, number],
  colour: string,
): Plot.Markish {
  if (values.length <= MOST_DOTS)
    return dots(
      [...values].map((x) => ({ x, y })),
      colour,
      0.55,
      6,
    );
  const counts = new Float64Array(BINS);
  const width = (range[1] - range[0]) / BINS || 1;
  for (const value of values) counts[Math.min(BINS - 1, Math.floor((value - range[0]) / width))]++;
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const bars = [...counts].map((count, i) => ({
    x1: range[0] + i * width,
    x2: range[0] + (i + 1) * width,
    y1: y,
    y2: y - (0.42 * count) / most,
  }));
  return Plot.rect(
    bars.filter(({ y1, y2 }) => y1 !== y2),
    { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', fill: colour, fillOpacity: 0.75 },
  );
}

const upright: Plot.RenderFunction = (index, _scales, values, _dimensions, context) => {
  const [xs, ys] = [values.x as ArrayLike<number>, values.y as ArrayLike<number>];
  const path = context.document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', [...index].map((i) => `M${xs[i].toFixed(1)},${(ys[i] - 9).toFixed(1)}v18`).join(''));
  path.setAttribute('stroke', INK);
  path.setAttribute('stroke-width', '2');
  return path;
};
