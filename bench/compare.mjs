// Compares two run folders of 100,000 images and 10 metrics, as "maskbench compare" does, in a process of its own, and
// prints its processor time, wall time and peak memory. The folders are drawn, with the lines that a run writes.
// Bars: 20 s and 1 GB.
//
//   npm run bench -- compare        MASKBENCH_BENCH_IMAGES=10000 for a shorter look
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../dist/core/hash.js';
import { scoreKey } from '../dist/store/cell-key.js';
import { createManifest } from '../dist/store/manifest.js';
import { metricsOf } from '../dist/metrics/registry.js';
import { signaturesOf } from '../dist/metrics/signature.js';
import { MEASURED_ATTRIBUTES } from '../dist/schema/measured-attributes.js';
import { modelSpecSchema } from '../dist/runners/runner-of.js';
import { createRandom } from '../dist/stats/random.js';
import { peakResidentBytes, processorTime } from './support/clock.mjs';
import { lines } from './support/lines.mjs';
import { printMachine, verdict } from './support/print.mjs';

/**
 * @import { RunSettings } from '../dist/store/manifest.js'
 * @import { Conventions } from '../dist/metrics/metric.js'
 * @import { Random } from '../dist/stats/random.js'
 */

const IMAGES = Number(process.env.MASKBENCH_BENCH_IMAGES ?? 100_000);
const BAR_SECONDS = 20;
const BAR_BYTES = 1e9;
/** @type {Conventions & { protocols: string[] }} */
const SCORING = { protocols: ['fixed'], threshold: 128, empty: 'one' };
const METRICS = metricsOf(SCORING.protocols).map(({ meta }) => meta.id);

if (process.argv[2] === 'child') await compare(process.argv[3], process.argv[4]);
else await main();

/**
 * @param {string} a
 * @param {string} b
 */
async function compare(a, b) {
  const { compareSides } = await import('../dist/analysis/compare/compare.js');
  const { openRun } = await import('../dist/analysis/compare/open-side.js');
  const start = performance.now();
  const { comparison } = await compareSides(await openRun(a, 'a'), await openRun(b, 'b'), {});
  const seconds = (performance.now() - start) / 1000;
  const peak = peakResidentBytes() ?? process.resourceUsage().maxRSS * 1024;
  const [pair] = comparison.pairs;
  console.log(
    JSON.stringify({
      seconds,
      cpuSeconds: processorTime() / 1000,
      peak,
      rows: pair.metrics.length,
      n: pair.metrics[0].n,
      slices: pair.slices?.rows.length ?? 0,
    }),
  );
}

async function main() {
  printMachine();
  const folder = await mkdtemp(join(tmpdir(), 'maskbench-bench-'));
  try {
    console.log(`${IMAGES} images, ${METRICS.length} metrics, measured ground truths to slice by`);
    for (const [i, side] of ['a', 'b'].entries()) await writeRun(join(folder, side), i);
    /** @type {Record<'seconds' | 'cpuSeconds' | 'peak' | 'rows' | 'n' | 'slices', number>} */
    const { seconds, cpuSeconds, peak, rows, n, slices } = JSON.parse(
      await run([join(import.meta.dirname, 'compare.mjs'), 'child', join(folder, 'a'), join(folder, 'b')]),
    );
    console.log(`  compared ${rows} metrics over ${n} images and ${slices} slices`);
    console.log(
      `  wall clock ${seconds.toFixed(1)} s, processor ${cpuSeconds.toFixed(1)} s, bar ${BAR_SECONDS} s: ${verdict(Math.max(seconds, cpuSeconds) < BAR_SECONDS)}`,
    );
    console.log(
      `  peak memory ${(peak / 1e6).toFixed(0)} MB, bar ${BAR_BYTES / 1e6} MB: ${verdict(peak < BAR_BYTES)}`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {readonly string[]} argv */
async function run(argv) {
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  /** @type {number | null} */
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error(`the comparison ended with status ${status}`);
  return out;
}

/**
 * A run folder of one model; the second differs a little from the first, image by image.
 *
 * @param {string} folder
 * @param {number} side
 */
async function writeRun(folder, side) {
  await mkdir(folder, { recursive: true });
  const spec = modelSpecSchema.parse({ name: 'm', files: 'file:m.onnx', input: { width: 64, height: 64 } });
  const dataset = {
    name: 'd',
    spec: {},
    fingerprint: sha256('d'),
    samples: IMAGES,
    problems: 0,
    tags: ['d'],
  };
  const settings = /** @type {RunSettings} */ (
    /** @type {unknown} */ ({
      models: [{ spec, sha256: sha256(String(side)), bytes: 1 }],
      datasets: [dataset],
      device: 'cpu',
      runner: { memoryPattern: false, graphOptimization: 'all', fetch: 'mask' },
      scoring: SCORING,
      time: {},
      limit: null,
      shard: null,
    })
  );
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(createManifest('bench', settings)));
  const plan = lines(join(folder, 'plan.jsonl'));
  const scores = lines(join(folder, 'scores.jsonl'));
  const truths = lines(join(folder, 'truths.jsonl'));
  const signatures = signaturesOf(SCORING.protocols, SCORING);
  const same = createRandom('images');
  const own = createRandom(side);
  // about as long as the packed histogram of a real line
  const histogram = 'x'.repeat(1100);
  for (let i = 0; i < IMAGES; i++) {
    const id = `folder-${i % 100}/image-${String(i).padStart(6, '0')}`;
    const imageSha256 = sha256(`image ${i}`);
    const truthSha256 = sha256(`truth ${i}`);
    const key = sha256(`${side} ${imageSha256}`).slice(0, 24);
    const attributes = { group: `g${i % 8}` };
    await plan.write({
      kind: 'sample',
      dataset: 'd',
      id,
      imagePath: `/data/im/${id}.jpg`,
      truthPath: `/data/gt/${id}.png`,
      imageSha256,
      truthSha256,
      width: 1024,
      height: 768,
      attributes,
      cells: { m: key },
    });
    const good = 1 - 0.2 * same.uniform() ** 2;
    const metrics = Object.fromEntries(
      METRICS.map((metric) => [metric, Math.min(1, good + 0.01 * own.normal())]),
    );
    await scores.write({
      key: scoreKey(key, truthSha256, signatures),
      model: 'm',
      dataset: 'd',
      id,
      status: 'done',
      metrics,
      counts: { tp: 1, fp: 1, fn: 1, tn: 1 },
      histogram,
    });
    await truths.write({
      dataset: 'd',
      id,
      truthSha256,
      layout: attributes,
      status: 'done',
      attributes: measured(same),
    });
  }
  for (const file of [plan, scores, truths]) await file.end();
}

/** @param {Random} random */
function measured(random) {
  // Megapixels are not stored: they come of width and height.
  const names = MEASURED_ATTRIBUTES.filter((name) => name !== 'megapixels');
  const isCount = (/** @type {string} */ name) =>
    ['width', 'height', 'components', 'contours', 'dominantPoints'].includes(name);
  return Object.fromEntries(
    names.map((name) => [name, isCount(name) ? 1 + random.below(1000) : random.uniform()]),
  );
}
