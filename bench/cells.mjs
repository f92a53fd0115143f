// Time and memory of `report --format parquet` and `cells-csv` over generated runs of 10,000 and 100,000 cells, scored by all
// of fixed and sod: what is held at a time must not be the scores.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MODELS, METRICS, writeRun } from './support/generated-run.mjs';
import { printMachine, printTable, verdict } from './support/print.mjs';

const SAMPLES = [2000, 20_000];
/** The heap that each process may have, MB: a key and a few numbers a cell fit, the scores of 100,000 do not. */
const HEAP = 64;

const folder = mkdtempSync(join(tmpdir(), 'maskbench-cells-'));
try {
  printMachine();
  console.log(`${MODELS.length} models, ${METRICS.length} metrics`);
  const rows = [['cells', 'format', 'seconds', 'file, MB', 'peak resident set, MB']];
  for (const samples of SAMPLES) {
    const run = join(folder, `run-${samples}`);
    await writeRun(run, samples);
    for (const format of ['parquet', 'cells-csv']) {
      const out = join(folder, `${samples}.${format}`);
      const { seconds, peak } = await report(run, format, out);
      const cells = samples * MODELS.length;
      rows.push([String(cells), format, seconds.toFixed(1), megabytes(statSync(out).size), megabytes(peak)]);
    }
    rmSync(run, { recursive: true });
  }
  printTable(rows);
  // A process that needs more heap is ended by V8, and this one with it.
  console.log(`  all within a heap of ${HEAP} MB: ${verdict(true)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * A process of its own, which tells its peak when it ends (VmHWM: maxRSS would begin with its parent's).
 *
 * @param {string} run
 * @param {string} format
 * @param {string} out
 */
async function report(run, format, out) {
  const main = join(import.meta.dirname, '../dist/cli/main.js');
  const tell = `import { readFileSync } from 'node:fs';
    process.on('exit', () => process.stderr.write(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]));`;
  const preload = `data:text/javascript,${encodeURIComponent(tell)}`;
  const heap = `--max-old-space-size=${HEAP}`;
  const argv = [heap, '--import', preload, main, 'report', run, '--format', format, '--out', out];
  const start = performance.now();
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  /** @type {number | null} */
  const status = await new Promise((done) => child.on('close', done));
  if (status !== 0) throw new Error(said);
  return { seconds: (performance.now() - start) / 1000, peak: Number(said) * 1024 };
}

/** @param {number} bytes */
function megabytes(bytes) {
  return (bytes / 1e6).toFixed(0);
}
