import { escapeControls } from '../core/errors.js';
import type { TensorDifference } from '../analysis/drift/difference.js';
import type { DriftedImage } from '../analysis/drift/drift.js';
import { scoreChange, type DriftSummary } from '../analysis/drift/summarise-drift.js';
import type { Cell, Row, Table } from '../reports/tables/table.js';

/**
 * One candidate's drift: all images in a sentence or two, the worst ones as a table.
 *
 * @param named as the user wrote it, and the version that it says it has
 */
export function driftTable(
  { candidate, ...s }: DriftSummary,
  reference: string,
  named: (model: string) => string,
  worst: readonly DriftedImage[],
): Table {
  const failed = worst.filter((record) => record.status === 'failed');
  return {
    title: `${named(candidate)} beside ${named(reference)}`,
    caption: s.images === 0 ? `None of ${s.failed} images could be compared.` : captionOf(s),
    columns: [
      { label: 'Image', align: 'left' },
      ...['max', 'mean', 'flipped', 'IoU', 'score', 'input', 'output'].map((label) => ({
        label,
        align: 'right' as const,
      })),
      { label: 'differs from', align: 'left' },
    ],
    rows: worst.map(rowOf),
    notes: failed.map((record) => `${escapeControls(record.id)}: ${record.failure.message}`),
  };
}

/** What the columns are, once below all tables. */
export const DRIFT_LEGEND =
  'max, mean: matte levels of 255; flipped: pixels on the other side of the threshold; IoU: of the two masks; score: change of IoU with the ground truth; input, output: greatest difference of the tensors.';

const SHORT = { 'input tensor': 'input', 'raw output': 'output', 'post-processing': 'post' } as const;

function rowOf(record: DriftedImage): Row {
  const id = { text: record.id };
  if (record.status === 'failed') {
    const none = Array.from({ length: 7 }, (): Cell => ({ text: '-' }));
    return { kind: 'measured', cells: [id, ...none, { text: 'failed' }] };
  }
  const { matte, input, output, stage } = record;
  const figures = [
    String(matte.max),
    matte.mean.toFixed(3),
    percent(matte.flipped),
    matte.iou.toFixed(4),
    signed(scoreChange(record)),
    tensorText(input),
    tensorText(output),
    stage === undefined ? '-' : stage === null ? 'nowhere' : SHORT[stage],
  ];
  return { kind: 'measured', cells: [id, ...figures.map((text) => ({ text }))] };
}

function stagesText(stages: DriftSummary['stages']): string {
  if (stages === null) return 'One of the two is no network: it has no stages to compare.';
  const parts = Object.entries(stages).map(([stage, n]) => `${stage === 'none' ? 'nowhere' : stage} ${n}`);
  return `They differ from this stage on: ${parts.join(', ')}.`;
}

function tensorText(difference: TensorDifference | undefined): string {
  if (difference === undefined) return '-';
  if (difference === null) return 'shape';
  return difference.max === 0 ? 'equal' : difference.max.toPrecision(2);
}

function percent(share: number): string {
  return share === 0 ? '0 %' : `${(share * 100).toPrecision(2)} %`;
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(4)}`;
}

function captionOf(s: Omit<DriftSummary, 'candidate'>): string {
  return [
    `${s.images} images, ${s.identical} with equal mattes${s.failed > 0 ? `, ${s.failed} failed` : ''}.`,
    `Matte: at most ${s.maxLevel} levels off, ${s.meanLevel.toFixed(3)} on average;`,
    `flipped pixels ${percent(s.meanFlipped)}, at worst ${percent(s.maxFlipped)};`,
    `IoU with the reference ${s.meanIou.toFixed(4)}, at worst ${s.minIou.toFixed(4)};`,
    `score ${signed(s.scoreChange)}.`,
    stagesText(s.stages),
  ].join(' ');
}
