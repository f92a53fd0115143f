import type { Summary } from '../../../schema/summary.js';
import { latency } from '../../plots/latency.js';
import { phasesPlot } from '../../plots/phases.js';
import { formatMs } from '../../tables/table.js';
import { signedMs } from '../../tables/slowness-tables.js';
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
    const answers = runs.flatMap(({ summary }) => slowerBecause(summary));
    return tables === null && groups.every((group) => group === null) ? null : (
      <>
        {answers.length > 0 && (
          <ul class="answers">
            {answers.map((answer) => (
              <li>{answer}</li>
            ))}
          </ul>
        )}
        {groups}
        {tables}
      </>
    );
  },
};

/** Below it a line over sizes explains nothing. */
const LEAST_R2 = 0.1;
const PHASES = ['preprocess', 'inference', 'postprocess'] as const;

/** The answer to "why is this dataset slower", a sentence a model. */
function slowerBecause({ slowness = [], datasets }: Summary): readonly string[] {
  const titleOf = (name: string): string => datasets.find((dataset) => dataset.name === name)?.title ?? name;
  return slowness.map(({ model, slow, fast, differenceMs, bySizeMs, r2, megapixels }) => {
    const most = PHASES.reduce((a, b) => (Math.abs(differenceMs[b]) > Math.abs(differenceMs[a]) ? b : a));
    const sizes = `${megapixels.slow.toFixed(2)} against ${megapixels.fast.toFixed(2)} megapixels`;
    const size =
      bySizeMs === null || r2 === null
        ? 'All images are of one size'
        : r2 < LEAST_R2
          ? `Image size (${sizes}) says next to nothing about the time (R\u00b2 ${r2.toFixed(2)})`
          : `A straight line over image size (${sizes}; R\u00b2 ${r2.toFixed(2)}) explains ${signedMs(bySizeMs)} ms of it`;
    return `${model} takes ${formatMs(differenceMs.predict)} ms longer on ${titleOf(slow)} than on ${titleOf(fast)}; most of it is ${most} (${signedMs(differenceMs[most])} ms). ${size}.`;
  });
}
