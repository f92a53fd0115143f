import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { SCHEMA_VERSION, type Summary } from '../../core/summary.js';
import { runFolder } from '../../evaluate/run-folder.js';
import { REPORTS } from '../../reports/registry.js';
import type { CliContext } from '../context.js';
import { writeReport } from '../write-report.js';

export interface ReportOptions {
  readonly format: string;
  readonly out?: string;
}

/** `maskbench report`: renders the summary of a run folder. */
export async function reportCommand(run: string, options: ReportOptions, context: CliContext): Promise<void> {
  const report = REPORTS.find(({ name }) => name === options.format);
  if (report === undefined) throw new MaskbenchError('usage', `unknown format "${options.format}"`);
  const text = report.render(await readSummary(resolve(context.cwd, run)));
  if (options.out === undefined) context.out(text);
  else await writeReport(resolve(context.cwd, options.out), text);
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
