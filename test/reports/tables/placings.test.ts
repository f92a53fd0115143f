import { describe, expect, it } from 'vitest';
import { placingsOf } from '../../../src/reports/tables/placings.js';
import type { Cell, Table } from '../../../src/reports/tables/table.js';

function tableOf(better: 'higher' | 'lower' | undefined, cells: readonly Cell[]): Table {
  return {
    title: '',
    caption: '',
    columns: [{ label: 'x', align: 'right', ...(better === undefined ? {} : { better }) }],
    rows: cells.map((cell) => ({ kind: 'measured', cells: [cell] })),
    notes: [],
  };
}

const figure = (value: number, contest: string | undefined = 'a'): Cell => ({
  text: value.toFixed(2),
  value,
  ...(contest === undefined ? {} : { contest }),
});
const placed = (better: 'higher' | 'lower' | undefined, ...cells: readonly Cell[]): unknown =>
  placingsOf(tableOf(better, cells)).map(([place]) => place);

describe('the best and the second of a column', () => {
  it('are the highest two where higher is better, the lowest two where lower is', () => {
    const cells = [0.5, 0.9, 0.7, 0.1].map((value) => figure(value));
    expect(placed('higher', ...cells)).toEqual([undefined, 'best', 'second', undefined]);
    expect(placed('lower', ...cells)).toEqual(['second', undefined, undefined, 'best']);
    expect(placed(undefined, ...cells)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('are shared by figures that print the same', () => {
    const cells = [0.901, 0.904, 0.8, 0.799, 0.3].map((value) => figure(value));
    expect(placed('higher', ...cells)).toEqual(['best', 'best', 'second', 'second', undefined]);
  });

  it('are found in each contest by itself', () => {
    const cells = [figure(0.9, 'easy'), figure(0.8, 'easy'), figure(0.2, 'hard'), figure(0.4, 'hard')];
    expect(placed('higher', ...cells)).toEqual(['best', 'second', 'second', 'best']);
  });

  it('are nobody who is out of the contest, and nobody is displaced by them', () => {
    const leaked: Cell = { text: '0.99 ‡', value: 0.99 };
    expect(placed('higher', leaked, figure(0.7), figure(0.6))).toEqual([undefined, 'best', 'second']);
  });

  it('are not there where one competes alone, where all are alike, and where there is no figure', () => {
    expect(placed('higher', figure(0.7))).toEqual([undefined]);
    expect(placed('higher', figure(0.7), figure(0.7))).toEqual([undefined, undefined]);
    expect(placed('higher', { text: '-', contest: 'a' }, figure(0.7))).toEqual([undefined, undefined]);
  });
});
