import { afterAll, beforeAll, describe } from 'vitest';
import { HAS_BROWSER, useBrowser } from '../support/browser.js';
import { IS_BUILT } from '../support/cli.js';
import { makeReportRun, type ReportRun } from '../support/report-run.js';
import { testGallery } from './gallery.js';
import { testPage } from './page.js';

// One run and one browser for all that is seen of a report.
describe.skipIf(!IS_BUILT || !HAS_BROWSER)('a report in a browser', () => {
  let run: ReportRun;
  const open = useBrowser();
  beforeAll(async () => {
    run = await makeReportRun();
  }, 240_000);
  afterAll(() => run?.remove());

  describe('opened from file://', () => testPage(() => run, open));
  describe('the gallery', () => testGallery(() => run, open));
});
