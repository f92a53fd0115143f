// Stock browsers of Debian, each by the protocol that it speaks: DevTools for Chromium, WebDriver BiDi for Firefox.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { launch } from 'puppeteer-core';

export const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** @type {readonly { readonly name: 'chrome' | 'firefox', readonly path: string, readonly args: readonly string[] }[]} */
const KNOWN = [
  { name: 'chrome', path: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] },
  { name: 'firefox', path: process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr', args: [] },
];

export const BROWSERS = KNOWN.map((browser) => ({ ...browser, isHere: existsSync(browser.path) }));

/** @param {(typeof BROWSERS)[number]} browser */
export function start({ name, path, args }) {
  return launch({ browser: name, executablePath: path, args: [...args], timeout: 120_000 });
}

/**
 * A page from file://, and what it complains of: errors and warnings of the console, and uncaught errors.
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} file
 * @param {{ readonly width: number, readonly height: number }} window
 */
export async function openFile(browser, file, window) {
  const page = await browser.newPage();
  /** @type {string[]} */
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.setViewport(window);
  await page.goto(pathToFileURL(file).href);
  return { page, complaints };
}
