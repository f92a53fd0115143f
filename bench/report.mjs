// The page of a large run: how long it takes to build, what memory that takes, how large the file is, and how long a
// browser takes to open and sort it.
//
//   npm run bench -- report
//
// Needs Chromium for the last part (CHROMIUM=/path, or /usr/bin/chromium); without it that part is left out and said so.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { peakResidentBytes } from './support/clock.mjs';
import { printMachine, printTable, verdict } from './support/print.mjs';
import { writeSyntheticRun } from './support/synthetic-run.mjs';

const BARS = { buildSeconds: 30, growthMb: 60, fileMb: 40, openMs: 1000, sortMs: 1000 };
const CLI = join(import.meta.dirname, '..', 'dist', 'cli', 'main.js');
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const folder = mkdtempSync(join(tmpdir(), 'maskbench-report-'));
try {
  printMachine();
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main() {
  const built = [];
  for (const samples of [2000, 8000]) built.push({ samples, ...(await buildPage(samples)) });
  printTable([
    ['images', 'build, s', 'peak memory, MB', 'file, MB'],
    ...built.map(({ samples, seconds, peakMb, fileMb }) => [
      samples,
      seconds.toFixed(1),
      peakMb.toFixed(0),
      fileMb.toFixed(2),
    ]),
  ]);
  const [small, large] = built;
  say('build of 6 models x 2,000 images', small.seconds, 's', BARS.buildSeconds);
  say('file', small.fileMb, 'MB', BARS.fileMb);
  say('memory that 6,000 more images take', large.peakMb - small.peakMb, 'MB', BARS.growthMb);
  if (!existsSync(CHROMIUM)) {
    console.log(`  no browser at ${CHROMIUM}: opening and sorting not measured`);
    return;
  }
  const { openMs, sortMs, rows } = await openAndSort(small.file);
  say('open in Chromium', openMs, 'ms', BARS.openMs);
  say(`sort a table of ${rows} rows, painted`, sortMs, 'ms', BARS.sortMs);
}

/**
 * @param {string} what
 * @param {number} value
 * @param {string} unit
 * @param {number} bar
 */
function say(what, value, unit, bar) {
  const met = value <= bar;
  console.log(`  ${what}: ${value.toFixed(1)} ${unit}; bar: at most ${bar} ${unit}: ${verdict(met)}`);
  if (!met) process.exitCode = 1;
}

/** @param {number} samples */
async function buildPage(samples) {
  const run = join(folder, `run-${samples}`);
  await writeSyntheticRun(run, { models: 6, samples });
  const file = join(folder, `report-${samples}.html`);
  const start = performance.now();
  const child = spawn(process.execPath, [CLI, 'report', run, '--format', 'html', '--out', file], {
    stdio: 'inherit',
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the report did not start');
  let peakMb = 0;
  const watch = setInterval(
    () => (peakMb = Math.max(peakMb, (peakResidentBytes(pid) ?? 0) / 1024 / 1e3)),
    25,
  );
  /** @type {number | null} */
  const status = await new Promise((resolve) => child.on('exit', resolve));
  clearInterval(watch);
  if (status !== 0) throw new Error(`report ended with status ${status}`);
  return { file, seconds: (performance.now() - start) / 1000, peakMb, fileMb: statSync(file).size / 1e6 };
}

/** @param {string} file */
async function openAndSort(file) {
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--no-first-run',
  ];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args });
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    // the first page of a fresh browser pays for the browser
    await (await context.newPage()).goto('about:blank');
    const page = await context.newPage();
    const start = performance.now();
    await page.goto(pathToFileURL(file).href, { waitUntil: 'load' });
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    const openMs = performance.now() - start;
    await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
    const [sortMs, rows] = await page.evaluate(async () => {
      /** @type {NodeListOf<HTMLTableElement>} */
      const tables = document.querySelectorAll('table.sortable');
      const largest = [...tables].reduce((a, b) => (b.rows.length > a.rows.length ? b : a));
      const begin = performance.now();
      /** @type {HTMLElement | null} */
      const button = largest.querySelector('thead tr:last-child th:last-child button');
      if (button === null) throw new Error('the largest table cannot be sorted');
      button.click();
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      return [performance.now() - begin, largest.tBodies[0].rows.length];
    });
    return { openMs, sortMs, rows };
  } finally {
    await browser.close();
  }
}
