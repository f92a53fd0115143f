import type { PageInput } from '../../../schema/page-input.js';
import type { PhaseSummary } from '../../../schema/timing-summary.js';
import type { MetricMean } from '../../../schema/summary.js';
import { deviceLabels } from '../../tables/device-label.js';
import { comparedScope, inScope, SCOPE_WORDS } from '../../tables/in-scope.js';
import { sealOfRow } from '../../tables/seal-mark.js';
import { modelNames, plottedMetric } from '../models.js';
import type { ParetoChoice, ParetoData, ParetoRow } from './pareto-data.js';

const STATISTICS = ['mean', 'p50', 'p90', 'p95', 'p99'] as const;

/** Every model that was both scored and timed; null if there is none. */
export function gatherPareto(input: PageInput): ParetoData | null {
  const { runs } = input;
  const scope = comparedScope(runs.map(({ summary }) => summary));
  const summaries = runs.map(({ summary }) => inScope(summary, scope));
  const names = modelNames(input);
  const rows = summaries.flatMap((summary, device) =>
    summary.timing.flatMap((timed): readonly ParetoRow[] => {
      const scored = accuracyOf(summaries, device, timed.model, timed.dataset);
      const model = summary.models.find(({ name }) => name === timed.model);
      if (scored === undefined || model === undefined) return [];
      return [
        {
          model: timed.model,
          colour: names.indexOf(timed.model),
          device,
          dataset: timed.dataset,
          bytes: model.bytes,
          sealed: sealOfRow(timed).kind === 'sealed',
          leaked: scored.leaked.length > 0,
          ms: millisecondsOf(timed.phases.predict),
          scores: Object.fromEntries(
            Object.entries(scored.metrics).flatMap(([id, metric]) => scoreOf(id, metric)),
          ),
        },
      ];
    }),
  );
  const known = new Set(rows.flatMap(({ scores }) => Object.keys(scores)));
  const metrics = [
    ...new Map(summaries.flatMap(({ metrics: own = [] }) => own.map((one) => [one.id, one]))).values(),
  ];
  if (rows.length === 0 || metrics.every(({ id }) => !known.has(id))) return null;
  const datasets = new Map(
    summaries.flatMap((summary) => summary.datasets.map(({ name, title }) => [name, title])),
  );
  return {
    ...(scope === 'predict' ? {} : { covers: SCOPE_WORDS[scope].time }),
    devices: deviceLabels(runs.map(({ summary }) => summary)),
    datasets: [
      ...(datasets.size > 1 ? [{ name: null, title: 'mean of all datasets' }] : []),
      ...[...datasets].map(([name, title]) => ({ name, title })),
    ],
    metrics: metrics.filter(({ id }) => known.has(id)).map(({ id, name, better }) => ({ id, name, better })),
    statistics: STATISTICS.filter((statistic) => rows.some(({ ms }) => ms[statistic] !== undefined)),
    rows,
  };
}

/** What is drawn first: the headline metric against the mean, over all datasets and devices. */
export function firstChoice(input: PageInput, { datasets, metrics }: ParetoData): ParetoChoice {
  const wanted = plottedMetric(input.runs[0])?.id;
  const metric = metrics.find(({ id }) => id === wanted)?.id ?? metrics[0].id;
  return { metric, statistic: 'mean', dataset: datasets[0]?.name ?? null, device: null };
}

/** Of the run itself, or of another one that scored the same model: masks do not depend on where time was taken. */
function accuracyOf(
  summaries: readonly PageInput['runs'][number]['summary'][],
  device: number,
  model: string,
  dataset: string | null,
) {
  const order = [summaries[device], ...summaries];
  return order
    .flatMap(({ accuracy }) => accuracy)
    .find((row) => row.model === model && row.dataset === dataset && row.scored > 0);
}

function millisecondsOf(phase: PhaseSummary): Readonly<Record<string, number>> {
  return Object.fromEntries(
    STATISTICS.flatMap((statistic) => {
      const value = phase[statistic];
      return value === undefined ? [] : [[statistic, value]];
    }),
  );
}

function scoreOf(
  id: string,
  { mean, interval }: MetricMean,
): readonly [string, readonly [number, number, number]][] {
  if (mean === null) return [];
  const [low, high] = interval === undefined || 'undefined' in interval ? [mean, mean] : interval;
  return [[id, [mean, low, high]]];
}
