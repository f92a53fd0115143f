type Direction = 'ascending' | 'descending';

/** Turns the headings of every `table.sortable` into buttons that sort its rows; missing figures always come last. */
export function makeSortable(): void {
  for (const table of document.querySelectorAll<HTMLTableElement>('table.sortable')) {
    const body = table.tBodies[0];
    const headings = [...(table.tHead?.rows[table.tHead.rows.length - 1]?.cells ?? [])];
    if (body === undefined || body.rows.length < 2) continue;
    headings.forEach((heading, column) => addButton(heading, () => sort(table, body, headings, column)));
  }
}

function addButton(heading: HTMLTableCellElement, onClick: () => void): void {
  const button = document.createElement('button');
  button.type = 'button';
  button.append(...heading.childNodes);
  button.addEventListener('click', onClick);
  heading.append(button);
}

function sort(
  table: HTMLTableElement,
  body: HTMLTableSectionElement,
  headings: readonly HTMLTableCellElement[],
  column: number,
): void {
  const heading = headings[column];
  if (heading === undefined) return;
  const direction: Direction = heading.ariaSort === 'ascending' ? 'descending' : 'ascending';
  for (const other of headings) other.removeAttribute('aria-sort');
  heading.ariaSort = direction;
  const keyed = [...body.rows].map((row) => ({ row, key: keyOf(row.cells[column]) }));
  keyed.sort((a, b) => compare(a.key, b.key, direction));
  body.replaceChildren(...keyed.map(({ row }) => row));
  table.dispatchEvent(new CustomEvent('sorted', { bubbles: true }));
}

type Key = number | string | null;

function keyOf(cell: HTMLTableCellElement | undefined): Key {
  const text = cell?.textContent?.trim() ?? '';
  const value = cell?.dataset['value'];
  if (value !== undefined) return Number(value);
  return text === '' || text === '-' ? null : text;
}

function compare(a: Key, b: Key, direction: Direction): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const order =
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : String(a).localeCompare(String(b), 'en', { numeric: true });
  return direction === 'ascending' ? order : -order;
}
