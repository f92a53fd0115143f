import type { Cell, Column, Row, Table } from './table.js';

/** How a figure came out among those it competes with. */
export type Placing = 'best' | 'second' | undefined;

/**
 * The best and the second figure of each column, by the column's better direction, among the cells of one contest.
 * Figures that print the same share their place; where nothing is told apart, nothing is placed. Cells without a contest
 * (leaked, unsealed, published) are not placed and displace nobody. As many rows and cells as the table has.
 */
export function placingsOf({ columns, rows }: Table): readonly (readonly Placing[])[] {
  const places = rows.map(({ cells }): Placing[] => cells.map(() => undefined));
  for (const [k, column] of columns.entries()) {
    for (const contenders of contestsOf(column, rows, k)) {
      const printed = [...new Set(contenders.map(({ text }) => text))];
      if (printed.length < 2) continue;
      for (const { row, text } of contenders) {
        if (text === printed[0]) places[row][k] = 'best';
        else if (text === printed[1]) places[row][k] = 'second';
      }
    }
  }
  return places;
}

interface Contender {
  readonly row: number;
  readonly text: string;
  readonly value: number;
}

/** The contenders of each contest in one column, best first. */
function contestsOf({ better }: Column, rows: readonly Row[], k: number): readonly (readonly Contender[])[] {
  if (better === undefined) return [];
  const contests = new Map<string, Contender[]>();
  for (const [row, { cells }] of rows.entries()) {
    const { contest, value, text } = cells[k] satisfies Cell;
    if (contest === undefined || value === undefined) continue;
    contests.set(contest, [...(contests.get(contest) ?? []), { row, text, value }]);
  }
  const sign = better === 'higher' ? -1 : 1;
  return [...contests.values()].map((contenders) => contenders.sort((a, b) => sign * (a.value - b.value)));
}

/** Whether anything in the table is placed, so that the marks need an explanation. */
export function isPlaced(places: readonly (readonly Placing[])[]): boolean {
  return places.some((row) => row.some((place) => place !== undefined));
}
