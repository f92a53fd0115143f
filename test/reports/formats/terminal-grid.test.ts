import { describe, expect, it } from 'vitest';
import type { Column, Table } from '../../../src/reports/tables/table.js';
import { renderGrid } from '../../../src/reports/formats/terminal-grid.js';

const model: Column = { label: 'Model', align: 'left' };
const column = (label: string, group?: string): Column => ({
  label,
  align: 'right',
  ...(group === undefined ? {} : { group }),
});
const table = (columns: readonly Column[], cells: readonly string[]): Pick<Table, 'columns' | 'rows'> => ({
  columns,
  rows: [{ kind: 'measured', cells: cells.map((text) => ({ text })) }],
});
const lines = (grid: string): readonly string[] => grid.split('\n');

describe('a grid', () => {
  it('is drawn with padding where there is room', () => {
    expect(lines(renderGrid(table([model, column('ms')], ['u2net', '307']), 80))).toEqual([
      '┌───────┬─────┐',
      '│ Model │  ms │',
      '├───────┼─────┤',
      '│ u2net │ 307 │',
      '└───────┴─────┘',
    ]);
  });

  it('that is too wide loses its padding, then has its labels broken', () => {
    const wide = table([model, column('Humans (samples)')], ['u2net', '307']);
    expect(lines(renderGrid(wide, 24))[1]).toBe('│Model│Humans (samples)│');
    expect(lines(renderGrid(wide, 23)).slice(1, 3)).toEqual([
      '│ Model │    Humans │',
      '│       │ (samples) │',
    ]);
  });
});

describe('groups of columns', () => {
  const small = 'cuda:0, NVIDIA L4, 23 GB';
  const large = 'cuda:0, NVIDIA H100 NVL, 94 GB';
  const labels = ['Humans', 'DIS5K', 'mean'];
  const two = table(
    [model, ...labels.map((label) => column(label, small)), ...labels.map((label) => column(label, large))],
    ['birefnet-general', '832', '852', '842', '341', '361', '351 *'],
  );

  it('have one heading over all their columns', () => {
    expect(lines(renderGrid(two, 80))).toEqual([
      '┌──────────────────┬───────────────────────┬────────────────────────┐',
      '│                  │ cuda:0, NVIDIA L4, 23 │ cuda:0, NVIDIA H100    │',
      '│                  │ GB                    │ NVL, 94 GB             │',
      '├──────────────────┼────────┬───────┬──────┼────────┬───────┬───────┤',
      '│ Model            │ Humans │ DIS5K │ mean │ Humans │ DIS5K │  mean │',
      '├──────────────────┼────────┼───────┼──────┼────────┼───────┼───────┤',
      '│ birefnet-general │    832 │   852 │  842 │    341 │   361 │ 351 * │',
      '└──────────────────┴────────┴───────┴──────┴────────┴───────┴───────┘',
    ]);
  });

  it('stand one below another where they are too wide together', () => {
    const grid = renderGrid(two, 46);
    expect(grid.split('birefnet-general')).toHaveLength(3);
    expect(grid).toContain(' cuda:0, NVIDIA L4,');
    for (const line of lines(grid)) expect(line.length).toBeLessThanOrEqual(46);
  });

  it('with a name longer than a line have it cut', () => {
    const long = table([model, column('a', 'x'.repeat(9)), column('b', 'y')], ['m', '1', '2']);
    expect(lines(renderGrid(long, 80)).slice(1, 4)).toEqual([
      '│       │xxx│ y │',
      '│       │xxx│   │',
      '│       │xxx│   │',
    ]);
  });
});
