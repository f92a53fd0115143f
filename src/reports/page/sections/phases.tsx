import { latency } from '../../plots/latency.js';
import { phasesPlot } from '../../plots/phases.js';
import { phaseTables } from '../../tables/tables-of.js';
import { tableGroup } from '../parts/data-table.js';
import { plotGroup } from '../parts/plot-figure.js';
import type { Section } from '../section.js';

/** Where the time goes, why a dataset is slower, and what a device holds under load. */
export const phases: Section = {
  id: 'phases',
  title: 'Where the time goes',
  isFolded: true,
  render(input) {
    const { runs } = input;
    const tables = tableGroup(phaseTables(runs.map(({ summary }) => summary)));
    const groups = [phasesPlot, latency].map((family) => plotGroup(family, input));
    return tables === null && groups.every((group) => group === null) ? null : (
      <>
        {groups}
        {tables}
      </>
    );
  },
};
