// Scores 3,000 synthetic pairs of 2 megapixels one after another and prints the memory of the process on the way: what
// is kept of an image must go with it. Measured after a collection each time. Bar: less than 5 % growth
// after the first 300 pairs, which the table starts with.
//
//   npm run bench -- metrics-memory        MASKBENCH_BENCH_PAIRS=500 for a shorter look (below that the bar measures the start)
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createPair, createTruth } from '../dist/metrics/context.js';
import { METRICS } from '../dist/metrics/registry.js';
import { scorePair } from '../dist/metrics/score-pair.js';
import { processorTime } from './support/clock.mjs';
import { printMachine, verdict } from './support/print.mjs';

const PAIRS = Number(process.env.MASKBENCH_BENCH_PAIRS ?? 3000);
const STEP = Math.max(1, Math.round(PAIRS / 10));
const WIDTH = 1632;
const HEIGHT = 1224;

printMachine();
console.log(
  `${PAIRS} pairs of ${WIDTH} x ${HEIGHT}, all ${METRICS.length} metrics, a new ground truth each time`,
);
// What a pair leaves to the collector may lie about for a while; only what stays after a collection is kept.
setFlagsFromString('--expose-gc');
/** @type {() => void} */
const collectGarbage = runInNewContext('gc');

printRow(['pairs', 'resident MB', 'heap MB', 'buffers MB', 'ms a pair']);
const resident = [];
let since = processorTime();
for (let n = 1; n <= PAIRS; n++) {
  const { prediction, truth } = drawPair(n);
  scorePair(createPair(prediction, createTruth(truth)), METRICS);
  if (n % STEP !== 0) continue;
  collectGarbage();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  resident.push(rss / 1e6);
  printRow([
    n,
    ...[rss, heapUsed, arrayBuffers].map((v) => (v / 1e6).toFixed(0)),
    ((processorTime() - since) / STEP).toFixed(0),
  ]);
  since = processorTime();
}
const growth = Math.max(...resident.slice(1)) / resident[0] - 1;
console.log(
  `largest growth over the first ${STEP} pairs: ${percent(growth)}, bar 5 %: ${verdict(growth < 0.05)}`,
);
// A single sample wanders with the collector's mood; a leak would show in the means.
const middle = resident.length >> 1;
const trend = mean(resident.slice(middle)) / mean(resident.slice(0, middle)) - 1;
console.log(`mean of the second half over that of the first: ${percent(trend)}`);

/** @param {number} share */
function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
}

/** @param {readonly number[]} values */
function mean(values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** @param {readonly (number | string)[]} cells */
function printRow(cells) {
  console.log(cells.map((cell) => String(cell).padStart(12)).join(''));
}

/**
 * A blob with wavy borders, and a softer, shifted one.
 *
 * @param {number} seed
 */
function drawPair(seed) {
  const phase = seed * 0.7;
  const lobes = 3 + (seed % 9);
  const draw = (/** @type {number} */ shift, /** @type {number} */ softness) => {
    const data = new Uint8Array(WIDTH * HEIGHT);
    for (let y = 0, i = 0; y < HEIGHT; y++) {
      const dy = y - HEIGHT / 2;
      const angleFactor = Math.abs(dy) / HEIGHT;
      const radius = 420 + 60 * Math.sin(lobes * angleFactor * 6 + phase);
      const half = Math.sqrt(Math.max(0, radius ** 2 - dy ** 2));
      for (let x = 0; x < WIDTH; x++, i++) {
        const inside = half - Math.abs(x - WIDTH / 2 - shift);
        data[i] = inside >= softness ? 255 : inside <= 0 ? 0 : (255 * inside) / softness;
      }
    }
    return { width: WIDTH, height: HEIGHT, data };
  };
  return { prediction: draw(seed % 17, 8), truth: draw(0, 1) };
}
