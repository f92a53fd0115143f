import * as Plot from '@observablehq/plot';
import { scopeOf } from '../../schema/timing-summary.js';
import { phaseColour } from './colours.js';
import { drawSvg, grid } from './draw-svg.js';
import { rowLabels } from './marks.js';
import { datasetTitle, runKey, where } from './models.js';
import { plotId, type PlotFamily } from './plot.js';

const PHASES = ['preprocess', 'inference', 'postprocess'] as const;

/** Where a prediction's time goes. */
export const phasesPlot: PlotFamily = {
  id: 'phases',
  title: 'Where a prediction\u2019s time goes',
  caption: 'Mean milliseconds of a prediction, stacked by phase. Files were decoded beforehand.',
  draw: (input) =>
    input.runs.flatMap((run, index) =>
      run.summary.datasets.flatMap(({ name: dataset }) => {
        const rows = run.summary.timing.filter(
          (row) => row.dataset === dataset && scopeOf(row) === 'predict',
        );
        if (rows.length === 0) return [];
        const title = `Time by phase, ${datasetTitle(run, dataset)}${where(input, index)}`;
        const bars = rows.flatMap(({ phases }, i) => {
          let end = 0;
          return PHASES.map((phase, k) => {
            const start = end;
            end += phases[phase].mean;
            return { start, end, i, colour: phaseColour(k + 1) };
          });
        });
        return [
          {
            id: plotId('phases', ...runKey(input, index), dataset),
            title,
            description: `${title}: ${rows.map(({ model, phases }) => `${model} ${PHASES.map((phase) => `${phase} ${phases[phase].mean.toFixed(1)} ms`).join(', ')}`).join('; ')}`,
            legend: PHASES.map((label, k) => ({ label, colour: phaseColour(k + 1) })),
            svg: drawSvg({
              description: title,
              height: 58 + 46 * rows.length,
              options: {
                marginLeft: 14,
                marginTop: 8,
                x: {
                  label: 'milliseconds \u2192',
                  labelArrow: 'none',
                  domain: [0, Math.max(...bars.map(({ end }) => end))],
                  nice: true,
                  ticks: 6,
                },
                y: { axis: null, domain: [-0.6, rows.length - 0.6], reverse: true },
                marks: [
                  grid('x'),
                  Plot.rect(bars, {
                    x1: 'start',
                    x2: 'end',
                    y1: (d: { i: number }) => d.i - 0.14,
                    y2: (d: { i: number }) => d.i + 0.2,
                    fill: (d: { colour: string }) => d.colour,
                  }),
                  rowLabels(
                    rows.map(({ model }) => model),
                    0,
                  ),
                ],
                color: { type: 'identity' },
              },
            }),
          },
        ];
      }),
    ),
};
