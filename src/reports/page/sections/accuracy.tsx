import { accuracyTable } from '../../accuracy-table.js';
import { DataTable } from '../parts/data-table.js';
import type { Section } from '../section.js';

/** Appendix 2 of the post. */
export const accuracy: Section = {
  id: 'accuracy',
  title: 'Accuracy',
  render({ runs }) {
    const scored = runs.filter(({ summary }) => summary.accuracy.length > 0);
    if (scored.length === 0) return null;
    return (
      <>
        {scored.map(({ summary }) => (
          <DataTable table={accuracyTable(summary)} />
        ))}
      </>
    );
  },
};
