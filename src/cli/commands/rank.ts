import type { RankingReport } from '../../schema/ranking.js';
import { openSide } from '../../analysis/compare/open-side.js';
import { rankRun } from '../../analysis/compare/rank.js';
import { rankingToMarkdown, rankingToTerminal } from '../../reports/comparison/ranking-table.js';
import type { CliContext } from '../context.js';

export interface RankCommandOptions {
  readonly metrics?: readonly string[];
  readonly format: 'terminal' | 'markdown' | 'json';
}

const RENDER: Readonly<Record<RankCommandOptions['format'], (report: RankingReport) => string>> = {
  terminal: rankingToTerminal,
  markdown: rankingToMarkdown,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
};

/** `maskbench rank`: the models of a run in tiers. */
export async function rankCommand(
  run: string,
  options: RankCommandOptions,
  context: CliContext,
): Promise<void> {
  const side = await openSide(run, context.cwd);
  context.out(RENDER[options.format](await rankRun(side, { metrics: options.metrics })));
}
