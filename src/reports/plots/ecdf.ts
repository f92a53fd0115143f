import * as Plot from '@observablehq/plot';
import { scoreColumns } from './columns.js';
import { drawSvg, grid } from './draw-svg.js';
import { thinned } from './marks.js';
import { colourOf, datasetTitle, modelLegend, runKey, where } from './models.js';
import { plotId, type PlotFamily } from './plot.js';

/** As many steps as the eye tells apart. */
const STEPS = 200;

/** Which share of images scores at most so much. */
export const ecdf: PlotFamily = {
  id: 'ecdf',
  title: 'Cumulative distribution of the scores',
  caption:
    'For every score, the share of images that score at most that. The lower a curve is on the left, the fewer images fail. Where two curves cross, neither model is better throughout.',
  draw: (input) =>
    scoreColumns(input).map(({ run, index, dataset, metric, columns }) => {
      const title = `${metric.name}, ${datasetTitle(run, dataset)}${where(input, index)}`;
      const lines = columns.map(({ model, values }) => {
        const steps = [...values].map((x, i) => ({ x, y: (i + 1) / values.length }));
        const [first] = steps;
        const shown = thinned(steps, STEPS);
        return {
          model,
          points: [{ x: first.x, y: 0 }, ...shown, ...(shown.at(-1) === steps.at(-1) ? [] : steps.slice(-1))],
        };
      });
      return {
        id: plotId('ecdf', ...runKey(input, index), dataset),
        title,
        description: `${title}: ${columns.map(({ model, values }) => `${model} has ${Math.round((100 * values.filter((v) => v < 0.5).length) / values.length)} % below 0.5`).join('; ')}`,
        legend: modelLegend(
          input,
          columns.map(({ model }) => model),
        ),
        svg: drawSvg({
          description: title,
          options: {
            x: { label: `${metric.name} \u2192`, labelArrow: 'none', nice: true },
            y: { label: 'share of images', labelArrow: 'none', domain: [0, 1] },
            marks: [
              grid('y'),
              ...lines.map(({ model, points }) =>
                Plot.line(points, {
                  x: 'x',
                  y: 'y',
                  curve: 'step-after',
                  stroke: colourOf(input, model),
                  strokeWidth: 1.75,
                }),
              ),
            ],
          },
        }),
      };
    }),
};
