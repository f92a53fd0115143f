import * as Plot from '@observablehq/plot';
import { drawSvg, grid } from './draw-svg.js';
import { dots, thinned, type XY } from './marks.js';
import { attributeLabel } from './attribute-label.js';
import { colourOf, datasetTitle, modelLegend, plottedMetric, runKey, where } from './models.js';
import { plotId, type PlotFamily } from './plot.js';

const SHOWN = ['foregroundShare', 'thinStructureShare', 'ipq', 'components', 'megapixels'];
/** Dots of one model; the line is made of all. */
const MOST_DOTS = 300;
/** Images a point of the line stands for, at least. */
const FEWEST_A_POINT = 8;

/** Scores against what is known of the ground truth. */
export const attributes: PlotFamily = {
  id: 'attributes',
  title: 'Scores against the ground truth',
  caption:
    'A dot per image and model (at most 300 of each model, at even steps); the lines are means of up to ten equal groups of all images, shown from 24 images on.',
  draw: (input) =>
    input.runs.flatMap((run, index) => {
      const metric = plottedMetric(run);
      if (run.cells === undefined || metric === undefined) return [];
      const at = run.cells.metrics.indexOf(metric.id);
      return run.cells.datasets.flatMap(({ name: dataset, attributes: known, models }) =>
        SHOWN.flatMap((attribute) => {
          const column = known.find(({ name }) => name === attribute);
          if (column?.kind !== 'number' || new Set(column.values).size < 5) return [];
          const { label, factor } = attributeLabel(attribute);
          const clouds = models.map(({ model, scores }) => ({
            model,
            ...cloudOf(
              [...column.values]
                .map((x, i) => ({ x: x * factor, y: scores[at][i] }))
                .filter(({ x, y }) => !Number.isNaN(x) && !Number.isNaN(y))
                .sort((a, b) => a.x - b.x),
            ),
          }));
          const ends = clouds.flatMap((cloud) => cloud.ends);
          if (ends.length === 0) return [];
          const title = `${metric.name} by ${label}, ${datasetTitle(run, dataset)}${where(input, index)}`;
          return [
            {
              id: plotId('attribute', ...runKey(input, index), dataset, attribute),
              title,
              description: `${title}; the slices below give the same in figures`,
              legend: modelLegend(
                input,
                clouds.map(({ model }) => model),
              ),
              svg: drawSvg({
                description: title,
                options: {
                  x: {
                    label: `${label} \u2192`,
                    labelArrow: 'none',
                    type: isSkewed(ends) ? 'log' : 'linear',
                    ticks: 5,
                    tickFormat: plain,
                  },
                  y: { label: metric.name, labelArrow: 'none', nice: true },
                  marks: [
                    grid('y'),
                    ...clouds.map(({ model, shown, radius }) =>
                      dots(shown, colourOf(input, model), 0.4, radius),
                    ),
                    ...clouds.map(({ model, means }) =>
                      Plot.line(means as XY[], {
                        x: 'x',
                        y: 'y',
                        stroke: colourOf(input, model),
                        strokeWidth: 2,
                      }),
                    ),
                  ],
                },
              }),
            },
          ];
        }),
      );
    }),
};

/** What is drawn of a model's points, which are in order; of very many images nothing else may be kept. */
function cloudOf(points: readonly XY[]): {
  readonly shown: readonly XY[];
  readonly radius: number;
  readonly means: readonly XY[];
  /** The first and the last x. */
  readonly ends: readonly number[];
} {
  return {
    shown: thinned(points, MOST_DOTS),
    radius: points.length > 100 ? 3 : 5,
    means: groupMeans(points),
    ends: [...points.slice(0, 1), ...points.slice(-1)].map(({ x }) => x),
  };
}

function isSkewed(xs: readonly number[]): boolean {
  const low = xs.reduce((a, b) => Math.min(a, b));
  const high = xs.reduce((a, b) => Math.max(a, b));
  return low > 0 && high / low > 30;
}

function plain(value: number): string {
  // As many digits as tell two of them apart; more are those of binary fractions.
  return Number(value.toPrecision(9)).toLocaleString('en-US', { maximumFractionDigits: 9 });
}

function groupMeans(points: readonly XY[]): readonly XY[] {
  const groups = Math.min(10, Math.floor(points.length / FEWEST_A_POINT));
  if (groups < 3) return [];
  return Array.from({ length: groups }, (_, g) => {
    const own = points.slice(
      Math.round((g * points.length) / groups),
      Math.round(((g + 1) * points.length) / groups),
    );
    return { x: own[own.length >> 1].x, y: own.reduce((sum, { y }) => sum + y, 0) / own.length };
  });
}
