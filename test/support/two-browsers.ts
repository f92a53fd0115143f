import axe from 'axe-core';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll } from 'vitest';
import { BROWSERS, openFile, start } from '../../scripts/support/stock-browsers.mjs';

export { BROWSERS };

for (const { path, isHere } of BROWSERS)
  if (!isHere) console.warn(`no ${path}: what a page needs in every browser is not tested in that one`);

/** A page opened from file://, and what went wrong on it. */
export interface PlainPage {
  readonly page: Page;
  /** Errors and warnings of the console, and uncaught errors. */
  readonly complaints: readonly string[];
  /** The value of an expression in the page. */
  value<T>(expression: string): Promise<T>;
  /** `<id>: <node>` of every finding of axe-core, whatever its weight. */
  accessibility(): Promise<readonly string[]>;
}

export type OpenIn = (path: string, width: number, height?: number) => Promise<PlainPage>;

/** One process of a browser for a group of tests. */
export function useBrowserNamed(named: (typeof BROWSERS)[number]): OpenIn {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (named.isHere) browser = await start(named);
  }, 150_000);
  afterAll(() => browser?.close());
  return async (file, width, height = 800) => {
    if (browser === undefined) throw new Error(`no ${named.path}`);
    const { page, complaints } = await openFile(browser, file, { width, height });
    const value = async <T>(expression: string): Promise<T> => (await page.evaluate(expression)) as T;
    return {
      page,
      complaints,
      value,
      async accessibility() {
        await page.evaluate(axe.source);
        return value(
          'axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`)))',
        );
      },
    };
  };
}
