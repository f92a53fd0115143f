import { accuracyTables } from '../../across/across-devices.js';
import { deviceLabels } from '../../tables/device-label.js';
import { DataTable } from '../parts/data-table.js';
import type { Section } from '../section.js';

/** Appendix 2 of the post; once where all devices scored the same. */
export const accuracy: Section = {
  id: 'accuracy',
  title: 'Accuracy',
  render({ runs }) {
    const summaries = runs.map(({ summary }) => summary);
    const tables = accuracyTables(summaries, deviceLabels(summaries));
    return tables.length === 0 ? null : (
      <>
        {tables.map((table) => (
          <DataTable table={table} />
        ))}
      </>
    );
  },
};
