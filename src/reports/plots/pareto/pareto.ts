import type { PlotFamily } from '../plot.js';
import { choosePoints } from './choose.js';
import { drawPareto } from './draw-pareto.js';
import { frameOf } from './frame.js';
import { firstChoice, gatherPareto } from './gather-pareto.js';

/** Accuracy against latency: which model is worth its time. */
export const pareto: PlotFamily = {
  id: 'pareto',
  title: 'Accuracy against latency',
  caption:
    'Up and to the left is better (down and to the left for metrics where lower is better). Area: size of the model\u2019s file. Vertical bars: 95 % intervals (the tables mark rough ones). Dotted: the Pareto front, whose models no held-out model beats in both. Hollow and *: time not sealed. Dashed and \u2021: trained on these pictures.',
  draw(input) {
    const data = gatherPareto(input);
    if (data === null) return [];
    const choice = firstChoice(input, data);
    const points = choosePoints(data, choice);
    if (points.length === 0) return [];
    const frame = frameOf(data, choice, 760);
    return [
      {
        id: 'pareto',
        title: frame.title,
        description: `${frame.title}: ${points.map(({ label, ms, score }) => `${label} ${score.toFixed(3)} at ${ms.toFixed(0)} ms`).join('; ')}`,
        legend: [],
        svg: drawPareto(points, frame),
      },
    ];
  },
};
