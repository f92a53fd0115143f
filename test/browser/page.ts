import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { expectQuiet, type OpenPage, type OpenReport } from '../support/browser.js';
import { shortOrLong } from '../support/long.js';
import { HOSTILE, type ReportRun } from '../support/report-run.js';

export function testPage(made: () => ReportRun, open: OpenReport): void {
  let run: ReportRun;
  beforeAll(() => {
    run = made();
  });

  const overflow = ({ page }: OpenPage): Promise<number> =>
    page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

  it('sorts a table by a column, up and down, figures by their value', async () => {
    const opened = await open(run.page);
    const { page } = opened;
    const table = page.locator('#accuracy table.sortable').first();
    const heading = table.locator('th', { hasText: /^IoU$/ }).getByRole('button');
    const column = await heading.evaluate(
      (button) => (button.closest('th') as unknown as { cellIndex: number }).cellIndex,
    );
    const values = async (): Promise<readonly number[]> =>
      (await table.locator(`tbody tr > :nth-child(${column + 1})`).allInnerTexts()).map(Number.parseFloat);
    await heading.click();
    expect(await values()).toEqual((await values()).toSorted((a, b) => a - b));
    await heading.press('Enter');
    expect(await values()).toEqual((await values()).toSorted((a, b) => b - a));
    expect(await table.locator('th[aria-sort="descending"]').count()).toBe(1);
    await expectQuiet(opened);
  });

  it.each([
    ['light', shortOrLong(['Errors'], ['Errors', 'Cut-out'])],
    ['dark', shortOrLong(['Cut-out'], ['Errors', 'Cut-out'])],
  ] as const)(
    'has no serious finding of axe in %s, with the viewer closed and open',
    async (colorScheme, views) => {
      const opened = await open(run.page, { colorScheme });
      const { page } = opened;
      const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      const [red = 0] = /\d+/.exec(ground)?.map(Number) ?? [];
      expect(red > 128).toBe(colorScheme === 'light');
      // The dark page differs by its colours.
      const about = shortOrLong(colorScheme === 'dark' ? 'colours' : 'all', 'all');
      for (const fold of await page.locator('.fold > summary').all()) await fold.click();
      await page.locator('.numbers summary').first().click();
      expect(await opened.accessibility(about)).toEqual([]);
      await page.locator('.shot h3 a').first().press('Enter');
      await page.locator('#gallery-viewer[open]').waitFor();
      for (const view of views) {
        await page.getByRole('radio', { name: view }).check();
        expect(await opened.accessibility(about)).toEqual([]);
      }
      await expectQuiet(opened);
    },
  );

  it.each([
    [1280, 800],
    [390, 800],
  ])('has its first table on the first screen of %i x %i', async (width, height) => {
    const opened = await open(run.page, { viewport: { width, height } });
    const box = await opened.page.locator('table').first().boundingBox();
    expect(box === null ? Number.NaN : box.y + box.height).toBeLessThanOrEqual(height);
    await expectQuiet(opened);
  });

  it('opens a folded section that one goes to, and all of them on paper', async () => {
    const opened = await open(run.page);
    const { page } = opened;
    const folded = page.locator('details.fold:not([open])');
    const before = await folded.count();
    expect(before).toBeGreaterThan(2);
    await page.locator('.top nav a', { hasText: 'Thresholds' }).click();
    await page.locator('#thresholds details[open]').waitFor();
    expect(await folded.count()).toBe(before - 1);
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await folded.count()).toBe(0);
    await expectQuiet(opened);
  });

  it('goes from the system’s theme to light and dark by a button', async () => {
    const opened = await open(run.page, { colorScheme: 'light' });
    const ground = (): Promise<string> =>
      opened.page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const [light, theme] = [await ground(), opened.page.locator('#theme')];
    await theme.click();
    expect(await ground()).toBe(light);
    await theme.click();
    expect(await ground()).not.toBe(light);
    await expectQuiet(opened);
  });

  it('is no wider than a phone, with hostile names, the viewer open and the numbers unfolded', async () => {
    const opened = await open(run.page, { viewport: { width: 390, height: 844 } });
    const { page } = opened;
    for (const fold of await page.locator('.fold > summary').all()) await fold.click();
    for (const summary of await page.locator('.numbers summary:visible').all()) await summary.click();
    expect(await overflow(opened)).toBe(0);
    await page.locator('.shot h3 a', { hasText: 'very-long' }).press('Enter');
    await page.locator('#gallery-viewer[open]').waitFor();
    const inside = await page.evaluate<number>(
      "(() => { const v = document.querySelector('#gallery-viewer'); return v.scrollWidth - v.clientWidth })()",
    );
    expect(inside).toBe(0);
    expect(await overflow(opened)).toBe(0);
    await expectQuiet(opened);
  });

  it('shows hostile names as the text that they are', async () => {
    const opened = await open(run.page);
    const { page } = opened;
    const titles = (await page.locator('.shot h3 a').allTextContents()).join(' | ');
    expect(titles).toContain(HOSTILE.markup);
    expect(titles).toContain(HOSTILE.closing);
    expect(titles).toContain(HOSTILE.lines);
    expect(titles).toContain('right \\u202egpj.to left');
    expect(titles).toContain(HOSTILE.long);
    for (const text of ['onerror', 'two', 'right', '\u2215script']) {
      await page.locator('.shot h3 a', { hasText: text }).press('Enter');
      await page.locator('#gallery-viewer[open]').waitFor();
      expect(await page.locator('#viewer-title').textContent()).toContain(text);
      await page.keyboard.press('Escape');
    }
    expect(await page.evaluate<unknown>('globalThis.hit')).toBeUndefined();
    expect(await page.locator('[onerror], [src="x"]').count()).toBe(0);
    expect(await page.content()).not.toContain('\u202e');
    await expectQuiet(opened);
  });

  it('reads without script: every table, and every chosen image with its pictures and numbers', async () => {
    const opened = await open(run.page, { javaScriptEnabled: false });
    const { page } = opened;
    expect(await page.locator('#accuracy table').first().isVisible()).toBe(true);
    const shots = page.locator('.shot');
    expect(await shots.count()).toBe(10);
    expect(await page.locator('#gallery-controls').isVisible()).toBe(false);
    for (const shot of await shots.all()) {
      expect(await shot.isVisible()).toBe(true);
      expect(await shot.locator('.strip img').count()).toBe(5);
      expect(await shot.locator('.value').first().textContent()).toMatch(/^\d\.\d{3}$/);
    }
    await expectQuiet(opened);
  });

  it('moves nothing while its pictures come in', async () => {
    const opened = await open(run.page, { hash: '#gallery' });
    await opened.page.waitForLoadState('load');
    const shift = await opened.page.evaluate<number>(
      `new Promise((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => { for (const e of list.getEntries()) sum += e.value; }).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => resolve(sum), 500);
      })`,
    );
    expect(shift).toBeLessThan(0.02);
    await expectQuiet(opened);
  });

  it('has its pictures beside it when asked, by relative addresses, and shows them', async () => {
    await run.maskbench('report', 'run', '--format', 'html', '--no-embed', '--out', 'a b/page#1.html');
    const files = await readdir(run.path('a b', 'page#1-images'));
    expect(files).toHaveLength(50);
    expect(
      files.every((name) => /^[0-9a-f]{12}-(picture\.webp|truth\.png|matte-[123]\.png)$/.test(name)),
    ).toBe(true);
    const opened = await open(run.path('a b', 'page#1.html'));
    const { page } = opened;
    await page.locator('.strip img').first().scrollIntoViewIfNeeded();
    const width = (): Promise<number> =>
      page.evaluate<number>("document.querySelector('.strip img').naturalWidth");
    await expect.poll(width).toBeGreaterThan(0);
    await page.locator('.shot h3 a').first().press('Enter');
    await expect.poll(() => page.locator('#viewer-left').getAttribute('aria-label')).not.toBe('');
    await expectQuiet(opened);
    // Another choice takes away what it does not show.
    await run.maskbench(
      'report',
      'run',
      '--format',
      'html',
      '--no-embed',
      '--gallery',
      '2',
      '--out',
      'a b/page#1.html',
    );
    expect(await readdir(run.path('a b', 'page#1-images'))).toHaveLength(10);
  });

  it('has no pictures where none are wanted, and takes them for pages only', async () => {
    await run.maskbench('report', 'run', '--format', 'html', '--no-gallery', '--out', 'plain.html');
    expect(await readFile(run.path('plain.html'), 'utf8')).not.toMatch(/class="shot"|id="gallery"/);
    await expect(run.maskbench('report', 'run', '--format', 'csv', '--embed')).rejects.toThrow(
      /64.*--embed is for pages, and the format is csv/,
    );
  });
}
