// Plays a user's first hour: the package, packed, in an empty folder without this repository, 20 photographs, and every step the one
// command that a user would type. Prints each command, its status, its seconds and its closing lines, and fails where a
// status is not the expected one. Needs the npm registry; nothing that this machine has in its cache is used.
//
//   node scripts/first-hour.mjs [--pairs DIR] [--keep]
//
// `--pairs` names a folder with <set>/im and <set>/gt, of which 20 photographs are taken, evenly over all. Without it the 16 pictures
// that the package carries are taken, so that nothing but the package is needed. `--keep` leaves the folder there.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, constants, loadavg, tmpdir } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { environmentOf, packInto } from './support/as-user.mjs';
import { BROWSERS, openFile, start } from './support/stock-browsers.mjs';

const PHOTOGRAPHS = 20;
/** What a user is asked to wait, minutes. */
const MOST_MINUTES = 10;
/** Lines that are shown of what a step ends with. */
const CLOSING_LINES = 12;

const { values } = parseArgs({ options: { pairs: { type: 'string' }, keep: { type: 'boolean' } } });
const temp = mkdtempSync(join(tmpdir(), 'maskbench-hour-'));
const cwd = join(temp, 'hour');
mkdirSync(cwd);
const env = environmentOf({ cache: join(temp, 'cache') });
/** @type {string[]} */
const faults = [];
let totalS = 0;
const [loadBefore = 0] = loadavg();

/** Processor time of all processes that this one has started and that have ended, seconds; by proc(5). */
function processorS() {
  const ofStat = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(ofStat[13]) + Number(ofStat[14])) / 100;
}

/**
 * One command line, typed into a shell.
 *
 * @param {string} line
 * @param {{ readonly status?: number, readonly says?: RegExp, readonly ctrlC?: () => boolean }} [expected] `ctrlC`: whether it is time for that
 */
async function step(line, { status = 0, says, ctrlC } = {}) {
  const [startMs, processorBefore] = [performance.now(), processorS()];
  // A process group of its own, which is what a terminal interrupts.
  const child = spawn('sh', ['-c', line], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const watch = setInterval(() => {
    if (ctrlC?.() !== true || child.pid === undefined) return;
    clearInterval(watch);
    process.kill(-child.pid, 'SIGINT');
  }, 50);
  const ended = await new Promise((done, fail) => {
    child.once('error', fail);
    // As a shell has it: npx ends by the signal itself.
    child.once('close', (code, signal) => done(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
  clearInterval(watch);
  const seconds = (performance.now() - startMs) / 1000;
  totalS += seconds;
  const lines = output.trimEnd().split('\n');
  const shown = lines.slice(-CLOSING_LINES).map((text) => `  | ${text}`);
  const left = lines.length > CLOSING_LINES ? [`  | ... ${lines.length - CLOSING_LINES} lines`] : [];
  console.log([`$ ${line}`, ...left, ...shown].join('\n'));
  const processor = (processorS() - processorBefore).toFixed(1);
  const how = ctrlC === undefined ? '' : ' after Ctrl-C';
  console.log(`  status ${ended}${how}, ${seconds.toFixed(1)} s, ${processor} s of processor time\n`);
  if (ended !== status) faults.push(`${line}: status ${ended}, expected ${status}`);
  if (says !== undefined && !says.test(output)) faults.push(`${line}: does not say ${String(says)}`);
}

/** @param {string} folder @returns {readonly { readonly image: string, readonly mask: string }[]} in the order of their names */
function pairsBelow(folder) {
  const sets = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name === 'im')
    .map(({ parentPath }) => parentPath)
    .sort();
  return sets.flatMap((set) => {
    const masks = new Map(readdirSync(join(set, 'gt')).map((name) => [basename(name, extname(name)), name]));
    return readdirSync(join(set, 'im'))
      .sort()
      .flatMap((name) => {
        const mask = masks.get(basename(name, extname(name)));
        return mask === undefined ? [] : [{ image: join(set, 'im', name), mask: join(set, 'gt', mask) }];
      });
  });
}

/** What the user has: photos/ and masks/ with the same names. @param {string} from @returns {number} how many */
function takePhotographs(from) {
  for (const name of ['photos', 'masks']) mkdirSync(join(cwd, name));
  const all = pairsBelow(from);
  const count = Math.min(PHOTOGRAPHS, all.length);
  for (let i = 0; i < count; i++) {
    const { image, mask } = all[Math.floor((i * all.length) / count)];
    copyFileSync(image, join(cwd, 'photos', basename(image)));
    copyFileSync(mask, join(cwd, 'masks', basename(mask)));
  }
  return readdirSync(join(cwd, 'photos')).length;
}

/** The page in a browser: it has its first table, and complains of nothing. @param {string} file */
async function look(file) {
  for (const browser of BROWSERS) {
    if (!browser.isHere) {
      console.log(`${basename(file)} in ${browser.name}: skipped, since there is no ${browser.path}\n`);
      continue;
    }
    const startMs = performance.now();
    const running = await start(browser);
    try {
      const { page, complaints } = await openFile(running, file, { width: 1280, height: 800 });
      const seen = await page.$eval('table', (table) => ({
        text: String(table.textContent),
        bottom: table.getBoundingClientRect().bottom,
      }));
      const seconds = (performance.now() - startMs) / 1000;
      totalS += seconds;
      console.log(
        `${basename(file)} in ${browser.name}: first table ends at ${Math.round(seen.bottom)} of 800 pixels, ${complaints.length} complaints, ${seconds.toFixed(1)} s\n`,
      );
      const good = complaints.length === 0 && seen.text.includes('isnet-fp16') && seen.bottom <= 800;
      if (!good) faults.push(`${basename(file)} in ${browser.name}: ${complaints.join('; ') || seen.text}`);
    } finally {
      await running.close();
    }
  }
}

/** @param {string} run */
function linesOfPredictions(run) {
  const path = join(cwd, run, 'predictions.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
}

try {
  const tarball = packInto(temp);
  copyFileSync(tarball, join(cwd, basename(tarball)));
  await step(`npm install ${basename(tarball)}`);
  const samples = join(cwd, 'node_modules/maskbench/samples');
  const count = takePhotographs(values.pairs === undefined ? samples : resolve(values.pairs));
  const whose = values.pairs ?? 'the package, which has no more; --pairs DIR takes 20 of yours';
  console.log(`${count} photographs of ${whose}\n`);

  const data = '--images photos --masks masks';
  await step(
    `npx maskbench run --models isnet-fp16,contrast-baseline ${data} --profile quick --out runs/first`,
    {
      says: /isnet-fp16/,
    },
  );
  await step('npx maskbench report runs/first --format html --out page.html', { says: /page\.html/ });
  await look(join(cwd, 'page.html'));
  await step('npx maskbench rank runs/first', { says: /isnet-fp16/ });
  await step('npx maskbench baseline set photos --run runs/first --models isnet-fp16');
  const check = 'npx maskbench check --gate pull-request --baseline photos';
  await step(`npx maskbench run --models isnet-fp16 ${data} --no-time --out runs/same`);
  await step(`${check} --candidate runs/same`, { status: 0, says: /PASS/ });
  await step(`${check} --candidate runs/first --model-b contrast-baseline`, { status: 1, says: /FAIL/ });
  await step(`npx maskbench run --models isnet-quint8 ${data} --no-time --out runs/smaller`, {
    status: 130,
    says: /maskbench resume runs\/smaller/,
    ctrlC: () => linesOfPredictions('runs/smaller') >= 3,
  });
  await step('npx maskbench resume runs/smaller', { says: new RegExp(`${count}/${count}`) });
  await step(`${check} --candidate runs/smaller --model-b isnet-quint8`, { status: 2, says: /INCONCLUSIVE/ });
  await step('npx maskbench runs list', { says: /isnet-quint8/ });
} finally {
  if (values.keep === true) console.log(`left in ${cwd}`);
  else rmSync(temp, { recursive: true, force: true });
}
console.log(
  `the whole: ${Math.floor(totalS / 60)} min ${Math.round(totalS % 60)} s, ${processorS().toFixed(0)} s of processor time`,
);
const cores = availableParallelism();
if (loadBefore > cores)
  console.log(
    `not held against ${MOST_MINUTES} minutes: load ${loadBefore.toFixed(1)} on ${cores} cores before the first step`,
  );
else if (totalS > 60 * MOST_MINUTES) faults.push(`it took more than ${MOST_MINUTES} minutes`);
for (const fault of faults) console.log(`FAULT ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
