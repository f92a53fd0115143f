import { MaskbenchError } from '../../core/errors.js';
import type { Format } from './format.js';

/** One self-contained page; of summaries alone it has neither script nor plots of images nor pictures. */
export const html: Format = {
  name: 'html',
  extension: 'html',
  summary: 'one self-contained page',
  needsPage: true,
  async render({ page }) {
    if (page === null) throw new MaskbenchError('usage', 'this cannot be shown as a page');
    const { renderPage } = await import('../page/render-page.js');
    const { input, ...assets } = page;
    return renderPage(input, assets);
  },
};
