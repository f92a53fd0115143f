import { availableParallelism } from 'node:os';
import { escapeControls } from '../../core/errors.js';
import { loadDataset } from '../../datasets/load.js';
import { parseCandidate } from '../../evaluate/drift/candidate.js';
import type { TensorDifference } from '../../evaluate/drift/difference.js';
import { measureDrift, type DriftedImage } from '../../evaluate/drift/drift.js';
import {
  scoreChange,
  summariseDrift,
  worstFirst,
  type DriftSummary,
} from '../../evaluate/drift/summarise-drift.js';
import { plainTable } from '../../reports/plain-table.js';
import type { CliContext } from '../context.js';

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
    context.out(
      `drift from ${escapeControls(options.reference)} on ${dataset.name}, threshold ${options.threshold}\n\n`,
    );
    context.out(`${summaryTable(summaries)}\n\n`);
    const shown = sorted.slice(0, options.worst);
    if (shown.length > 0) context.out(`worst images first\n${imageTable(shown)}\n`);
  }
  return records.some(({ status }) => status === 'failed') ? SOME_FAILED : 0;
}

function summaryTable(summaries: readonly DriftSummary[]): string {
  return plainTable(
    ['candidate', 'images', 'equal', 'max', 'mean', 'flipped', 'worst', 'IoU', 'worst', 'score', 'parts at'],
    summaries.map((s) => [
      escapeControls(s.candidate),
      s.failed > 0 ? `${s.images} (${s.failed} failed)` : String(s.images),
      String(s.identical),
      String(s.maxLevel),
      s.meanLevel.toFixed(3),
      percent(s.meanFlipped),
      percent(s.maxFlipped),
      s.meanIou.toFixed(4),
      s.minIou.toFixed(4),
      signed(s.scoreChange),
      Object.entries(s.stages)
        .map(([stage, count]) => `${stage} ${count}`)
        .join(', '),
    ]),
  );
}

function imageTable(records: readonly DriftedImage[]): string {
  return plainTable(
    ['image', 'candidate', 'max', 'mean', 'flipped', 'IoU', 'score', 'input', 'output', 'parts at'],
    records.map((record) => {
      const names = [escapeControls(record.id), escapeControls(record.candidate)];
      if (record.status === 'failed') {
        return [...names, '', '', '', '', '', '', '', `failed: ${escapeControls(record.failure.message)}`];
      }
      const { matte, input, output, stage } = record;
      return [
        ...names,
        String(matte.max),
        matte.mean.toFixed(3),
        percent(matte.flipped),
        matte.iou.toFixed(4),
        signed(scoreChange(record)),
        tensorText(input),
        tensorText(output),
        stage ?? 'nowhere',
      ];
    }),
  );
}

function tensorText(difference: TensorDifference): string {
  if (difference === null) return 'other shape';
  return difference.max === 0 ? 'equal' : difference.max.toPrecision(3);
}

function percent(share: number): string {
  return share === 0 ? '0 %' : `${(share * 100).toPrecision(2)} %`;
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(4)}`;
}
