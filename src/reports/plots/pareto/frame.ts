import type { ParetoFrame } from './draw-pareto.js';
import type { ParetoChoice, ParetoData } from './pareto-data.js';

/** Title and axes of a choice, as wide as there is room. */
export function frameOf(
  data: ParetoData,
  { metric, statistic, dataset, device }: ParetoChoice,
  width: number,
): ParetoFrame {
  const of = data.metrics.find(({ id }) => id === metric);
  const name = of?.name ?? metric;
  const title = data.datasets.find((one) => one.name === dataset)?.title ?? dataset ?? '';
  const where =
    device === null
      ? data.devices.length > 1
        ? 'all devices'
        : (data.devices[0] ?? '')
      : data.devices[device];
  return {
    title: `${name} against latency, ${title}, ${where}`,
    xLabel: `${statistic} latency ${data.covers ?? 'of a prediction'}, ms`,
    yLabel: name,
    better: of?.better ?? 'higher',
    width,
    height: Math.round(Math.max(300, Math.min(440, width * 0.58))),
  };
}
