// Runs that are killed at given moments, and whether what they come to equals an undisturbed run, cell for cell.
// Types: kill-run.d.mts. Linux only: processes are found in /proc.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');
/** Inference processes that live on after this are taken to live for ever. */
const ORPHAN_LIMIT_MS = 20_000;

export async function runUndisturbed(command) {
  const start = performance.now();
  const { status, stderr } = await launch(command, false).ended;
  if (status !== 0) throw new Error(`the undisturbed run ended with ${status}: ${stderr}`);
  return performance.now() - start;
}

export async function runThroughKills(command, kills) {
  const story = [];
  let orphanMs = 0;
  let run = launch(command, false);
  for (const { afterMs, victim } of kills) {
    await Promise.race([sleep(afterMs), run.ended]);
    const children = inferenceProcesses(run.pid);
    if (!isAlive(run.pid)) {
      story.push(`${victim} after ${Math.round(afterMs)} ms: too late, the run had ended`);
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

export async function outcomeOf(folder) {
  const cells = {
    predictions: await records(folder, 'predictions'),
    scores: await records(folder, 'scores'),
  };
  const name = ({ model, dataset, id }) => `${model} ${dataset}/${id}`;
  const sorted = (lines) => lines.sort().join('\n');
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
      readdirSync(folder, { recursive: true }).filter((path) => /\.tmp$|\.\d+$|\.lock/.test(path)),
    ),
  };
}

export function differences(expected, got) {
  return Object.keys(expected).filter((part) => expected[part] !== got[part]);
}

/** mulberry32 */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function launch({ cwd, argv }, resume) {
  const child = spawn(process.execPath, [MAIN, ...argv, ...(resume ? ['--resume'] : [])], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = new Promise((resolve) => child.once('exit', (status) => resolve({ status, stderr })));
  return { pid: child.pid, ended };
}

/** A run that was started twice for a cell has two lines; the last holds. */
function lastOf(lines) {
  return [...new Map(lines.map((line) => [`${line.model} ${line.dataset}/${line.id}`, line])).values()];
}

async function records(folder, name) {
  const text = await readFile(join(folder, `${name}.jsonl`), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

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

function isAlive(pid) {
  const stat = statOf(pid);
  return stat !== undefined && stat.state !== 'Z' && stat.state !== 'X';
}

function inferenceProcesses(parent) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => statOf(pid)?.parent === parent && isAlive(pid));
}

function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
