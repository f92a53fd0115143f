import type { Summary } from '../../../core/summary.js';
import { differencesBetween } from '../../across/differences.js';
import { deviceLabel } from '../../device-label.js';
import type { Section } from '../section.js';

/** What was run, on what, and how much of it failed. */
export const overview: Section = {
  id: 'overview',
  title: 'Overview',
  render: ({ runs }) => (
    <>
      {differencesBetween(runs.map(({ summary }) => summary)).map((line) => (
        <p>Differs: {line}.</p>
      ))}
      {runs.map(({ summary }) => (
        <p>{headline(summary)}</p>
      ))}
    </>
  ),
};

function headline(summary: Summary): string {
  const { models, datasets, cells } = summary;
  const images = datasets.reduce((sum, { samples }) => sum + samples, 0);
  const failed = cells.failed === 0 ? 'none failed' : `${cells.failed} failed`;
  return `${models.length} models, ${images} images in ${datasets.length} datasets, on ${deviceLabel(summary)} (${summary.device.cpu}); ${cells.planned} cells, ${failed}.`;
}
