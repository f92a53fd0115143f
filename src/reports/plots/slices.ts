import * as Plot from '@observablehq/plot';
import type { SliceScore } from '../../schema/page-input.js';
import { LINE } from './colours.js';
import { attributeLabel } from './attribute-label.js';
import { drawSvg, grid } from './draw-svg.js';
import { rowLabels } from './marks.js';
import { colourOf, datasetTitle, modelLegend, modelNames, runKey, where } from './models.js';
import { plotId, type PlotFamily } from './plot.js';

const MOST_SLICES = 24;

/** Mean scores by slice, with intervals. */
export const slicesPlot: PlotFamily = {
  id: 'slices',
  title: 'Scores by slice',
  caption:
    'Mean over the images of a slice with its 95 % interval (the table below marks rough ones); n in brackets. Slices of fewer than 30 images are too small to draw conclusions from. Of many slices, the 24 with the lowest means are drawn.',
  draw: (input) =>
    input.runs.flatMap((run, index) =>
      (run.slices ?? []).flatMap(({ attribute, metric, rows }) =>
        [...new Set(rows.map(({ dataset }) => dataset))].map((dataset) => {
          const all = rows.filter((row) => row.dataset === dataset);
          const labels = weakest(all);
          const own = all.filter(({ slice }) => labels.includes(slice));
          const models = modelNames(input).filter((name) => own.some(({ model }) => model === name));
          const { label, factor } = attributeLabel(attribute);
          const name = run.summary.metrics?.find(({ id }) => id === metric)?.name ?? metric;
          const title = `${name} by ${label}, ${datasetTitle(run, dataset)}${where(input, index)}`;
          const at = (row: SliceScore): number =>
            labels.indexOf(row.slice) +
            (models.indexOf(row.model) - (models.length - 1) / 2) * Math.min(0.16, 0.55 / models.length);
          const marks = own.map((row) => ({
            y: at(row),
            mean: row.mean,
            low: 'undefined' in row.interval ? row.mean : row.interval[0],
            high: 'undefined' in row.interval ? row.mean : row.interval[1],
            colour: colourOf(input, row.model),
          }));
          const low = Math.min(...marks.map((mark) => mark.low));
          const count = (slice: string): number =>
            Math.max(...own.filter((row) => row.slice === slice).map(({ n }) => n));
          return {
            id: plotId('slices', ...runKey(input, index), dataset, attribute),
            title,
            description: `${title}: ${own
              .map((row) => `${row.slice}, ${row.model} ${row.mean.toFixed(3)}`)
              .slice(0, 60)
              .join('; ')}`,
            legend: modelLegend(input, models),
            svg: drawSvg({
              description: title,
              height: 58 + labels.length * (34 + 6 * models.length),
              options: {
                marginLeft: 14,
                marginTop: 8,
                x: { label: `${name} \u2192`, labelArrow: 'none', nice: true },
                y: { axis: null, domain: [-0.62, labels.length - 0.55], reverse: true },
                color: { type: 'identity' },
                marks: [
                  grid('x'),
                  Plot.ruleY(labels.map((_, i) => i + 0.45).slice(0, -1), { stroke: LINE }),
                  Plot.link(marks, {
                    x1: 'low',
                    x2: 'high',
                    y1: 'y',
                    y2: 'y',
                    stroke: (d: { colour: string }) => d.colour,
                    strokeWidth: 1.5,
                  }),
                  Plot.dot(marks, { x: 'mean', y: 'y', fill: (d: { colour: string }) => d.colour, r: 3.5 }),
                  rowLabels(
                    labels.map((slice) => `${scaled(slice, factor)} (${count(slice)})`),
                    low,
                    0.45,
                    5,
                  ),
                ],
              },
            }),
          };
        }),
      ),
    ),
};

/** All slices, or the ones with the lowest means where they are too many to draw. */
function weakest(rows: readonly SliceScore[]): readonly string[] {
  const labels = [...new Set(rows.map(({ slice }) => slice))];
  if (labels.length <= MOST_SLICES) return labels;
  const meanOf = (slice: string): number => {
    const own = rows.filter((row) => row.slice === slice);
    return own.reduce((sum, { mean }) => sum + mean, 0) / own.length;
  };
  return labels.sort((a, b) => meanOf(a) - meanOf(b)).slice(0, MOST_SLICES);
}

/** `0.18 to 0.37` of a share as percent. */
function scaled(slice: string, factor: number): string {
  if (factor === 1 || !/^[\d.e-]+(?: to [\d.e-]+)?$/i.test(slice)) return slice;
  return slice
    .replaceAll(/\d+(?:\.\d+)?(?:e-?\d+)?/gi, (n) => String(Number((Number(n) * factor).toPrecision(3))))
    .concat(' %');
}
