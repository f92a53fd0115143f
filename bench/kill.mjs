// kill -9 in every window of a run (plan, prediction, scoring, timing, reports; the run or one of its inference processes), of
// `merge` and of `baseline set --replace`, several a trial: continued, or run again, each must come to what an undisturbed one
// comes to, compared file by file; no inference process may outlive its parent for long.
//
//   node bench/kill.mjs [--kills 300] [--seed 1]
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  differences,
  generator,
  launch,
  outcomeOf,
  runThroughKills,
  runUndisturbed,
} from './support/kill-run.mjs';
import { printMachine, printTable } from './support/print.mjs';
import { writeSlowModel, writeSmallPairs } from './support/tiny-run.mjs';

/**
 * @import { Kill, RunCommand } from './support/kill-run.mjs'
 */

const SAMPLES = 16;
const ORPHAN_BAR_MS = 5000;
/** In a trial, as the next. */
const MERGE_KILLS = 3;
/** Even, so that each trial ends with the baseline that it began with. */
const BASELINE_ROUNDS = 4;

/** In the order of a run: what it says when a window opens, and when it has closed, and whose processes work there. */
const WINDOWS = /** @type {const} */ ([
  { name: 'plan', victims: ['parent'], opens: undefined, closes: /^plan /m },
  { name: 'prediction', victims: ['parent', 'child'], opens: /^plan /m, closes: /^predict second/m },
  { name: 'scoring', victims: ['parent'], opens: /^predict second/m, closes: /^score /m },
  { name: 'timing', victims: ['parent', 'child'], opens: /^score /m, closes: /^time /m },
  { name: 'reports', victims: ['parent'], opens: /^time /m, closes: undefined },
]);

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '300' }, seed: { type: 'string', default: '1' } },
});

if (!existsSync('/proc/self/stat')) {
  console.log('skipped: processes are looked up in /proc, which this system does not have');
} else {
  const folder = mkdtempSync(join(tmpdir(), 'maskbench-kill-'));
  try {
    printMachine();
    await main(folder, Number(values.kills), Number(values.seed));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {number} wanted
 * @param {number} seed
 */
async function main(folder, wanted, seed) {
  await writeWorkspace(folder);
  const inFolder = (/** @type {string[]} */ ...argv) => ({ cwd: folder, argv });
  const run = (/** @type {string} */ out) => inFolder('run', 'run.yaml', '--out', out);
  const lengths = await windowLengths(run('undisturbed'));
  const expected = await outcomeOf(join(folder, 'undisturbed'));
  for (const shard of ['1/2', '2/2'])
    await runUndisturbed(inFolder('run', 'run.yaml', '--shard', shard, '--out', `shard${shard[0]}`));
  const merge = (/** @type {string} */ out) => inFolder('merge', 'shard1', 'shard2', '--out', out);
  const mergeMs = await runUndisturbed(merge('merged'));
  const merged = await outcomeOf(join(folder, 'merged'));
  const set = (/** @type {string} */ of) => inFolder('baseline', 'set', 'kept', '--run', of, '--replace');
  const setMs = await runUndisturbed(set('merged'));
  const files = new Map([['merged', contentsOf(join(folder, 'baselines'))]]);
  const before = await shown(folder);
  await runUndisturbed(set('undisturbed'));
  files.set('undisturbed', contentsOf(join(folder, 'baselines')));
  const after = await shown(folder);
  console.log(`windows: ${WINDOWS.map(({ name }, i) => `${name} ${Math.round(lengths[i])} ms`).join(', ')}`);
  console.log(`merge ${Math.round(mergeMs)} ms, baseline set ${Math.round(setMs)} ms\n`);

  /** @type {Map<string, { kills: number, late: number, wrong: number }>} */
  const counts = new Map();
  const count = (/** @type {string} */ window) => {
    const of = counts.get(window) ?? { kills: 0, late: 0, wrong: 0 };
    counts.set(window, of);
    return of;
  };
  let orphans = 0;
  let kills = 0;
  for (let trial = 1; kills < wanted; trial++) {
    const random = generator(seed * 1000 + trial);
    const plan = killsOfRun(lengths, random);
    const out = `trial${trial}`;
    const told = await runThroughKills(run(out), plan);
    orphans = Math.max(orphans, told.orphanMs);
    const names = WINDOWS.flatMap(({ name, victims }) => victims.map((victim) => `${name}, ${victim}`));
    const wrong =
      told.status === 0
        ? differences(expected, await outcomeOf(join(folder, out)))
        : [`exit status ${told.status}: ${told.stderr}`];
    note(names, told.story, wrong);
    rmSync(join(folder, out), { recursive: true, force: true });

    const again = merge(`merged${trial}`);
    const merging = await runThroughKills(
      { ...again, again: again.argv },
      Array.from({ length: MERGE_KILLS }, () => ({ victim: 'parent', afterMs: 0.8 * random() * mergeMs })),
    );
    const lost =
      merging.status === 0
        ? differences(merged, await outcomeOf(join(folder, `merged${trial}`)))
        : [`exit status ${merging.status}: ${merging.stderr}`];
    note(
      merging.story.map(() => 'merge'),
      merging.story,
      lost,
    );
    rmSync(join(folder, `merged${trial}`), { recursive: true, force: true });

    for (let round = 0; round < BASELINE_ROUNDS; round++) {
      const isBack = round % 2 === 0;
      const of = isBack ? 'merged' : 'undisturbed';
      const [from, to] = isBack ? [after, before] : [before, after];
      const story = await killOnce(set(of), 0.9 * random() * setMs);
      const there = await shown(folder);
      const torn = there === from || there === to ? [] : ['neither the old nor the new baseline'];
      await runUndisturbed(set(of));
      if (contentsOf(join(folder, 'baselines')) !== files.get(of))
        torn.push('other files than those of the new baseline');
      note(['baseline'], [story], torn);
    }
  }

  const rows = [...counts].map(([window, of]) => [window, of.kills, of.late, of.wrong]);
  console.log();
  printTable([['window', 'kills', 'came too late', 'not equal after'], ...rows]);
  const faults = rows.reduce((sum, row) => sum + Number(row[3]), 0);
  console.log(
    `\n${kills} kills hit a process; inference processes outlived their parent by ${Math.round(orphans)} ms at most`,
  );
  if (!(kills >= wanted) || faults > 0 || orphans > ORPHAN_BAR_MS) process.exitCode = 1;

  /**
   * @param {readonly string[]} windows
   * @param {readonly string[]} story
   * @param {readonly string[]} wrong
   */
  function note(windows, story, wrong) {
    for (const [i, line] of story.entries()) {
      const of = count(windows[i]);
      if (/too late|there was none/.test(line)) of.late++;
      else {
        of.kills++;
        kills++;
      }
    }
    if (wrong.length === 0) return;
    count(windows[0]).wrong++;
    console.log(`${story.join(', then ')}: ${wrong.join(', ')}`);
  }
}

/**
 * One kill of the run in each window and one of an inference process where there are any.
 *
 * @param {readonly number[]} lengths of the windows in milliseconds
 * @param {() => number} random
 * @returns {readonly Kill[]}
 */
function killsOfRun(lengths, random) {
  return WINDOWS.flatMap(({ victims, opens }, i) =>
    victims.map((victim) => ({
      ...(opens === undefined ? {} : { once: opens }),
      // What is continued is shorter than what was never begun.
      afterMs: 0.8 * random() * lengths[i],
      victim,
    })),
  );
}

/**
 * @param {RunCommand} command
 * @returns {Promise<readonly number[]>} how long each window is open in an undisturbed run
 */
async function windowLengths(command) {
  const start = performance.now();
  const run = launch(command, false);
  /** @type {number[]} */
  const ends = [];
  for (const { closes } of WINDOWS) {
    await (closes === undefined ? run.ended : Promise.race([run.says(closes), run.ended]));
    ends.push(performance.now() - start);
  }
  const { status, stderr } = await run.ended;
  if (status !== 0) throw new Error(`the undisturbed run ended with ${status}: ${stderr}`);
  return ends.map((end, i) => end - (i === 0 ? 0 : ends[i - 1]));
}

/**
 * @param {RunCommand} command
 * @param {number} afterMs
 * @returns {Promise<string>} what really happened
 */
async function killOnce(command, afterMs) {
  const run = launch(command, false);
  const timer = setTimeout(() => process.kill(run.pid, 'SIGKILL'), afterMs);
  const { status } = await run.ended;
  clearTimeout(timer);
  return `parent after ${Math.round(afterMs)} ms${status === null ? '' : ': too late, it had ended'}`;
}

/**
 * What a comparison with the baseline prints: all that it holds, read and checked.
 *
 * @param {string} cwd
 */
async function shown(cwd) {
  const argv = ['compare', 'kept', 'undisturbed', '--format', 'json', '--out', 'shown.json', '--force'];
  await runUndisturbed({ cwd, argv });
  return readFileSync(join(cwd, 'shown.json'), 'utf8');
}

/**
 * Every file of a folder with its text.
 *
 * @param {string} folder
 */
function contentsOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return paths.map((path) => `${path.slice(folder.length)}\n${readFileSync(path, 'utf8')}`).join('\n');
}

/** @param {string} folder */
async function writeWorkspace(folder) {
  await writeSmallPairs(join(folder, 'data'), SAMPLES);
  writeSlowModel(folder, 'first', { layers: 100 });
  writeSlowModel(folder, 'second', { layers: 60 });
  const dataset = `{ name: small, layout: paired-folders, root: '\${CONFIG_DIR}/data', images: { path: im }, truths: { path: gt } }`;
  writeFileSync(
    join(folder, 'run.yaml'),
    `name: killed
models: [./first.yaml, ./second.yaml]
datasets: [${dataset}]
scoring: { protocols: [fixed, sod, matting] }
time: { profile: quick, images: 2, rounds: 1, warmup: 3 }
`,
  );
}
