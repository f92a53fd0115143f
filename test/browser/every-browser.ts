import { beforeAll, expect, it } from 'vitest';
import type { ReportRun } from '../support/report-run.js';
import type { OpenIn, PlainPage } from '../support/two-browsers.js';

/** What a reader of a report must be able to do in any browser. */
export function testInEveryBrowser(made: () => ReportRun, open: OpenIn): void {
  let file: string;
  beforeAll(() => {
    file = made().page;
  });

  const end = async ({ page, complaints }: PlainPage): Promise<void> => {
    expect(complaints).toEqual([]);
    await page.close();
  };
  const openFolds = ({ value }: PlainPage): Promise<void> =>
    value("for (const fold of document.querySelectorAll('details')) fold.open = true");
  const overflow = ({ value }: PlainPage): Promise<number> =>
    value('document.documentElement.scrollWidth - document.documentElement.clientWidth');

  it('sorts by the keyboard, opens a fold that one goes to, and changes its theme', async () => {
    const opened = await open(file, 1280);
    const { page, value } = opened;
    const column = `[...document.querySelector('#accuracy table').tHead.rows].at(-1).cells`;
    const at = await value<number>(`[...${column}].findIndex((th) => th.textContent === 'IoU')`);
    await value(`${column}[${at}].querySelector('button').focus()`);
    const figures = (): Promise<readonly number[]> =>
      value(
        `[...document.querySelector('#accuracy table').tBodies[0].rows].map((row) => Number.parseFloat(row.cells[${at}].textContent))`,
      );
    await page.keyboard.press('Enter');
    const rising = await figures();
    expect(rising).toEqual(rising.toSorted((a, b) => a - b));
    expect(new Set(rising).size).toBeGreaterThan(2);
    await page.keyboard.press('Enter');
    expect(await figures()).toEqual((await figures()).toSorted((a, b) => b - a));

    expect(await value("document.querySelector('#thresholds details').open")).toBe(false);
    await page.click('.top nav a[href="#thresholds"]');
    await page.waitForSelector('#thresholds details[open]');

    const ground = (): Promise<string> => value('getComputedStyle(document.body).backgroundColor');
    const grounds = new Set<string>();
    for (let i = 0; i < 3; i++) {
      await page.click('#theme');
      grounds.add(await ground());
    }
    expect(grounds.size).toBe(2);
    await end(opened);
  });

  it('opens its gallery by the keyboard, draws it, goes on, and comes back', async () => {
    const opened = await open(file, 1280);
    const { page, value } = opened;
    const titles = await value<readonly string[]>(
      "[...document.querySelectorAll('.shot h3 a')].map((link) => link.textContent)",
    );
    const title = (): Promise<string> => value("document.querySelector('#viewer-title').textContent");
    await value("document.querySelector('.shot h3 a').focus()");
    await page.keyboard.press('Enter');
    await page.waitForSelector('#gallery-viewer[open]');
    expect(await title()).toBe(titles[0]);
    await page.waitForSelector('#viewer-left[aria-label^="Errors of"]');
    const colours = `new Set(document.querySelector('#viewer-left').getContext('2d').getImageData(0, 0, 64, 40).data).size`;
    expect(await value<number>(colours)).toBeGreaterThan(8);
    await page.keyboard.press('ArrowRight');
    expect(await title()).toBe(titles[1]);
    await page.keyboard.press('Escape');
    await page.waitForSelector('#gallery-viewer:not([open])');
    expect(await value('document.activeElement.textContent')).toBe(titles[1]);
    await end(opened);
  });

  it('is no wider than a phone, where its navigation scrolls and no heading is cut within a word', async () => {
    const opened = await open(file, 390);
    const { page, value } = opened;
    await openFolds(opened);
    expect(await overflow(opened)).toBe(0);
    const nav = "document.querySelector('.top nav')";
    expect(await value<number>(`${nav}.scrollWidth - ${nav}.clientWidth`)).toBeGreaterThan(50);
    // To reach the last link by the keyboard is to see it.
    await value(`${nav}.querySelector('li:last-child a').focus()`);
    expect(await value<number>(`${nav}.scrollLeft`)).toBeGreaterThan(50);
    expect(await value(CUT_WORDS)).toEqual([]);
    await value("document.querySelector('.shot h3 a').focus()");
    await page.keyboard.press('Enter');
    await page.waitForSelector('#gallery-viewer[open]');
    expect(await value(CUT_WORDS)).toEqual([]);
    expect(await overflow(opened)).toBe(0);
    await end(opened);
  });

  it.each([
    [1280, 3],
    [1920, 5],
  ])('fills a window %i wide with %i columns of plots, and cuts no table off', async (width, columns) => {
    const opened = await open(file, width, 1080);
    const { value } = opened;
    await openFolds(opened);
    expect(await overflow(opened)).toBe(0);
    expect(await value<number>("document.querySelector('main').clientWidth")).toBeGreaterThan(width - 30);
    const cut = '(box) => box.clientWidth > 0 && box.scrollWidth > box.clientWidth';
    expect(await value(`[...document.querySelectorAll('.scroll')].filter(${cut}).length`)).toBe(0);
    const lefts =
      "new Set([...document.querySelectorAll('#where figure')].map((one) => one.offsetLeft)).size";
    expect(await value<number>(lefts)).toBe(columns);
    await end(opened);
  });

  it('has no finding of axe in light or dark, with everything unfolded', async () => {
    const opened = await open(file, 1280);
    const { value } = opened;
    await openFolds(opened);
    for (const theme of ['light', 'dark']) {
      await value(`document.documentElement.dataset.theme = '${theme}'`);
      expect(await opened.accessibility()).toEqual([]);
    }
    await end(opened);
  });
}

/** Words of visible headings whose letters stand in more than one line. */
const CUT_WORDS = `[...document.querySelectorAll('h1, h2, h3, h4, th')].flatMap((heading) => {
  const walker = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT);
  const cut = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
    for (const word of node.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) cut.push(word[0]);
    }
  return cut;
})`;
