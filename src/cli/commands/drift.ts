import { availableParallelism } from 'node:os';
import { loadDataset } from '../../datasets/load.js';
import { parseCandidate } from '../../analysis/drift/candidate.js';
import { measureDrift } from '../../analysis/drift/drift.js';
import { summariseDrift, worstFirst } from '../../analysis/drift/summarise-drift.js';
import { renderTable } from '../../reports/formats/terminal.js';
import type { CliContext } from '../context.js';
import { wrapText } from '../../core/text.js';
import { DRIFT_LEGEND, driftTable } from './drift-table.js';

export interface DriftOptions {
  readonly reference: string;
  readonly candidates: readonly string[];
  readonly dataset: string;
  readonly limit?: number;
  readonly worst: number;
  readonly threshold: number;
  readonly threads?: number;
  readonly offline?: boolean;
  readonly json?: boolean;
}

/** Exit status of work that is done, but of which a part failed. */
const SOME_FAILED = 3;
const TOLD_EVERY_MS = 5000;

/** `maskbench drift`: how far mattes of one model lie from those of another, and where they part. */
export async function driftCommand(options: DriftOptions, context: CliContext): Promise<number> {
  const threads = options.threads ?? availableParallelism();
  const dataset = await loadDataset(options.dataset, { cwd: context.cwd, env: context.env });
  let told = performance.now();
  const records = await measureDrift({
    reference: parseCandidate(options.reference, threads),
    candidates: options.candidates.map((label) => parseCandidate(label, threads)),
    dataset,
    limit: options.limit,
    threshold: options.threshold,
    offline: options.offline === true,
    cwd: context.cwd,
    onImage(done) {
      if (performance.now() - told < TOLD_EVERY_MS) return;
      told = performance.now();
      context.err(`drift: ${done} images\n`);
    },
    signal: context.signal,
  });
  const summaries = summariseDrift(records);
  const sorted = worstFirst(records);
  if (options.json === true) {
    const { reference, threshold } = options;
    const json = { reference, dataset: dataset.name, threshold, summaries, images: sorted };
    context.out(`${JSON.stringify(json, null, 2)}\n`);
  } else {
    const tables = summaries.map((summary) => {
      const own = sorted.filter(({ candidate }) => candidate === summary.candidate);
      return renderTable(driftTable(summary, options.reference, own.slice(0, options.worst)));
    });
    const head = `drift on ${dataset.name}, threshold ${options.threshold}, worst images first`;
    context.out(`${[head, ...tables, wrapText(DRIFT_LEGEND)].join('\n\n')}\n`);
  }
  return records.some(({ status }) => status === 'failed') ? SOME_FAILED : 0;
}
