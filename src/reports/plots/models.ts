import type { PageInput, PageRun } from '../../schema/page-input.js';
import type { MetricSummary } from '../../schema/summary.js';
import { deviceLabels } from '../tables/device-label.js';
import { modelColour } from './colours.js';
import type { LegendEntry } from './plot.js';

/** All models of the runs, in order of appearance: the index is the model's colour everywhere. */
export function modelNames({ runs }: PageInput): readonly string[] {
  return [...new Set(runs.flatMap(({ summary }) => summary.models.map(({ name }) => name)))];
}

export function colourOf(input: PageInput, model: string): string {
  return modelColour(modelNames(input).indexOf(model));
}

export function modelLegend(input: PageInput, models: readonly string[]): readonly LegendEntry[] {
  return models.map((label) => ({ label, colour: colourOf(input, label) }));
}

export function datasetTitle({ summary }: PageRun, name: string): string {
  return summary.datasets.find((dataset) => dataset.name === name)?.title ?? name;
}

/** ` on <device>` where several runs are shown. */
export function where(input: PageInput, index: number): string {
  return input.runs.length < 2 ? '' : ` on ${deviceLabels(input.runs.map(({ summary }) => summary))[index]}`;
}

/** The metric that plots show: the first headline of a protocol that the run has. */
export function plottedMetric({
  summary: { metrics = [], protocols = [] },
  cells,
}: PageRun): MetricSummary | undefined {
  const known = metrics.filter(({ id }) => cells?.metrics.includes(id) ?? true);
  const headlines = protocols.map(({ headline }) => known.find(({ id }) => id === headline));
  return headlines.find((metric) => metric !== undefined) ?? known[0];
}

/** Part of a plot's id: which of several runs it is of. */
export function runKey({ runs }: PageInput, index: number): readonly string[] {
  return runs.length < 2 ? [] : [String(index + 1)];
}
