import { renderPage } from '../page/render-page.js';
import type { Report } from './report.js';

/** The page of a summary alone: without script, plots of images, and pictures. `renderPage` takes all that a run has. */
export const html: Report = {
  name: 'html',
  extension: 'html',
  summary: 'one self-contained page',
  render: (summary, { columns } = {}) =>
    renderPage({ runs: [{ summary }], ...(columns === undefined ? {} : { columns }) }),
};
