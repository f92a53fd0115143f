import { phaseTable } from '../../phase-table.js';
import { scenarioTables } from '../../scenario-tables.js';
import { slownessTables } from '../../slowness-tables.js';
import { DataTable } from '../parts/data-table.js';
import type { Section } from '../section.js';

/** Where the time goes, why a dataset is slower, and what a device holds under load. */
export const phases: Section = {
  id: 'phases',
  title: 'Where the time goes',
  render({ runs }) {
    const tables = runs
      .flatMap(({ summary }) => [phaseTable(summary), ...slownessTables(summary), ...scenarioTables(summary)])
      .filter((table) => table !== null);
    return tables.length === 0 ? null : <>{tables.map((table) => <DataTable table={table} />)}</>;
  },
};
