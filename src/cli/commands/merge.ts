import { resolve } from 'node:path';
import { mergeRuns } from '../../pipeline/merge.js';
import { terminal } from '../../reports/formats/terminal.js';
import type { CliContext } from '../context.js';
import { writeRunReports } from '../run-reports.js';

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
  await writeRunReports(folder, summary);
  context.out(terminal.render(summary));
  return summary.cells.failed > 0 ? 3 : 0;
}
