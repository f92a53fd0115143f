import { counted, listed } from '../../core/text.js';
import type { PageRun } from '../../schema/page-input.js';
import type { Summary } from '../../schema/summary.js';
import { overallTable } from '../tables/answer-table.js';
import { deviceLabel } from '../tables/device-label.js';
import { comparedScope, inScope, SCOPE_WORDS } from '../tables/in-scope.js';
import { sealOfRow } from '../tables/seal-mark.js';
import { formatMs, formatScore } from '../tables/table.js';

/** What a run says in one breath. */
interface VerdictLine {
  /** `On <device>, for <datasets>`. */
  readonly scope: string;
  /** The model of the best mean, and which ones it is not shown to differ from. */
  readonly best: string;
  /** The fastest model and its time, or the time of the only one; null where nothing was timed. */
  readonly fastest: string | null;
}

/**
 * The verdict of a run: the best mean over all its datasets, and the fastest model.
 *
 * @param device what the device is called among several runs
 */
export function verdictLine(run: PageRun, device = deviceLabel(run.summary)): VerdictLine {
  const { summary } = run;
  const titles = summary.datasets.map(({ title }) => title);
  return {
    // Masks made elsewhere were predicted on no device of this run's.
    scope: summary.models.every(({ bytes }) => bytes === 0)
      ? `For ${listed(titles)}`
      : `On ${device} (${summary.device.cpu}), for ${listed(titles)}`,
    best: bestOf(run),
    fastest: fastestOf(summary),
  };
}

function bestOf(run: PageRun): string {
  const table = overallTable(run.ranking);
  if (table === undefined) {
    return run.summary.cells.scored === 0
      ? 'nothing was scored, so no model is the best'
      : 'the models were not compared with each other';
  }
  const [winner, ...others] = table.ranks;
  if (winner === undefined) return 'no model can be ranked';
  const by = `by ${table.title} (${formatScore(winner.mean)} over ${counted(table.n, 'image')})`;
  if (others.length === 0) return `${winner.model} is the only model that can be ranked ${by}`;
  const like = others.filter(({ beatenBy }) => !beatenBy.includes(winner.model)).map(({ model }) => model);
  return like.length === 0
    ? `${winner.model} is the best ${by}`
    : `${winner.model} has the ${table.better === 'higher' ? 'highest' : 'lowest'} mean ${by}, not shown to differ from ${listed(like)}`;
}

function fastestOf(summary: Summary): string | null {
  const scope = comparedScope([summary]);
  const overall = inScope(summary, scope).timing.filter(({ dataset }) => dataset === null);
  const [fastest, second] = [...overall].sort((a, b) => a.phases.predict.mean - b.phases.predict.mean);
  if (fastest === undefined) return null;
  const sealed = sealOfRow(fastest).kind === 'sealed' ? '' : ', not sealed';
  const ms = formatMs(fastest.phases.predict.mean);
  if (second === undefined)
    return `a prediction of ${fastest.model} takes ${ms} ms${SCOPE_WORDS[scope].title}${sealed}`;
  return `${fastest.model} is the fastest: ${ms} ms per prediction${SCOPE_WORDS[scope].title}${sealed}; ${second.model} comes next with ${formatMs(second.phases.predict.mean)} ms`;
}
