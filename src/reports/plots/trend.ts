import * as Plot from '@observablehq/plot';
import { modelColour, SOFT } from './colours.js';
import { drawSvg, grid } from './draw-svg.js';
import { thinned } from './marks.js';
import { plotId, type StaticPlot } from './plot.js';

/** A metric of a model over runs, the oldest first. */
interface TrendInput {
  readonly model: string;
  readonly metric: { readonly id: string; readonly name: string; readonly better: 'higher' | 'lower' };
  readonly points: readonly {
    readonly createdAt: string;
    readonly value: number;
    /** What is not as in the run before. */
    readonly changed: readonly string[];
  }[];
}

/** Dates below the axis: more would touch. */
const MOST_DATES = 6;
/** Room around the values, as a share of what they span; of values that are all the same, in their unit. */
const [ROOM, LEAST_ROOM] = [0.08, 0.01];
const SIZE = { width: 560, height: 300 };

/**
 * The runs one after the other, a dot each. Only runs of the same file on the same images and units by the same conventions are
 * joined by a line: from one part to the next nothing says whether the model has changed. An open dot begins a part.
 */
export function trendPlot({ model, metric, points }: TrendInput): StaticPlot {
  const title = `${metric.name} of ${model}, run by run (${metric.better} is better)`;
  const colour = modelColour(0);
  const placed = points.map((point, x) => ({ ...point, x, part: 0 }));
  let part = 0;
  for (const point of placed) {
    if (point.changed.length > 0) part++;
    point.part = part;
  }
  const values = points.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = high > low ? ROOM * (high - low) : LEAST_ROOM;
  const days = points.map(({ createdAt }) => dayOf(createdAt));
  const isOneDay = new Set(days).size < 2;
  const dates = isOneDay ? points.map(({ createdAt }) => createdAt.slice(11, 16)) : days;
  const begins = placed.filter(({ changed }) => changed.length > 0);
  return {
    id: plotId('trend', model, metric.id),
    title,
    description: `${title}: ${points.map(({ createdAt, value }) => `${value.toFixed(4)} (${dayOf(createdAt)})`).join(', ')}`,
    legend:
      begins.length === 0
        ? []
        : [{ label: `open: other ${changesOf(begins).join(', ')} than before`, colour }],
    svg: drawSvg({
      ...SIZE,
      description: title,
      options: {
        marginLeft: 56,
        x: {
          label: isOneDay ? `begun on ${days[0]} (UTC)` : 'begun (UTC)',
          labelArrow: 'none',
          domain: [-0.5, points.length - 0.5],
          ticks: thinned(placed, MOST_DATES).map(({ x }) => x),
          tickFormat: (x: number) => dates[x],
        },
        y: { label: metric.name, labelArrow: 'none', domain: [low - room, high + room] },
        marks: [
          grid('y'),
          Plot.line(placed, { x: 'x', y: 'value', z: 'part', stroke: colour, strokeWidth: 1.75 }),
          Plot.dot(placed, { x: 'x', y: 'value', r: 3.5, fill: colour }),
          Plot.dot(begins, { x: 'x', y: 'value', r: 4, stroke: colour, strokeWidth: 1.75, fill: '#fff' }),
          Plot.ruleX(
            begins.map(({ x }) => x - 0.5),
            { stroke: SOFT, strokeDasharray: '3,3' },
          ),
        ],
      },
    }),
  };
}

const dayOf = (createdAt: string): string => createdAt.slice(0, 10);

function changesOf(begins: TrendInput['points']): readonly string[] {
  return [...new Set(begins.flatMap(({ changed }) => changed))];
}
