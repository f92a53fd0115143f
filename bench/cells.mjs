// Time and memory of `report --format parquet` and `cells-csv` over generated runs of 10,000 and 100,000 cells, scored by all
// of fixed and sod: what is held at a time must not be the scores.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scoreKey } from '../dist/store/cell-key.js';
import { createManifest } from '../dist/store/manifest.js';
import { metricsOf } from '../dist/metrics/registry.js';
import { signaturesOf } from '../dist/metrics/signature.js';
import { lines } from './support/lines.mjs';
import { printMachine, printTable, verdict } from './support/print.mjs';

/**
 * @import { Conventions } from '../dist/metrics/metric.js'
 * @import { RunSettings } from '../dist/store/manifest.js'
 */

const SAMPLES = [2000, 20_000];
const MODELS = ['a', 'b', 'c', 'd', 'e'];
/** @type {string[]} */
const PROTOCOLS = ['fixed', 'sod'];
/** @type {Conventions & { protocols: string[] }} */
const SCORING = { protocols: PROTOCOLS, threshold: 128, empty: 'one' };
/** The heap that each process may have, MB: a key and a few numbers a cell fit, the scores of 100,000 do not. */
const HEAP = 64;

const signatures = signaturesOf(PROTOCOLS, SCORING);
const ids = metricsOf(PROTOCOLS).map(({ meta }) => meta.id);
const folder = mkdtempSync(join(tmpdir(), 'maskbench-cells-'));
try {
  printMachine();
  console.log(`${MODELS.length} models, ${ids.length} metrics`);
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
 * @param {string} path
 * @param {number} samples
 */
async function writeRun(path, samples) {
  mkdirSync(path, { recursive: true });
  const spec = (/** @type {string} */ name) => ({
    name,
    feeding: 'precomputed',
    trainedOn: [],
    masks: { path: 'x' },
  });
  const settings = /** @type {RunSettings} */ (
    /** @type {unknown} */ ({
      models: MODELS.map((name) => ({ spec: spec(name), sha256: name.repeat(64), bytes: 1 })),
      datasets: [{ name: 'many', spec: { name: 'many' }, fingerprint: 'f', samples, problems: 0, tags: [] }],
      device: 'cpu',
      runner: {},
      scoring: SCORING,
      time: {},
      limit: null,
      shard: null,
    })
  );
  writeFileSync(join(path, 'manifest.json'), JSON.stringify(createManifest('many', settings)));
  const names = ['plan', 'predictions', 'scores', 'truths'];
  const [plan, predictions, scores, truths] = names.map((name) => lines(join(path, `${name}.jsonl`)));
  const attributes = {
    width: 1000,
    height: 1000,
    foregroundShare: 0.3,
    translucentShare: 0.01,
    components: 3,
  };
  const rest = {
    largestComponentShare: 0.9,
    contours: 4,
    ipq: 3.2,
    dominantPoints: 120,
    thinStructureShare: 0.02,
  };
  const phases = { decodeMs: 10.25, preprocessMs: 20.5, inferenceMs: 200.125, postprocessMs: 9.75 };
  const histogram = 'x'.repeat(600);
  for (let i = 0; i < samples; i++) {
    const id = `folder/${String(i).padStart(6, '0')}`;
    const sample = { dataset: 'many', id };
    const cells = Object.fromEntries(MODELS.map((name) => [name, `${name}-${String(i).padStart(22, '0')}`]));
    const planned = {
      kind: 'sample',
      ...sample,
      imagePath: '',
      truthPath: '',
      imageSha256: '',
      width: 1000,
      height: 1000,
      truthSha256: `t${i}`,
      attributes: { group: `g${i % 9}` },
      cells,
    };
    await plan.write(planned);
    const measured = { ...sample, truthSha256: `t${i}`, layout: {}, status: 'done' };
    await truths.write({ ...measured, attributes: { ...attributes, ...rest } });
    for (const [m, model] of MODELS.entries()) {
      const done = { model, ...sample, status: 'done' };
      await predictions.write({
        key: cells[model],
        ...done,
        phases,
        matteSha256: '',
        width: 1000,
        height: 1000,
      });
      const key = scoreKey(cells[model], `t${i}`, signatures);
      const metrics = Object.fromEntries(
        ids.map((metric, k) => [metric, ((i * 31 + m * 7 + k) % 997) / 997]),
      );
      await scores.write({ key, ...done, metrics, histogram });
    }
  }
  for (const file of [plan, predictions, scores, truths]) await file.end();
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
