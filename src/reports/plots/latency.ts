import * as Plot from '@observablehq/plot';
import type { LatencySeries } from '../../schema/page-input.js';
import { SCOPE_WORDS } from '../tables/in-scope.js';
import { INK, LINE, WARN } from './colours.js';
import { drawSvg, grid } from './draw-svg.js';
import { dots, thinned, type XY } from './marks.js';
import { colourOf, runKey, where } from './models.js';
import { plotId, type PlotFamily } from './plot.js';

/** More would lie on each other, and make the page heavy. */
const MOST_DOTS = 1500;
const MOST = MOST_DOTS.toLocaleString('en');

/** Timed predictions in the order in which they were made. */
export const latency: PlotFamily = {
  id: 'latency',
  title: 'The timed predictions, in order',
  caption: `Milliseconds of a prediction over the seconds of the timing pass. Horizontal lines are the medians of the windows that the seal compares; outliers beyond Tukey\u2019s fences are ringed and count in every figure. Of more than ${MOST} predictions, ${MOST} are drawn at even steps, plus all outliers.`,
  draw: (input) =>
    input.runs.flatMap((run, index) =>
      (run.series ?? []).map((series) => {
        const title = `${series.model}${SCOPE_WORDS[series.scope].title}${where(input, index)}`;
        const scope = series.scope === 'predict' ? [] : [series.scope];
        const points = pointsOf(series);
        const timed = points.every(({ x }) => !Number.isNaN(x));
        const shown = timed ? points : points.map((point, x) => ({ ...point, x }));
        const windows = windowsOf(series, shown);
        const colour = colourOf(input, series.model);
        return {
          id: plotId('latency', ...runKey(input, index), series.model, ...scope),
          title,
          description: `${title}: ${shown.length} predictions, ${series.outlier.reduce((a, b) => a + b, 0)} outliers${windows.length === 0 ? '' : `, window medians ${windows.map(({ y }) => y.toFixed(1)).join(', ')} ms`}`,
          legend: [],
          svg: drawSvg({
            description: title,
            height: 190,
            options: {
              marginLeft: 52,
              x: { label: timed ? 'seconds \u2192' : 'prediction \u2192', labelArrow: 'none', ticks: 5 },
              y: { label: 'ms', labelArrow: 'none', zero: true, nice: true, ticks: 5 },
              marks: [
                grid('y'),
                dots(thinned(shown, MOST_DOTS), colour, 0.6, shown.length > 300 ? 2.5 : 4),
                Plot.ruleX(windows.slice(1), { x: 'x1', stroke: LINE }),
                Plot.link(windows, { x1: 'x1', x2: 'x2', y1: 'y', y2: 'y', stroke: INK, strokeWidth: 1.75 }),
                Plot.dot(
                  shown.filter((_, i) => series.outlier[i] === 1),
                  { x: 'x', y: 'y', r: 4, stroke: WARN, fill: 'none' },
                ),
              ],
            },
          }),
        };
      }),
    ),
};

function pointsOf({ atMs, predictMs }: LatencySeries): readonly XY[] {
  return [...predictMs].map((y, i) => ({ x: atMs[i] / 1000, y }));
}

function windowsOf(
  { windows }: LatencySeries,
  points: readonly XY[],
): readonly { readonly x1: number; readonly x2: number; readonly y: number }[] {
  let from = 0;
  return windows.flatMap((n) => {
    const own = points.slice(from, from + n);
    from += n;
    if (own.length === 0) return [];
    const sorted = own.map(({ y }) => y).sort((a, b) => a - b);
    return [{ x1: own[0].x, x2: own[own.length - 1].x, y: sorted[sorted.length >> 1] }];
  });
}
