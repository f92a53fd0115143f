import type { PageRun } from '../../schema/page-input.js';
import { evidenceMark } from '../../schema/evidence.js';
import { mixedText } from '../../schema/mixed-machines.js';
import { sealOfRow } from '../tables/seal-mark.js';
import { overallTable } from '../tables/answer-table.js';
import { chosenNote, fewImages } from '../tables/notes-on-images.js';
import { listed } from '../../core/text.js';

export interface Warning {
  readonly kind:
    | 'evidence'
    | 'unsealed'
    | 'leaked'
    | 'failed'
    | 'mixed'
    | 'output'
    | 'chosen'
    | 'few'
    | 'unranked'
    | 'caution';
  readonly text: string;
}

/** Everything that keeps the figures of a run from being taken at their word. */
export function warningsOf(run: PageRun): readonly Warning[] {
  const { summary } = run;
  const { cells, accuracy, timing, datasets, failures } = summary;
  const titleOf = (name: string | null): string => datasets.find((one) => one.name === name)?.title ?? '';
  const warnings: Warning[] = [];
  const { evidence } = summary;
  if (evidence !== undefined && evidence.kind !== 'sealed')
    warnings.push({ kind: 'evidence', text: `The run is ${evidenceMark(evidence)}.` });
  if (cells.failed > 0) {
    warnings.push({
      kind: 'failed',
      text: failures.every(({ failure }) => failure.code === 'cancelled')
        ? `${cells.failed} of ${cells.planned} cells are not scored yet.`
        : `${cells.failed} of ${cells.planned} cells failed and are left out of all means: see Failed cells.`,
    });
  }
  for (const one of summary.mixed ?? [])
    warnings.push({ kind: 'mixed', text: `Put together from machines that differ: ${mixedText(one)}.` });
  for (const { model, message } of summary.warnings ?? [])
    warnings.push({ kind: 'output', text: `${model}: ${message}.` });
  const leaks = new Map<string, string[]>();
  for (const { model, dataset, leaked } of accuracy) {
    if (dataset !== null && leaked.length > 0)
      leaks.set(model, [...(leaks.get(model) ?? []), titleOf(dataset)]);
  }
  for (const [model, on] of leaks) {
    warnings.push({
      kind: 'leaked',
      text: `${model} was trained on pictures of ${listed(on)}: its scores there are not held out, and it is not ranked.`,
    });
  }
  const rows = timing.filter(({ dataset }) => dataset === null);
  const unsealed = rows.filter((row) => sealOfRow(row).kind === 'unsealed');
  if (unsealed.length > 0) {
    const who =
      unsealed.length === rows.length
        ? 'No time is sealed'
        : `The times of ${listed([...new Set(unsealed.map(({ model }) => model))])} are not sealed`;
    const failed = new Set(
      unsealed.flatMap((row) => {
        const seal = sealOfRow(row);
        return seal.kind === 'unsealed' ? seal.failed : [];
      }),
    );
    warnings.push({
      kind: 'unsealed',
      text: `${who}; failed: ${[...failed].join(', ')}. Do not draw conclusions from unsealed times; the notes under Time say what was found.`,
    });
  }
  const table = overallTable(run.ranking);
  const chosen = chosenNote(summary);
  if (chosen !== undefined) warnings.push({ kind: 'chosen', text: chosen });
  const few = fewImages(summary);
  if (few !== undefined) warnings.push({ kind: 'few', text: few });
  for (const { model, reason } of table?.excluded ?? []) {
    if (!leaks.has(model)) warnings.push({ kind: 'unranked', text: `${model} is not ranked: ${reason}.` });
  }
  for (const text of table?.cautions ?? []) warnings.push({ kind: 'caution', text });
  return warnings;
}
