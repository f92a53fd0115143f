import { NO_FIGURE, type Row, type Table } from '../tables/table.js';

/** The tables of several devices, a row per model each, as one: what is the same on all of them once, the rest per device. */
export function joinAnswers(answers: readonly { readonly table: Table; readonly label: string }[]): Table {
  const tables = answers.map(({ table }) => table);
  const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];
  const names = unique(tables.flatMap(({ rows }) => rows.map(({ cells }) => cells[0].text)));
  const fields = unique(tables.flatMap(({ columns }) => columns.slice(1).map(({ label }) => label))).map(
    (label) => {
      const on = tables.map(({ columns, rows }) => {
        const at = columns.findIndex((column) => column.label === label);
        const cells = names.map(
          (name) => rows.find((row) => row.cells[0].text === name)?.cells[at] ?? NO_FIGURE,
        );
        return { column: columns[at] ?? { label, align: 'right' as const }, cells };
      });
      return {
        on,
        isOne: unique(on.map(({ cells }) => JSON.stringify(cells.map(({ text }) => text)))).length === 1,
      };
    },
  );
  const columns = [
    ...fields.filter(({ isOne }) => isOne).map(({ on }) => on[0]),
    ...answers.flatMap(({ label }, i) =>
      fields
        .filter(({ isOne }) => !isOne)
        .map(({ on }) => ({ ...on[i], column: { ...on[i].column, group: label } })),
    ),
  ];
  return {
    title: tables[0].title,
    caption: unique(tables.map(({ caption }) => caption)).join(' '),
    columns: [tables[0].columns[0], ...columns.map(({ column }) => column)],
    rows: names.map((name, i): Row => ({
      kind: 'measured',
      cells: [{ text: name }, ...columns.map(({ cells }) => cells[i])],
    })),
    notes: unique(tables.flatMap(({ notes }) => notes)),
  };
}
