import { join, resolve } from 'node:path';
import { mergeRuns } from '../../evaluate/merge.js';
import { html } from '../../reports/html.js';
import { markdown } from '../../reports/markdown.js';
import { terminal } from '../../reports/terminal.js';
import type { CliContext } from '../context.js';
import { writeReport } from '../write-report.js';

/** `maskbench merge`: the shards of one run as one run folder, with its reports. */
export async function mergeCommand(
  runs: readonly string[],
  { out }: { readonly out: string },
  context: CliContext,
): Promise<number> {
  const folder = resolve(context.cwd, out);
  const summary = await mergeRuns(
    runs.map((run) => resolve(context.cwd, run)),
    folder,
  );
  for (const report of [markdown, html]) {
    await writeReport(join(folder, `report.${report.extension}`), report.render(summary));
  }
  context.out(terminal.render(summary));
  return summary.cells.failed > 0 ? 3 : 0;
}
