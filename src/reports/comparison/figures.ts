import type { GainEstimate } from '../../schema/comparison.js';
import { roughMark, roughNote } from '../../schema/caution.js';
import { NO_FIGURE, type Cell } from '../tables/table.js';

/** Scores with four decimals, since the differences that matter are of some thousandths; larger figures with five digits. */
export function formatFigure(value: number): string {
  return Math.abs(value) < 10 ? value.toFixed(4) : value.toPrecision(5);
}

export function formatSigned(value: number): string {
  return `${value > 0 ? '+' : ''}${formatFigure(value)}`;
}

export function figureCell(value: number | null): Cell {
  return value === null ? NO_FIGURE : { text: formatFigure(value), value };
}

export function signedCell(value: number | null): Cell {
  return value === null ? NO_FIGURE : { text: formatSigned(value), value };
}

export function intervalCell(gain: GainEstimate | null): Cell {
  if (gain === null || gain.lower === null || gain.upper === null) return NO_FIGURE;
  return { text: `${formatSigned(gain.lower)} to ${formatSigned(gain.upper)}${roughMark(gain.caution)}` };
}

/** What explains the marks of rough intervals. */
export function gainNotes(gains: readonly (GainEstimate | null)[]): readonly string[] {
  const shown = gains.filter((gain) => gain !== null && gain.lower !== null && gain.upper !== null);
  const note = roughNote(shown.map((gain) => gain?.caution));
  return note === null ? [] : [note];
}

/** p by itself, with a star where it is below 0.05 after correction for the other rows. */
export function pCell(p: number | null, adjusted: number | null): Cell {
  if (p === null) return NO_FIGURE;
  const star = adjusted !== null && adjusted <= 0.05 ? '*' : '';
  return { text: `${p < 0.001 ? '<0.001' : p.toFixed(3)}${star}`, value: p };
}

export function countCell(value: number): Cell {
  return { text: value.toLocaleString('en-US'), value };
}
