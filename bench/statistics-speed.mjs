// What the statistics of a comparison cost: npm run build && node bench/statistics-speed.mjs
import { meanInterval } from '../dist/stats/mean-interval.js';
import { nonInferiority } from '../dist/stats/non-inferiority.js';
import { signFlipTest } from '../dist/stats/permutation.js';
import { createRandom } from '../dist/stats/random.js';
import { rankByBounds } from '../dist/stats/ranking-by-bounds.js';
import { wilcoxonSignedRank } from '../dist/stats/wilcoxon.js';
import { printMachine, printTable, verdict } from './support/print.mjs';

const COMPARISON = '100,000 images x 10 metrics: interval, non-inferiority, sign-flip, Wilcoxon';

const random = createRandom('speed');
/** @param {number} n */
const column = (n) => Float64Array.from({ length: n }, () => Math.round(random.normal() * 1000) / 1000);
/** @type {[what: string, wall: string, cpu: string][]} */
const rows = [];
/**
 * @param {string} what
 * @param {() => void} work
 */
const time = (what, work) => {
  const before = process.cpuUsage();
  const start = performance.now();
  work();
  const { user, system } = process.cpuUsage(before);
  rows.push([what, ((performance.now() - start) / 1000).toFixed(2), ((user + system) / 1e6).toFixed(2)]);
};
for (const n of [500, 4096, 100_000]) {
  const gains = column(n);
  time(`interval, guarded, ${n} images`, () => meanInterval(gains));
  time(`sign-flip test, ${n} images`, () => signFlipTest(gains));
}
const metrics = Array.from({ length: 10 }, () => column(100_000));
time(COMPARISON, () => {
  for (const gains of metrics) {
    meanInterval(gains);
    nonInferiority([gains], { margin: 0.01 });
    signFlipTest(gains);
    wilcoxonSignedRank(gains);
  }
});
const contenders = Array.from({ length: 10 }, (_, i) => ({
  name: `m${i}`,
  datasets: [column(5000).map((score) => Math.min(1, Math.max(0, score)))],
}));
time('ranking of 10 models over 5,000 images', () =>
  rankByBounds(contenders, { better: 'higher', range: [0, 1] }),
);
const peak = process.resourceUsage().maxRSS / 1024;
printMachine();
console.log(`10,000 resamples; peak memory ${peak.toFixed(0)} MB\n`);
printTable([['what', 'wall, s', 'CPU, s'], ...rows]);
const [[, wall]] = rows.filter(([what]) => what === COMPARISON);
console.log(`\n${COMPARISON} within 20 s and 1 GB: ${verdict(Number(wall) < 20 && peak < 1024)}`);
