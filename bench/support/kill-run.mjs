// Runs that are killed at given moments, and whether what they come to equals an undisturbed run, cell for cell.
// Linux only: processes are found in /proc.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A kill -9 of a run or of one of its inference processes, so long after its start or after it says what `once` looks for.
 *
 * @typedef {{ readonly once?: RegExp, readonly afterMs: number, readonly victim: 'parent' | 'child' }} Kill
 */

/**
 * `argv` are the arguments of `maskbench`, without `--resume`; `again` those that continue it, if others than with that.
 *
 * @typedef {{ readonly cwd: string, readonly argv: readonly string[], readonly again?: readonly string[] }} RunCommand
 */

/**
 * @typedef {object} KilledRun
 * @property {readonly string[]} story what really happened, e.g. `parent after 812 ms, with 1 inference processes`
 * @property {number} orphanMs how long inference processes outlived a killed parent, at most; 0 if none was killed
 * @property {number | null} status
 * @property {string} stderr
 */

/**
 * What is read of a line of predictions.jsonl or scores.jsonl.
 *
 * @typedef {Record<'key' | 'model' | 'dataset' | 'id' | 'status', string>
 *   & { matteSha256?: string, metrics?: unknown, failure?: unknown }} CellLine
 */

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');
/** Inference processes that live on after this are taken to live for ever. */
const ORPHAN_LIMIT_MS = 20_000;

/**
 * Runs to the end without being disturbed; returns the milliseconds that it took.
 *
 * @param {RunCommand} command
 */
export async function runUndisturbed(command) {
  const start = performance.now();
  const { status, stderr } = await launch(command, false).ended;
  if (status !== 0) throw new Error(`the undisturbed run ended with ${status}: ${stderr}`);
  return performance.now() - start;
}

/**
 * Starts a run, kills as told, resumes after every death of the parent, and runs to the end.
 *
 * @param {RunCommand} command
 * @param {readonly Kill[]} kills
 * @returns {Promise<KilledRun>}
 */
export async function runThroughKills(command, kills) {
  const story = [];
  let orphanMs = 0;
  let run = launch(command, false);
  for (const { once, afterMs, victim } of kills) {
    if (once !== undefined) await Promise.race([run.says(once), run.ended]);
    await Promise.race([sleep(afterMs), run.ended]);
    const children = inferenceProcesses(run.pid);
    if (!isAlive(run.pid)) {
      story.push(`${victim} after ${Math.round(afterMs)} ms: too late, the run had ended`);
      break;
    } else if (victim === 'child') {
      const [child] = children;
      if (child !== undefined) kill(child);
      story.push(`child after ${Math.round(afterMs)} ms${child === undefined ? ': there was none' : ''}`);
      continue;
    } else {
      kill(run.pid);
      story.push(`parent after ${Math.round(afterMs)} ms, with ${children.length} inference processes`);
      orphanMs = Math.max(orphanMs, await waitForEnd(children));
    }
    await run.ended;
    run = launch(command, true);
  }
  const { status, stderr } = await run.ended;
  return { story, orphanMs, status, stderr };
}

/**
 * What must be the same, whatever happened on the way: a text for each part of a run folder.
 *
 * @param {string} folder
 * @returns {Promise<Readonly<Record<string, string>>>}
 */
export async function outcomeOf(folder) {
  const cells = {
    predictions: await records(folder, 'predictions'),
    scores: await records(folder, 'scores'),
  };
  const name = (/** @type {CellLine} */ { model, dataset, id }) => `${model} ${dataset}/${id}`;
  const sorted = (/** @type {string[]} */ lines) => lines.sort().join('\n');
  const {
    accuracy,
    cells: counts,
    failures,
  } = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'));
  const done = cells.predictions.filter(({ status }) => status === 'done');
  return {
    'mattes, once each': sorted(done.map((p) => `${name(p)} ${p.key} ${p.matteSha256}`)),
    'failed predictions': sorted(
      lastOf(cells.predictions)
        .filter((p) => p.status === 'failed')
        .map(name),
    ),
    scores: sorted(
      lastOf(cells.scores).map((s) => `${name(s)} ${s.key} ${JSON.stringify(s.metrics ?? s.failure)}`),
    ),
    accuracy: JSON.stringify(accuracy),
    cells: JSON.stringify(counts),
    failures: JSON.stringify(failures),
    'files that a killed process left': sorted(
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
        /\.tmp$|\.\d+$|\.lock/.test(path),
      ),
    ),
  };
}

/**
 * In what two outcomes differ; empty if they are equal.
 *
 * @param {Readonly<Record<string, string>>} expected
 * @param {Readonly<Record<string, string>>} got
 */
export function differences(expected, got) {
  return Object.keys(expected).filter((part) => expected[part] !== got[part]);
}

/**
 * Numbers in 0..1 that follow from the seed alone (mulberry32).
 *
 * @param {number} seed
 * @returns {() => number}
 */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * @param {RunCommand} command
 * @param {boolean} resume
 */
export function launch({ cwd, argv, again = [...argv, '--resume'] }, resume) {
  const child = spawn(process.execPath, [MAIN, ...(resume ? again : argv)], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  /** @type {Promise<{ status: number | null, stderr: string }>} */
  const ended = new Promise((resolve) => child.once('exit', (status) => resolve({ status, stderr })));
  if (child.pid === undefined) throw new Error('the run did not start');
  /** @type {(what: RegExp) => Promise<void>} */
  const says = (what) =>
    new Promise((resolve) => {
      const look = () => what.test(stderr) && resolve();
      child.stderr.on('data', look);
      look();
    });
  return { pid: child.pid, ended, says };
}

/**
 * A run that was started twice for a cell has two lines; the last holds.
 *
 * @param {readonly CellLine[]} lines
 */
function lastOf(lines) {
  return [...new Map(lines.map((line) => [`${line.model} ${line.dataset}/${line.id}`, line])).values()];
}

/**
 * @param {string} folder
 * @param {string} name
 * @returns {Promise<CellLine[]>}
 */
async function records(folder, name) {
  const text = await readFile(join(folder, `${name}.jsonl`), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}

/** @param {readonly number[]} pids */
async function waitForEnd(pids) {
  const start = performance.now();
  while (pids.some(isAlive)) {
    if (performance.now() - start > ORPHAN_LIMIT_MS) {
      for (const pid of pids) kill(pid);
      return Infinity;
    }
    await sleep(20);
  }
  return performance.now() - start;
}

/** @param {number} pid */
function isAlive(pid) {
  const stat = statOf(pid);
  return stat !== undefined && stat.state !== 'Z' && stat.state !== 'X';
}

/** @param {number} parent */
function inferenceProcesses(parent) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => statOf(pid)?.parent === parent && isAlive(pid));
}

/** @param {number} pid */
function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
