import { sep } from 'node:path';
import { escapeControls } from '../../core/errors.js';
import { isFlip, VERDICT_IOU, VERDICT_METRICS } from '../../scoring/aggregate/flips.js';
import type { ExplainedProtocol } from '../../scoring/explain/explanation.js';
import { explainImage, type ExplainedCell } from '../../scoring/explain/explain-plan.js';
import { valueText } from '../../metrics/explain-text.js';
import type { Step } from '../../metrics/protocol.js';
import type { FolderPlan } from '../../scoring/folders/folder-plan.js';
import type { FolderScoring } from '../../scoring/folders/score-folders.js';
import { NO_BREAK, wrapText } from '../../core/text.js';

const LABEL_WIDTH = 18;

/** `--explain`: text of 80 columns, or JSON. */
export async function explainCells(
  plan: FolderPlan,
  scoring: FolderScoring,
  { id, json, cwd }: { readonly id: string; readonly json: boolean; readonly cwd: string },
): Promise<string> {
  const cells = await explainImage(plan, scoring, id);
  if (json) return `${JSON.stringify(plan.several ? cells : cells[0], null, 2)}\n`;
  return cells.map((cell) => render(withShortPaths(cell, cwd), plan.several)).join('\n');
}

/** Paths below the current folder lose it: a line has 80 columns. */
function withShortPaths(cell: ExplainedCell, cwd: string): ExplainedCell {
  const files = cell.files.map(({ label, text }) => ({
    label,
    text: text.startsWith(cwd + sep) ? text.slice(cwd.length + sep.length) : text,
  }));
  return { ...cell, files };
}

function render(cell: ExplainedCell, several: boolean): string {
  const name = several ? `${cell.method} on ${cell.dataset}/${cell.id}` : cell.id;
  const parts = [
    escapeControls(name),
    cell.files.map(renderStep).join('\n'),
    ...cell.protocols.map(renderProtocol),
    ...verdict(cell),
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderProtocol({ signature, steps, metrics }: ExplainedProtocol): string {
  const values = Object.entries(metrics).map(
    ([id, value]) => `${id} ${valueText(value).replaceAll(' ', NO_BREAK)}`,
  );
  const list = wrapText(
    `${NO_BREAK}${NO_BREAK}${values.map((value) => value.replace(' ', NO_BREAK)).join(', ')}`,
    '  ',
  );
  return [signature, ...steps.map(renderStep), '', 'all values', list.replaceAll(NO_BREAK, ' ')].join('\n');
}

function renderStep({ label, text }: Step): string {
  const start = `  ${label}`.padEnd(LABEL_WIDTH);
  const whole = text.replaceAll(' %', `${NO_BREAK}%`);
  return wrapText(`${start.replaceAll(' ', NO_BREAK)}${whole}`, ' '.repeat(LABEL_WIDTH)).replaceAll(
    NO_BREAK,
    ' ',
  );
}

function verdict({ protocols }: ExplainedCell): readonly string[] {
  const iouOf = (id: string): number => {
    const value = protocols.map(({ metrics }) => metrics[id]).find((of) => of !== undefined);
    return typeof value === 'number' ? value : Number.NaN;
  };
  const [fixed, sod] = VERDICT_METRICS.map(iouOf);
  if (Number.isNaN(fixed) || Number.isNaN(sod)) return [];
  const says = (iou: number): string => (iou >= VERDICT_IOU ? 'right' : 'wrong');
  const flips = isFlip(fixed, sod) ? 'they differ: the stretch decides' : 'they agree';
  return [
    wrapText(
      `Verdict at IoU >= ${VERDICT_IOU}: fixed ${says(fixed)}, sod ${says(sod)} (sod.bin_iou); ${flips}.`,
    ),
  ];
}
