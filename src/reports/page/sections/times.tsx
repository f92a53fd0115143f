import { latencyTables, timeTables } from '../../tables/tables-of.js';
import { tableGroup } from '../parts/data-table.js';
import type { Section } from '../section.js';

/** Appendix 1 of the post, devices against each other, and how the times are spread. */
export const times: Section = {
  id: 'times',
  title: 'Time',
  render({ runs }) {
    const summaries = runs.map(({ summary }) => summary);
    return tableGroup([...timeTables(summaries), ...latencyTables(summaries)]);
  },
};
