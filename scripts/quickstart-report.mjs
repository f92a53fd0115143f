// Makes reports/quickstart and what the README shows of it anew, from one quick start: the tables and the verdict as they are
// printed, the page, its plots, and what it looks like in a browser. What the page is made of lies beside it, so that a test
// can tell whether the code renders it as it stands (test/reports/quickstart-report.test.ts).
//
//   npm run build && node scripts/quickstart-report.mjs [--run <folder of a quick start>]
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { CHROMIUM } from './support/stock-browsers.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const CLI = join(ROOT, 'dist', 'cli', 'main.js');
const TO = join(ROOT, 'reports', 'quickstart');
/** So that no file is larger than a megabyte. */
const PICTURES = ['--gallery', '6', '--gallery-size', '320'];
/** As the README has them. */
const VERDICT =
  '--baseline runs/quickstart --candidate runs/quickstart --model-a isnet-fp16 --model-b isnet-quint8';

const { values } = parseArgs({ options: { run: { type: 'string' } } });

const work = mkdtempSync(join(tmpdir(), 'maskbench-report-'));
try {
  mkdirSync(join(work, 'runs'));
  const run = join(work, 'runs', 'quickstart');
  if (values.run === undefined)
    execFileSync(process.execPath, [CLI, 'run', join(ROOT, 'configs/runs/quickstart.yaml'), '--out', run], {
      stdio: 'inherit',
    });
  else symlinkSync(resolve(values.run), run);

  rmSync(TO, { recursive: true, force: true });
  mkdirSync(TO, { recursive: true });
  copyFileSync(join(run, 'summary.json'), join(TO, 'summary.json'));
  writeFileSync(join(TO, 'ranking.json'), said('rank', 'runs/quickstart', '--format', 'json'));
  said('report', run, '--format', 'markdown', '--out', join(TO, 'report.md'));
  said('report', run, '--format', 'html', ...PICTURES, '--out', join(TO, 'report.html'));
  said('report', run, '--format', 'svg', '--out', join(TO, 'plots'));
  await pictures(join(TO, 'report.html'));

  // What a run ends with: up to the tables that only a report has.
  const [tables = ''] = said('report', run).split(/\n\n(?=Latency on )/);
  intoReadme('tables', tables);
  intoReadme('verdict', said('check', ...VERDICT.split(' ')));
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** What a command prints; an undecided check is a result too. @param {readonly string[]} argv */
function said(...argv) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...argv], {
    cwd: work,
    encoding: 'utf8',
  });
  if (status !== 0 && status !== 2)
    throw new Error(`maskbench ${argv.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

/** @param {string} name of the place @param {string} text */
function intoReadme(name, text) {
  const path = join(ROOT, 'README.md');
  const before = readFileSync(path, 'utf8');
  const place = new RegExp(`(<!-- printed: ${name} -->\n\n\`\`\`text\n)[^]*?(\`\`\`\n)`);
  if (!place.test(before)) throw new Error(`README.md has no place for the ${name}`);
  writeFileSync(
    path,
    before.replace(place, (_, start, end) => `${start}${text.trimEnd()}\n${end}`),
  );
}

/** @param {string} page */
async function pictures(page) {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    for (const [name, colorScheme, hash] of /** @type {const} */ ([
      ['page-light.png', 'light', ''],
      ['gallery-dark.png', 'dark', '#gallery'],
    ])) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme });
      const tab = await context.newPage();
      await tab.goto(`${pathToFileURL(page).href}${hash}`);
      await tab.waitForLoadState('networkidle');
      await tab.screenshot({ path: join(TO, name) });
      await context.close();
    }
  } finally {
    await browser.close();
  }
}
