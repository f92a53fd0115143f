import { accuracyTables, publishedTables } from '../../tables/tables-of.js';
import { tableGroup } from '../parts/data-table.js';
import type { Section } from '../section.js';

/** A table per protocol, once where all devices scored the same; and what others published. */
export const accuracy: Section = {
  id: 'accuracy',
  title: 'Accuracy',
  render({ runs, columns }) {
    const scored = runs.map(({ summary }) => summary).filter(({ cells }) => cells.scored > 0);
    return tableGroup([...accuracyTables(scored, columns), ...publishedTables(scored)]);
  },
};
