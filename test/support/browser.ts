import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { CHROMIUM } from '../../scripts/support/stock-browsers.mjs';

/** Browser tests are skipped where there is no Chromium; `.ci/run` installs Debian's. */
export const HAS_BROWSER = existsSync(CHROMIUM);
if (!HAS_BROWSER) console.warn(`browser tests are skipped: no ${CHROMIUM}; CHROMIUM_PATH names another one`);

/** A page opened from file://, and all that went wrong on it or left it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors and warnings of the console, uncaught errors, and violations of the page's own policy. */
  readonly complaints: string[];
  /** Addresses other than `file:`, `data:` and `blob:` that were asked for. */
  readonly requests: string[];
  /** Whole pages: `<id>: <nodes>` of every serious or critical finding of axe-core, or of those about colours only. */
  accessibility(about?: 'all' | 'colours'): Promise<readonly string[]>;
  close(): Promise<void>;
}

type OpenOptions = BrowserContextOptions & { readonly hash?: string };

/** Opens the file of a page in a context of its own. */
export type OpenReport = (path: string, options?: OpenOptions) => Promise<OpenPage>;

/** One Chromium for a file of tests; every page gets a context of its own. */
export function useBrowser(): OpenReport {
  let browser: Browser;
  beforeAll(async () => {
    if (!HAS_BROWSER) return;
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--no-first-run',
      ],
    });
  });
  afterAll(async () => browser?.close());
  return async (path, { hash = '', ...options } = {}) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    context.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) requests.push(request.url());
    });
    await page.goto(`${pathToFileURL(path).href}${hash}`);
    return {
      page,
      complaints,
      requests,
      accessibility: (about = 'all') => audit(page, about),
      close: () => context.close(),
    };
  };
}

/** Closes a page that had nothing to complain about and asked for nothing. */
export async function expectQuiet({ complaints, requests, close }: OpenPage): Promise<void> {
  expect(complaints).toEqual([]);
  expect(requests).toEqual([]);
  await close();
}

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

/** Through the debugger, since the page's own policy lets no foreign script in. */
async function audit(page: Page, about: 'all' | 'colours'): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const findings = await page.evaluate(
    async (options) => {
      const { axe: there } = globalThis as unknown as {
        axe: { run(of: object): Promise<{ violations: Finding[] }> };
      };
      return (await there.run(options)).violations;
    },
    about === 'all' ? {} : { runOnly: ['cat.color'] },
  );
  return findings
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
