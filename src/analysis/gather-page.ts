import { existsSync } from 'node:fs';
import type { PageRun } from '../schema/page-input.js';
import type { RankingReport } from '../schema/ranking.js';
import type { MetricSummary, Summary } from '../schema/summary.js';
import { headlineOf } from '../metrics/registry.js';
import { runFolder } from '../store/run-folder.js';
import { openRun } from './compare/open-side.js';
import { rankRun } from './compare/rank.js';
import { cellsOf, sliceTables } from './slices/page-cells.js';
import { readCurves } from '../store/curves.js';
import { readSeries } from '../store/timed-series.js';

/**
 * What a report shows beyond the summary, from the files of the run folder. They are read line by line; what stays is 8
 * bytes a score of the metrics that are plotted, an id and the attributes a sample, and the raw times.
 *
 * @throws MaskbenchError `data.missing` if no run is there, `data.unreadable` for a line that is no JSON.
 */
export async function gatherRun(path: string, summary: Summary): Promise<PageRun> {
  const folder = runFolder(path);
  const series = existsSync(folder.timings) ? await readSeries(folder) : [];
  const timed = series.length === 0 ? {} : { series };
  const metric = headline(summary);
  if (metric === undefined) return { summary, ...timed };
  const side = await openRun(path, summary.name);
  const plotted = [metric.id, ...(summary.protocols ?? []).map((protocol) => protocol.headline)];
  const scores = await side.loadScores(
    side.facts.models.map(({ name }) => name),
    plotted,
  );
  const cells = cellsOf(scores);
  return {
    summary,
    ...timed,
    cells,
    ranking: await rankRun({ ...side, loadScores: async () => scores }, { metrics: [metric.id] }),
    slices: sliceTables(cells, metric),
    ...(existsSync(folder.curves) ? { curves: await readCurves(folder) } : {}),
  };
}

/** The tiers of a run by its headline metric; undefined where nothing was scored. @throws as `gatherRun` */
export async function rankingOf(path: string, summary: Summary): Promise<RankingReport | undefined> {
  const metric = headline(summary);
  return metric && rankRun(await openRun(path, summary.name), { metrics: [metric.id] });
}

function headline({ metrics = [], cells }: Summary): MetricSummary | undefined {
  const id = headlineOf(metrics.map((metric) => metric.id));
  return cells.scored === 0 ? undefined : metrics.find((metric) => metric.id === id);
}
