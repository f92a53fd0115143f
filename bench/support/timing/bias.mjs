import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startTimedProcess } from '../../../dist/runners/timing/timed-process.js';
import { medianMs } from '../../../dist/runners/timing/windows.js';
import { ms, printTable, verdict } from '../print.mjs';
import { IMAGES, loadMessage, NEVER } from './models.mjs';

const BAR = 0.02;
const OVERHEAD_MS = 1;
const run = promisify(execFile);

/** Inferences recorded a process: enough for a median, and no more than patience allows. */
const MODELS = [
  { name: 'contrast-baseline', warmUps: 200, runs: 400 },
  { name: 'isnet-quint8', warmUps: 3, runs: 8 },
];

/**
 * Bar: the pass's median inference within 2 % of a bare loop of session.run, each in a fresh process, in the order A B B
 * A over the rounds. And what a picture costs outside of its phases: under a millisecond.
 */
export async function bias({ rounds, only }) {
  const rows = [['model', 'bare ms', 'pass ms', 'ratio', 'rounds apart', 'outside a picture, ms']];
  let holds = true;
  for (const model of MODELS.filter(({ name }) => only === undefined || only === name)) {
    const load = await loadMessage(model.name);
    const bare = [];
    const pass = [];
    const outside = [];
    for (let round = 0; round < rounds; round++) {
      const sides = round % 2 === 0 ? ['bare', 'pass'] : ['pass', 'bare'];
      for (const side of sides) {
        if (side === 'bare') bare.push(await bareMedian(load, model));
        else {
          const measured = await passMedian(load, model);
          pass.push(measured.median);
          outside.push(measured.outsideMs);
        }
      }
    }
    const ratios = bare.map((value, i) => pass[i] / value).sort((a, b) => a - b);
    const ratio = medianMs(pass) / medianMs(bare);
    const worst = Math.max(...outside);
    holds &&= Math.abs(ratio - 1) <= BAR && worst < OVERHEAD_MS;
    rows.push([
      model.name,
      ms(medianMs(bare)),
      ms(medianMs(pass)),
      ratio.toFixed(4),
      `${ratios[0].toFixed(3)}..${ratios.at(-1).toFixed(3)}`,
      worst.toFixed(3),
    ]);
  }
  printTable(rows);
  console.log(
    `  bias within ${BAR * 100} %, under ${OVERHEAD_MS} ms a picture outside of its phases: ${verdict(holds)}`,
  );
  return holds;
}

async function bareMedian(load, { warmUps, runs }) {
  const script = join(import.meta.dirname, 'bare-process.mjs');
  const message = JSON.stringify({ load, image: IMAGES[0], warmUps, runs });
  const { stdout } = await run(process.execPath, [script, message], { maxBuffer: 2 ** 26 });
  return medianMs(JSON.parse(stdout));
}

async function passMedian(load, { warmUps, runs }) {
  const timed = await startTimedProcess(load, NEVER);
  try {
    await timed.decode(IMAGES.slice(0, 1));
    const order = (count) => Array.from({ length: count }, () => 0);
    await timed.measure({ order: order(warmUps) });
    const { samples, wallMs } = await timed.measure({ order: order(runs) });
    const inPhases = samples
      .flatMap(({ phases }) => Object.values(phases))
      .reduce((sum, value) => sum + value, 0);
    const median = medianMs(samples.map(({ phases }) => phases.inferenceMs));
    return { median, outsideMs: (wallMs - inPhases) / runs };
  } finally {
    await timed.stop();
  }
}
