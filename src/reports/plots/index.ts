import { attributes } from './attributes.js';
import { curves } from './curves.js';
import { ecdf } from './ecdf.js';
import { latency } from './latency.js';
import { pareto } from './pareto/pareto.js';
import { phasesPlot } from './phases.js';
import type { PlotFamily } from './plot.js';
import { scores } from './scores.js';
import { slicesPlot } from './slices.js';

/** Every kind of plot. The only list. */
export const PLOTS: readonly PlotFamily[] = [
  pareto,
  scores,
  ecdf,
  attributes,
  slicesPlot,
  curves,
  phasesPlot,
  latency,
];
