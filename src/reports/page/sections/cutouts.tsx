import { cutoutTable } from '../../tables/cutout-table.js';
import { DataTable } from '../parts/data-table.js';
import type { Section } from '../section.js';

/** What a user sees of the cut-outs; where the `cutout` protocol is scored. */
export const cutouts: Section = {
  id: 'cutouts',
  title: 'Cut-out quality',
  render({ runs }) {
    const tables = runs.map(({ summary }) => cutoutTable(summary)).filter((table) => table !== null);
    return tables.length === 0 ? null : (
      <>
        {tables.map((table) => (
          <DataTable table={table} />
        ))}
      </>
    );
  },
};
