import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { SCHEMA_VERSION, type Summary } from '../../core/summary.js';
import { runFolder } from '../../evaluate/run-folder.js';
import { assertComparable } from '../../reports/across/comparable.js';
import { ACROSS_FORMATS, renderAcross } from '../../reports/across/render.js';
import { deviceLabels } from '../../reports/device-label.js';
import { renderPage } from '../../reports/page/render-page.js';
import { REPORTS } from '../../reports/registry.js';
import type { CliContext } from '../context.js';
import { readPageAssets } from '../page-assets.js';
import { writeReport } from '../write-report.js';

export interface ReportOptions {
  readonly format: string;
  readonly out?: string;
}

/** `maskbench report`: renders the summary of a run folder, or of several, made on several devices, side by side. */
export async function reportCommand(
  runs: readonly string[],
  options: ReportOptions,
  context: CliContext,
): Promise<void> {
  const summaries: Summary[] = [];
  for (const run of runs) summaries.push(await readSummary(resolve(context.cwd, run)));
  const text = options.format === 'html' ? await page(summaries) : render(summaries, options.format);
  if (options.out === undefined) context.out(text);
  else await writeReport(resolve(context.cwd, options.out), text);
}

async function page(summaries: readonly Summary[]): Promise<string> {
  assertComparable(summaries, deviceLabels(summaries));
  return renderPage({ runs: summaries.map((summary) => ({ summary })) }, await readPageAssets());
}

function render(summaries: readonly Summary[], format: string): string {
  const [only, ...others] = summaries;
  if (only !== undefined && others.length === 0) {
    const report = REPORTS.find(({ name }) => name === format);
    if (report === undefined) throw new MaskbenchError('usage', `unknown format "${format}"`);
    return report.render(only);
  }
  const across = ACROSS_FORMATS.find((name) => name === format);
  if (across === undefined) {
    throw new MaskbenchError('usage', `several runs cannot be rendered as ${format}`, {
      remedy: `expected one of ${ACROSS_FORMATS.join(', ')}`,
    });
  }
  return renderAcross(summaries, across);
}

async function readSummary(path: string): Promise<Summary> {
  let summary: Summary;
  try {
    summary = JSON.parse(await readFile(runFolder(path).summary, 'utf8')) as Summary;
  } catch (cause) {
    throw new MaskbenchError('data.missing', 'no finished run in this folder (summary.json)', {
      where: path,
      remedy: 'finish it with "maskbench run <config> --resume"',
      cause,
    });
  }
  if (summary.schemaVersion !== SCHEMA_VERSION) {
    throw new MaskbenchError('run.mismatch', `the run has schema version ${summary.schemaVersion}`, {
      where: path,
      remedy: `this Maskbench reads version ${SCHEMA_VERSION}`,
    });
  }
  return summary;
}
