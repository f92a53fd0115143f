import type { VNode } from 'preact';
import { roughMark } from '../../../schema/caution.js';
import { isPlaced, placingsOf, type Placing } from '../../tables/placings.js';
import { roughNotes, type Column, type Row, type Table } from '../../tables/table.js';
import { Name } from './name.js';

/** A table with its caption and notes. The script makes its columns sortable: `data-value` holds the figure behind a cell. */
export function DataTable({ table }: { readonly table: Table }): VNode {
  const { title, caption } = table;
  return (
    <div class="block">
      <h3>{title}</h3>
      <p class="caption">{caption}</p>
      <Grid table={table} />
      <Notes notes={notesOf(table)} />
    </div>
  );
}

/** A table that comes before all that explains it. */
export function LeadTable({ table }: { readonly table: Table }): VNode {
  return (
    <div class="block">
      <Grid table={table} />
      <p class="caption">{table.caption}</p>
      <Notes notes={notesOf(table)} />
    </div>
  );
}

/** With what the marks of the best figures mean, where there are some. */
function notesOf(table: Table): readonly string[] {
  const notes = [...roughNotes(table), ...table.notes];
  if (!isPlaced(placingsOf(table))) return notes;
  return [
    'Best figure in bold, second underlined, equal ones alike, whether or not they are shown to differ; figures with a mark are not compared.',
    ...notes,
  ];
}

function Grid({ table }: { readonly table: Table }): VNode {
  const { title, columns, rows } = table;
  const places = placingsOf(table);
  return (
    <div class="scroll" role="region" aria-label={title} tabindex={0}>
      <table class="sortable">
        <thead>
          <GroupRow columns={columns} />
          <tr>
            {columns.map(({ label, align }) => (
              <th scope="col" class={align}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <BodyRow row={row} columns={columns} places={places[i] ?? []} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** One below the other; null for none. */
export function tableGroup(tables: readonly Table[]): VNode | null {
  return tables.length === 0 ? null : (
    <>
      {tables.map((table) => (
        <DataTable table={table} />
      ))}
    </>
  );
}

/** What explains marks and conditions, below a table or plot. */
export function Notes({ notes }: { readonly notes: readonly string[] }): VNode | null {
  return notes.length === 0 ? null : (
    <ul class="notes">
      {notes.map((note) => (
        <li>{note}</li>
      ))}
    </ul>
  );
}

interface BodyRowProps {
  readonly row: Row;
  readonly columns: readonly Column[];
  readonly places: readonly Placing[];
}

function BodyRow({ row, columns, places }: BodyRowProps): VNode {
  return (
    <tr class={row.kind}>
      {row.cells.map(({ text, value, interval, caution }, i) =>
        i === 0 ? (
          <th scope="row">
            <Name text={text} />
          </th>
        ) : (
          <td class={columns[i].align} data-value={value}>
            <bdi>
              {places[i] === 'best' ? <strong>{text}</strong> : places[i] === 'second' ? <u>{text}</u> : text}
            </bdi>
            {interval !== undefined && (
              <small class="interval">
                {interval[0]} to {interval[1]}
                {roughMark(caution)}
              </small>
            )}
          </td>
        ),
      )}
    </tr>
  );
}

/** Equal neighbouring groups become one heading over their columns. */
function GroupRow({ columns }: { readonly columns: readonly Column[] }): VNode | null {
  if (columns.every(({ group }) => group === undefined)) return null;
  const spans: { group: string; span: number }[] = [];
  for (const { group = '' } of columns) {
    const last = spans.at(-1);
    if (last !== undefined && last.group === group) last.span++;
    else spans.push({ group, span: 1 });
  }
  return (
    <tr>
      {spans.map(({ group, span }) =>
        group === '' ? (
          <td colspan={span} />
        ) : (
          <th scope="colgroup" colspan={span} class="group">
            {group}
          </th>
        ),
      )}
    </tr>
  );
}
