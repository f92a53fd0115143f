import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { timeTogether } from '../../../dist/runners/onnx/timing/time-together.js';
import { medianMs } from '../../../dist/runners/onnx/timing/windows.js';
import { ms, printTable, verdict } from '../print.mjs';
import { startBeside } from './beside.mjs';
import { IMAGES, loadMessage, NEVER } from './models.mjs';
import { untilIdle } from './until-idle.mjs';

/**
 * @import { LoadMessage } from '../../../dist/runners/onnx/child/messages.js'
 * @import { SeriesSample } from '../../../dist/runners/onnx/timing/time-together.js'
 */

const BAR = 0.02;
const OVERHEAD_MS = 1;

/** @typedef {{ bare: number, pass: number, inSitu: number, outside: number | null }} Round milliseconds */

const MODELS = [
  { name: 'contrast-baseline', warmUps: 80, passes: 100 },
  { name: 'isnet-fp16', warmUps: 3, passes: 8 },
];

/**
 * Bar: the pass's median inference within 2 % of a bare loop of session.run, each in a fresh process every round. Both
 * processes take turns block by block, in half of the rounds the bare one first: cores that slow down for seconds at a time
 * then do so for both. Of a fast model it is the pass's own figure for a bare loop that is held
 * against it; what the same inference takes within a prediction stands beside it. And what a picture costs outside of its
 * phases: under a millisecond.
 *
 * @param {object} options
 * @param {number} options.rounds
 * @param {string | undefined} options.only one model alone, by name
 * @param {string | undefined} options.keep a file that keeps what was measured, so that the rounds can be made in several
 *   goes
 */
export async function bias({ rounds, only, keep }) {
  const rows = [['model', 'rounds', 'bare ms', 'pass ms', 'ratio', 'of rounds', 'in situ ms', 'outside ms']];
  let holds = true;
  for (const model of MODELS.filter(({ name }) => only === undefined || only === name)) {
    const load = await loadMessage(model.name);
    /** @type {Record<string, Round[]>} */
    const kept = keep !== undefined && existsSync(keep) ? JSON.parse(readFileSync(keep, 'utf8')) : {};
    const done = kept[model.name] ?? [];
    for (let round = 0; round < rounds; round++) {
      await untilIdle();
      done.push(await oneRound(load, model, done.length % 2 === 0));
      if (keep !== undefined) writeFileSync(keep, JSON.stringify({ ...kept, [model.name]: done }));
    }
    const of = (/** @type {'bare' | 'pass' | 'inSitu'} */ name) => medianMs(done.map((made) => made[name]));
    const ratios = done.map(({ bare, pass }) => pass / bare).sort((a, b) => a - b);
    const ratio = medianMs(ratios);
    const outside = done.flatMap((made) => made.outside ?? []);
    const worst = Math.max(0, ...outside);
    holds &&= Math.abs(ratio - 1) <= BAR && worst < OVERHEAD_MS;
    rows.push([
      model.name,
      String(done.length),
      ms3(of('bare')),
      ms3(of('pass')),
      ratio.toFixed(4),
      `${ratios[0].toFixed(3)}..${ratios[ratios.length - 1].toFixed(3)}`,
      ms3(of('inSitu')),
      outside.length === 0 ? '-' : worst.toFixed(3),
    ]);
  }
  printTable(rows);
  console.log(
    `  bias within ${BAR * 100} % by the median of the rounds' ratios, under ${OVERHEAD_MS} ms a picture outside of its phases: ${verdict(holds)}`,
  );
  return holds;
}

const ms3 = (/** @type {number} */ value) => (value < 10 ? value.toFixed(3) : ms(value));

/**
 * The pass as it is made for one model, and the bare loop in turns with it.
 *
 * @param {LoadMessage} load
 * @param {{ warmUps: number, passes: number }} model
 * @param {boolean} bareFirst
 * @returns {Promise<Round>}
 */
async function oneRound(load, { warmUps, passes }, bareFirst) {
  const beside = await startBeside({ load, image: IMAGES[0], bareFirst });
  try {
    const [outcome] = await timeTogether({
      models: [{ name: 'model', load, images: IMAGES.slice(0, 1) }],
      warmUp: { inferences: warmUps, ms: 0, slowInferences: warmUps, tolerance: null },
      sampling: { samples: 1, ms: 0, passes },
      datasetOf: () => '',
      signal: NEVER,
      start: beside.start,
      onWarm: async () => beside.record(),
    });
    if (outcome.kind === 'failed') throw outcome.error;
    const { samples, aloneMs, turns } = outcome.series;
    const inSitu = medianMs(samples.map(({ phases }) => phases.inferenceMs));
    const fast = aloneMs.length > 0;
    return {
      bare: medianMs(fast ? beside.aloneMs : beside.blockMs),
      pass: fast ? medianMs(aloneMs) : inSitu,
      inSitu,
      outside: outsideMs(samples, turns.length),
    };
  } finally {
    beside.stop();
  }
}

/**
 * Mean time from the end of a prediction to the beginning of the next one; between two blocks others have their turn. Null
 * where every block is one prediction.
 *
 * @param {readonly SeriesSample[]} samples
 * @param {number} blocks
 */
function outsideMs(samples, blocks) {
  const gaps = samples.slice(1).map(({ atMs }, i) => {
    const { atMs: before, phases } = samples[i];
    return atMs - before - phases.preprocessMs - phases.inferenceMs - phases.postprocessMs;
  });
  const within = gaps.sort((a, b) => a - b).slice(0, gaps.length - (blocks - 1));
  return within.length === 0 ? null : within.reduce((sum, gap) => sum + gap, 0) / within.length;
}
