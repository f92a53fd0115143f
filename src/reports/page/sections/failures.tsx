import { Name } from '../parts/name.js';
import type { Section } from '../section.js';

/** Every failed cell with its reason. */
export const failures: Section = {
  id: 'failures',
  title: 'Failed cells',
  render({ runs }) {
    const failed = runs.filter(({ summary }) => summary.failures.length > 0);
    if (failed.length === 0) return null;
    return (
      <>
        {failed.map(({ summary }) => (
          <>
            <p>
              {summary.cells.failed} of {summary.cells.planned} cells failed and are left out of all means.
            </p>
            <ul class="plain">
              {summary.failures.map(({ model, dataset, id, failure }) => (
                <li>
                  <Name text={`${model} / ${dataset} / ${id}`} code /> {failure.message}{' '}
                  <small>{failure.code}</small>
                </li>
              ))}
            </ul>
          </>
        ))}
      </>
    );
  },
};
