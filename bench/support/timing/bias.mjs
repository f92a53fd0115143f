import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { timeTogether } from '../../../dist/runners/timing/time-together.js';
import { medianMs } from '../../../dist/runners/timing/windows.js';
import { ms, printTable, verdict } from '../print.mjs';
import { IMAGES, loadMessage, NEVER } from './models.mjs';
import { untilIdle } from './until-idle.mjs';

const BAR = 0.02;
const OVERHEAD_MS = 1;
const run = promisify(execFile);

/**
 * Inferences of the bare loop and predictions of the pass: as long a warm-up on either side, three seconds at least, and
 * enough values for a median.
 */
const MODELS = [
  { name: 'contrast-baseline', bare: { warmUps: 4000, runs: 1000 }, pass: { warmUps: 80, runs: 150 } },
  { name: 'isnet-fp16', bare: { warmUps: 3, runs: 6 }, pass: { warmUps: 3, runs: 6 } },
];

/**
 * Bar: the pass's median inference within 2 % of a bare loop of session.run, each in a fresh process, in the order A B B
 * A over the rounds. Of a fast model it is the pass's own figure for a bare loop that is held against it; what the same
 * inference takes within a prediction stands beside it. And what a picture costs outside of its phases: under a
 * millisecond.
 *
 * @param keep a file that keeps the medians, so that the rounds can be made in several goes
 */
export async function bias({ rounds, only, keep }) {
  const rows = [['model', 'rounds', 'bare ms', 'pass ms', 'ratio', 'of rounds', 'in situ ms', 'outside ms']];
  let holds = true;
  for (const model of MODELS.filter(({ name }) => only === undefined || only === name)) {
    const load = await loadMessage(model.name);
    const kept = keep !== undefined && existsSync(keep) ? JSON.parse(readFileSync(keep, 'utf8')) : {};
    const done = kept[model.name] ?? [];
    for (let round = 0; round < rounds; round++) {
      const made = {};
      await untilIdle();
      const sides = done.length % 2 === 0 ? ['bare', 'pass'] : ['pass', 'bare'];
      for (const side of sides) {
        if (side === 'bare') made.bare = await bareMedian(load, model.bare);
        else Object.assign(made, await passMedians(load, model.pass));
      }
      done.push(made);
      if (keep !== undefined) writeFileSync(keep, JSON.stringify({ ...kept, [model.name]: done }));
    }
    const of = (name) => done.map((made) => made[name]);
    const ratios = done.map(({ bare, pass }) => pass / bare).sort((a, b) => a - b);
    const ratio = medianMs(of('pass')) / medianMs(of('bare'));
    const worst = Math.max(...of('outside'));
    holds &&= Math.abs(ratio - 1) <= BAR && worst < OVERHEAD_MS;
    rows.push([
      model.name,
      done.length,
      ms3(medianMs(of('bare'))),
      ms3(medianMs(of('pass'))),
      ratio.toFixed(4),
      `${ratios[0].toFixed(3)}..${ratios.at(-1).toFixed(3)}`,
      ms3(medianMs(of('inSitu'))),
      worst.toFixed(3),
    ]);
  }
  printTable(rows);
  console.log(
    `  bias within ${BAR * 100} %, under ${OVERHEAD_MS} ms a picture outside of its phases: ${verdict(holds)}`,
  );
  return holds;
}

const ms3 = (value) => (value < 10 ? value.toFixed(3) : ms(value));

async function bareMedian(load, { warmUps, runs }) {
  const script = join(import.meta.dirname, 'bare-process.mjs');
  const message = JSON.stringify({ load, image: IMAGES[0], warmUps, runs });
  const { stdout } = await run(process.execPath, [script, message], { maxBuffer: 2 ** 26 });
  return medianMs(JSON.parse(stdout));
}

/** The pass as it is made for one model, with as many inferences as the bare loop has. */
async function passMedians(load, { warmUps, runs }) {
  const [outcome] = await timeTogether({
    models: [{ name: 'model', load, images: IMAGES.slice(0, 1) }],
    warmUp: { inferences: warmUps, ms: 0, slowInferences: warmUps, tolerance: null },
    sampling: { samples: 1, ms: 0, passes: runs },
    datasetOf: () => '',
    signal: NEVER,
  });
  if (outcome.kind === 'failed') throw outcome.error;
  const { samples, aloneMs, blocks } = outcome.series;
  const inSitu = medianMs(samples.map(({ phases }) => phases.inferenceMs));
  return {
    pass: aloneMs.length > 0 ? medianMs(aloneMs) : inSitu,
    inSitu,
    outside: outsideMs(samples, blocks.length),
  };
}

/** Mean time from the end of a prediction to the beginning of the next one; between two blocks others have their turn. */
function outsideMs(samples, blocks) {
  const gaps = samples.slice(1).map(({ atMs }, i) => {
    const { atMs: before, phases } = samples[i];
    return atMs - before - phases.preprocessMs - phases.inferenceMs - phases.postprocessMs;
  });
  const within = gaps.sort((a, b) => a - b).slice(0, gaps.length - (blocks - 1));
  return within.reduce((sum, gap) => sum + gap, 0) / within.length;
}
