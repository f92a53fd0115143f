import { spawn } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');
const MARK = 'peak resident set, KiB, and processor time, µs: ';
/** Told by the process itself as it ends (VmHWM: maxRSS would begin with its parent's). */
const TELL = `import { readFileSync } from 'node:fs';
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write('\\n${MARK}' + /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1] + ' ' + (user + system) + '\\n');
});`;

/**
 * @typedef {{ seconds: number, processorSeconds: number, peakBytes: number, status: number, stdout: string, stderr: string }} Measured
 */

/**
 * Runs a command of the built CLI in a process of its own, and says how long it took, what of it was the processor's, and what memory it had at most: that process with all
 * its threads, without its children.
 *
 * @param {readonly string[]} argv
 * @param {{ cwd?: string, heapMb?: number, statuses?: readonly number[] }} [options] `statuses` that are no failure, by default 0
 * @returns {Promise<Measured>}
 */
export async function measured(argv, { cwd, heapMb, statuses = [0] } = {}) {
  const preload = `data:text/javascript,${encodeURIComponent(TELL)}`;
  const heap = heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`];
  const start = performance.now();
  const child = spawn(process.execPath, [...heap, '--import', preload, MAIN, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (/** @type {Buffer} */ chunk) => (stdout += chunk));
  child.stderr.on('data', (/** @type {Buffer} */ chunk) => (stderr += chunk));
  /** @type {number | null} */
  const status = await new Promise((done) => child.on('close', done));
  const seconds = (performance.now() - start) / 1000;
  const [said = '', told] = stderr.split(`\n${MARK}`);
  if (status === null || told === undefined || !statuses.includes(status))
    throw new Error(`maskbench ${argv.join(' ')} ended with ${status}:\n${said}`);
  const [peak, processor] = told.trim().split(' ').map(Number);
  return { seconds, processorSeconds: processor / 1e6, peakBytes: peak * 1024, status, stdout, stderr: said };
}
