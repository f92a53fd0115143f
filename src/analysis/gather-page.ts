import { existsSync } from 'node:fs';
import type { PageRun } from '../schema/page-input.js';
import type { Summary } from '../schema/summary.js';
import { METRICS } from '../metrics/registry.js';
import { runFolder } from '../store/run-folder.js';
import { openRun } from './compare/open-side.js';
import { rankRun } from './compare/rank.js';
import { cellsOf, sliceTables } from './slices/page-cells.js';
import { readCurves } from '../store/curves.js';
import { headlineMetric } from '../metrics/headline-metric.js';
import { readSeries } from '../store/series.js';

/**
 * What a report shows beyond the summary, from the files of the run folder. They are read line by line; what stays is 8
 * bytes a score, an id and the attributes a sample, and the raw times.
 *
 * @throws MaskbenchError `data.missing` if no run is there, `data.unreadable` for a line that is no JSON.
 */
export async function gatherRun(path: string, stored: Summary): Promise<PageRun> {
  const summary = withMetrics(stored);
  const folder = runFolder(path);
  const series = existsSync(folder.timings) ? await readSeries(folder) : [];
  const timed = series.length === 0 ? {} : { series };
  const metric = headlineMetric(summary);
  if (metric === undefined || summary.cells.scored === 0) return { summary, ...timed };
  const side = await openRun(path, summary.name);
  const scores = await side.loadScores(side.facts.models.map(({ name }) => name));
  const cells = cellsOf(scores);
  return {
    summary,
    ...timed,
    cells,
    ranking: await rankRun({ ...side, loadScores: async () => scores }, { metrics: [metric.id] }),
    slices: sliceTables(cells, metric),
    ...(existsSync(folder.curves) ? { curves: await readCurves(folder.curves) } : {}),
  };
}

/** Summaries of earlier versions do not say what their metrics are; the registry does. */
function withMetrics(summary: Summary): Summary {
  if (summary.metrics !== undefined) return summary;
  const scored = new Set(summary.accuracy.flatMap(({ metrics }) => Object.keys(metrics)));
  const known = METRICS.filter(({ meta }) => scored.has(meta.id));
  return {
    ...summary,
    metrics: known.map(({ meta: { id, name, protocol, better, range } }) => ({
      id,
      name,
      protocol,
      better,
      range,
    })),
  };
}
