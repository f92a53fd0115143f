import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { launch, type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll } from 'vitest';
import { CHROMIUM } from './browser.js';

interface KnownBrowser {
  readonly name: 'chrome' | 'firefox';
  readonly path: string;
  readonly args: readonly string[];
}

const KNOWN: readonly KnownBrowser[] = [
  { name: 'chrome', path: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] },
  { name: 'firefox', path: process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr', args: [] },
];

/** Stock browsers of Debian, each by the protocol that it speaks: DevTools for Chromium, WebDriver BiDi for Firefox. */
export const BROWSERS = KNOWN.map((browser) => ({ ...browser, isHere: existsSync(browser.path) }));
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
export function useBrowserNamed({ name, path, args, isHere }: (typeof BROWSERS)[number]): OpenIn {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (!isHere) return;
    browser = await launch({
      browser: name,
      executablePath: path,
      args: [...args],
      timeout: 120_000,
    });
  }, 150_000);
  afterAll(() => browser?.close());
  return async (file, width, height = 800) => {
    if (browser === undefined) throw new Error(`no ${path}`);
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warn'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.setViewport({ width, height });
    await page.goto(pathToFileURL(file).href);
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
