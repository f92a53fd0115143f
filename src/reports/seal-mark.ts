import { SEAL_PARTS, UNCHECKED, type Seal, type SealPartName } from '../core/seal.js';
import type { Summary, TimingRow } from '../core/summary.js';

/** Stands behind every time that is not sealed. */
export const UNSEALED_MARK = '*';

/** A row without a seal was never looked at. */
export function sealOfRow({ seal = UNCHECKED }: Pick<TimingRow, 'seal'>): Seal {
  return seal;
}

/** ` *` or nothing. */
export function sealMark(row: Pick<TimingRow, 'seal'>): string {
  return sealOfRow(row).kind === 'sealed' ? '' : ` ${UNSEALED_MARK}`;
}

/** What the mark means, and for every part that failed for which models and what was found. Empty if all is sealed. */
export function sealNotes(summary: Summary, where: string): readonly string[] {
  const failed = new Map<SealPartName, string[]>();
  const unchecked: string[] = [];
  for (const { name, timing } of summary.models) {
    const row = summary.timing.find(({ model, dataset }) => model === name && dataset === null);
    if (row === undefined || timing === null) continue;
    const seal = sealOfRow(row);
    if (seal.kind === 'sealed') continue;
    if (timing.pass === undefined) {
      unchecked.push(timing.measuredElsewhere === true ? `${name} (measured elsewhere)` : name);
      continue;
    }
    for (const part of seal.failed) {
      const found = timing.pass.parts.find((candidate) => candidate.name === part)?.found ?? 'not looked at';
      failed.set(part, [...(failed.get(part) ?? []), `${name} (${found})`]);
    }
  }
  const parts = SEAL_PARTS.flatMap((part) => {
    const models = failed.get(part);
    return models === undefined ? [] : [`not ${part}: ${grouped(models)}`];
  });
  const reasons = [...parts, ...(unchecked.length === 0 ? [] : [`nobody looked: ${unchecked.join(', ')}`])];
  return reasons.length === 0 ? [] : [`${UNSEALED_MARK} unsealed on ${where}, no proof of anything: ${reasons.join('; ')}.`];
}

/** Of many models the first two stand for all. */
function grouped(models: readonly string[]): string {
  return models.length <= 2 ? models.join(', ') : `${models.slice(0, 2).join(', ')} and ${models.length - 2} more`;
}
