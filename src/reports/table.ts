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
}

export const NO_FIGURE: Cell = { text: '-' };

/** Milliseconds with three significant digits or so: 1234, 123, 12.3, 1.23. */
export function formatMs(ms: number): string {
  return ms.toFixed(ms >= 99.95 ? 0 : ms >= 9.995 ? 1 : 2);
}

/** Scores in 0..1 with three decimals. */
export function formatScore(score: number): string {
  return score.toFixed(3);
}

/** Decimal megabytes. */
export function formatMegabytes(bytes: number): string {
  const mb = bytes / 1e6;
  return mb.toFixed(mb >= 10 ? 0 : mb >= 0.1 ? 1 : 3);
}
