import { roughNote, type Caution } from '../../schema/caution.js';
import type { Interval } from '../../schema/summary.js';

/** A table as plain data: what every format renders, and all that a format needs to know. */
export interface Table {
  readonly title: string;
  /** One sentence on what the figures are. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Explanations of marks and conditions, in order of appearance. */
  readonly notes: readonly string[];
}

export interface Column {
  /** Heading above several columns, such as a device; equal neighbours are joined. */
  readonly group?: string;
  readonly label: string;
  readonly align: 'left' | 'right';
  /** Which way is better; formats for reading mark the best and the second of each contest. */
  readonly better?: 'higher' | 'lower';
}

/** `published` rows are somebody else's figures. */
export interface Row {
  readonly kind: 'measured' | 'published';
  readonly cells: readonly Cell[];
}

export interface Cell {
  readonly text: string;
  /** The figure unrounded, for formats that machines read; absent for words and missing figures. */
  readonly value?: number;
  /** Figures of one contest are compared with each other; absent: leaked, unsealed, published, or no matter of rank. */
  readonly contest?: string;
  /** Of the figure, as text; shown on request. */
  readonly interval?: readonly [lower: string, upper: string];
  /** Why the interval is rough. */
  readonly caution?: Caution;
}

/** Behind a model or score whose weights were trained on the data. */
export const LEAK_MARK = '‡';

export const NO_FIGURE: Cell = { text: '-' };

/** What a cell says of an interval: nothing where there is none. */
export function intervalIn(
  interval: Interval | undefined,
  format: (value: number) => string,
  caution?: Caution,
): Pick<Cell, 'interval' | 'caution'> {
  return interval === undefined || 'undefined' in interval
    ? {}
    : {
        interval: [format(interval[0]), format(interval[1])],
        ...(caution === undefined ? {} : { caution }),
      };
}

/** `1,560 images`, or `312 units of 1,560 images`. */
export function countedUnits(images: number, units: number | undefined): string {
  const all = `${images.toLocaleString('en-US')} images`;
  return units === undefined ? all : `${units.toLocaleString('en-US')} units of ${all}`;
}

/** What explains the marks of rough intervals in a table that shows its intervals. */
export function roughNotes({ rows }: Pick<Table, 'rows'>): readonly string[] {
  const note = roughNote(rows.flatMap(({ cells }) => cells.map(({ caution }) => caution)));
  return note === null ? [] : [note];
}

/** Milliseconds with three significant digits or so: 1234, 123, 12.3, 1.23. */
export function formatMs(ms: number): string {
  return ms.toFixed(ms >= 99.95 ? 0 : ms >= 9.995 ? 1 : 2);
}

/** Scores in 0..1 with three decimals. */
export function formatScore(score: number): string {
  return score.toFixed(3);
}
