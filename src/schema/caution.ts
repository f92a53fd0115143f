import type { Document, caution } from './basics.js';

/** Why an interval is rough. */
export type Caution = Document<typeof caution>;

/**
 * With fewer values an approximate interval may be too narrow: of two failures in a hundred images some samples show none,
 * and then it covers the mean in 88 to 91 of 100 cases where it says 95 (docs/statistics.md).
 */
export const FEW_VALUES = 200;

/** Of a mean of datasets none may be smaller than this either. */
export const FEW_OF_ONE = 30;

const MARK = '~';

/** What stands behind an interval: a mark where it is rough. */
export function roughMark(caution: Caution | null | undefined): string {
  return caution == null ? '' : MARK;
}

/** What the mark says; null where no interval has it. */
export function roughNote(cautions: readonly (Caution | null | undefined)[]): string | null {
  const reasons = [
    ...(cautions.includes('few-values')
      ? [
          `fewer than ${FEW_VALUES} values (or ${FEW_OF_ONE} in one of several datasets), among which rare failures may be missing`,
        ]
      : []),
    ...(cautions.includes('skewed') ? ['a few values that carry the figure'] : []),
  ];
  return reasons.length === 0
    ? null
    : `${MARK} rough interval, which may be too narrow: ${reasons.join('; or ')}.`;
}
