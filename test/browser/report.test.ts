import { afterAll, beforeAll, describe } from 'vitest';
import { HAS_BROWSER, useBrowser } from '../support/browser.js';
import { IS_BUILT } from '../support/cli.js';
import { makeReportRun, type ReportRun } from '../support/report-run.js';
import { BROWSERS, useBrowserNamed } from '../support/two-browsers.js';
import { testInEveryBrowser } from './every-browser.js';
import { testGallery } from './gallery.js';
import { testPage } from './page.js';

// One run for all that is seen of a report.
describe.skipIf(!IS_BUILT || !BROWSERS.some(({ isHere }) => isHere))('a report in a browser', () => {
  let run: ReportRun;
  beforeAll(async () => {
    run = await makeReportRun();
  }, 240_000);
  afterAll(() => run?.remove());

  for (const browser of BROWSERS)
    describe.skipIf(!browser.isHere)(`in ${browser.name}`, () =>
      testInEveryBrowser(() => run, useBrowserNamed(browser)),
    );
  describe.skipIf(!HAS_BROWSER)('in full', () => {
    const open = useBrowser();
    describe('opened from file://', () => testPage(() => run, open));
    describe('the gallery', () => testGallery(() => run, open));
  });
});
