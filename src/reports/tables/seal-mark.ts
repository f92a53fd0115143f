import { SEAL_PARTS, UNCHECKED, type Seal } from '../../schema/seal.js';
import type { Summary, TimingRow } from '../../schema/summary.js';

/** Stands behind every time that is not sealed; behind the name of a model or a row it holds for the whole row. */
export const UNSEALED_MARK = '*';

/** A row without a seal was never looked at. */
export function sealOfRow({ seal = UNCHECKED }: Pick<TimingRow, 'seal'>): Seal {
  return seal;
}

/** ` *` or nothing. */
export function sealMark(row: Pick<TimingRow, 'seal'>): string {
  return sealOfRow(row).kind === 'sealed' ? '' : ` ${UNSEALED_MARK}`;
}

/** The mark of a model's times over all datasets; nothing for a model that was not timed. */
export function modelMark({ timing }: Pick<Summary, 'timing'>, name: string): string {
  const row = timing.find(({ model, dataset }) => model === name && dataset === null);
  return row === undefined ? '' : sealMark(row);
}

/**
 * What the mark means: which parts failed for which models, in one line. What was found of each part stands in the
 * summary (`models[].timing.pass.parts`). Empty if all is sealed.
 */
export function sealNotes(summary: Summary, where: string): readonly string[] {
  const modelsOf = new Map<string, string[]>();
  let timed = 0;
  for (const { name, timing } of summary.models) {
    const row = summary.timing.find(({ model, dataset }) => model === name && dataset === null);
    if (row === undefined || timing === null) continue;
    timed++;
    for (const reason of reasonsOf(row, timing)) {
      modelsOf.set(reason, [...(modelsOf.get(reason) ?? []), name]);
    }
  }
  if (modelsOf.size === 0) return [];
  // Parts that failed for the same models are named together, those of all models first.
  const groups = new Map<string, string[]>();
  for (const reason of REASONS) {
    const models = modelsOf.get(reason);
    if (models === undefined) continue;
    const who = models.length === timed ? EVERYONE : models.join(', ');
    groups.set(who, [...(groups.get(who) ?? []), reason]);
  }
  const lines = [...groups]
    .sort(([a], [b]) => Number(b === EVERYONE) - Number(a === EVERYONE))
    .map(([who, reasons]) => `${reasons.join(', ')} (${who})`);
  return [`${UNSEALED_MARK} unsealed on ${where}, failed: ${lines.join('; ')}.`];
}

const EVERYONE = 'all models';
/** Nobody looked at the conditions: of times that came along with masks, and of runs from before there was a seal. */
const ELSEWHERE = 'measured elsewhere';
const UNWATCHED = 'never watched';
const REASONS: readonly string[] = [...SEAL_PARTS, ELSEWHERE, UNWATCHED];

function reasonsOf(
  row: TimingRow,
  timing: NonNullable<Summary['models'][number]['timing']>,
): readonly string[] {
  const seal = sealOfRow(row);
  if (seal.kind === 'sealed') return [];
  if (timing.pass !== undefined) return seal.failed;
  return [timing.measuredElsewhere === true ? ELSEWHERE : UNWATCHED];
}
