import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { rasterizeSvg } from '../../image/codec.js';
import { standalonePlots } from '../../reports/plots/standalone.js';
import type { CliContext } from '../context.js';
import { gatherRuns } from '../gather-runs.js';
import { writeReport } from '../write-report.js';

export interface PlotsOptions {
  readonly format: 'svg' | 'png';
  readonly out?: string;
}

/** Pixels to a unit of the drawing: sharp on a display of high density and in print at half a page's width. */
const PNG_SCALE = 3;

/** `maskbench report --format svg|png`: every plot of the report as a file of its own. */
export async function reportPlots(
  runs: readonly string[],
  { format, out }: PlotsOptions,
  context: CliContext,
): Promise<void> {
  if (out === undefined) {
    throw new MaskbenchError('usage', `a report as ${format} is several files`, {
      remedy: 'name a folder with --out',
    });
  }
  const folder = resolve(context.cwd, out);
  const input = await gatherRuns(runs.map((run) => resolve(context.cwd, run)));
  await mkdir(folder, { recursive: true });
  const plots = standalonePlots(input);
  for (const { id, svg } of plots) {
    await writeReport(
      join(folder, `${id}.${format}`),
      format === 'svg' ? svg : await rasterizeSvg(svg, PNG_SCALE),
    );
  }
  context.out(`${plots.length} plots in ${out}\n`);
}
