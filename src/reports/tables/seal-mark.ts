import { notKnownIn, SEAL_PARTS, UNCHECKED, type Seal } from '../../schema/seal.js';
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
 * What the mark means: which parts failed for which models, in one line; and in another what nobody knows of the times that
 * are sealed. What was found of each part stands in the summary (`models[].timing.pass.parts`). Empty if all is sealed and
 * known.
 */
export function sealNotes(summary: Summary, where: string): readonly string[] {
  const failed: Told[] = [];
  const unknown: Told[] = [];
  for (const { name, timing } of summary.models) {
    const row = summary.timing.find(({ model, dataset }) => model === name && dataset === null);
    if (row === undefined || timing === null) continue;
    const isSealed = sealOfRow(row).kind === 'sealed';
    failed.push({ name, said: reasonsOf(row, timing) });
    unknown.push({ name, said: isSealed ? notKnownIn(timing.pass?.parts ?? []) : [] });
  }
  const [why, what] = [byModels(failed, REASONS), byModels(unknown)];
  return [
    ...(why === '' ? [] : [`${UNSEALED_MARK} unsealed on ${where}, failed: ${why}.`]),
    ...(what === '' ? [] : [`Sealed without what ${where} does not tell: ${what}.`]),
  ];
}

/** What is said of one model. */
interface Told {
  readonly name: string;
  readonly said: readonly string[];
}

/** `idle (all models); steady (a, b)`: what is said of the same models together, of all of them first. Empty for nothing. */
function byModels(told: readonly Told[], order?: readonly string[]): string {
  const groups = new Map<string, string[]>();
  for (const what of order ?? new Set(told.flatMap(({ said }) => said))) {
    const models = told.filter(({ said }) => said.includes(what)).map(({ name }) => name);
    if (models.length === 0) continue;
    const who = models.length === told.length ? EVERYONE : models.join(', ');
    groups.set(who, [...(groups.get(who) ?? []), what]);
  }
  return [...groups]
    .sort(([a], [b]) => Number(b === EVERYONE) - Number(a === EVERYONE))
    .map(([who, all]) => `${all.join(', ')} (${who})`)
    .join('; ');
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
