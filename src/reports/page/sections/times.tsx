import { deviceRatioTable } from '../../across/device-ratio-table.js';
import { throughputTable } from '../../across/throughput-table.js';
import { inferenceTimeTable } from '../../tables/inference-time-table.js';
import { latencyTable } from '../../tables/latency-table.js';
import { DataTable } from '../parts/data-table.js';
import type { Section } from '../section.js';

/** Appendix 1 of the post, devices against each other, and how the times are spread. */
export const times: Section = {
  id: 'times',
  title: 'Time',
  render({ runs }) {
    const summaries = runs.map(({ summary }) => summary);
    const tables = [
      inferenceTimeTable(summaries),
      deviceRatioTable(summaries),
      ...(summaries.length > 1 ? [throughputTable(summaries)] : []),
      ...summaries.map(latencyTable),
    ].filter((table) => table !== null);
    return tables.length === 0 ? null : (
      <>
        {tables.map((table) => (
          <DataTable table={table} />
        ))}
      </>
    );
  },
};
