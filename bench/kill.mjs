// kill -9 of a run, or of one of its inference processes, at 20 random moments: after --resume the result must equal an
// undisturbed run's, cell for cell, and no inference process may outlive its parent for long.
//
//   node bench/kill.mjs [--trials 20] [--seed 1]
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { differences, generator, outcomeOf, runThroughKills, runUndisturbed } from './support/kill-run.mjs';
import { printMachine } from './support/print.mjs';
import { writeSlowModel, writeSmallPairs } from './support/tiny-run.mjs';

/**
 * @import { Summary } from '../dist/schema/summary.js'
 * @import { Kill, RunCommand } from './support/kill-run.mjs'
 */

const SAMPLES = 24;
const ORPHAN_BAR_MS = 5000;

const { values } = parseArgs({
  options: { trials: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
});
const trials = Number(values.trials);

if (!existsSync('/proc/self/stat')) {
  console.log('skipped: processes are looked up in /proc, which this system does not have');
} else {
  const folder = mkdtempSync(join(tmpdir(), 'maskbench-kill-'));
  try {
    printMachine();
    await main(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder */
async function main(folder) {
  await writeSmallPairs(join(folder, 'data'), SAMPLES);
  writeSlowModel(folder, 'slow', { layers: 150 });
  writeSlowModel(folder, 'slower', { layers: 300 });
  const sides = 'images: { path: im }, truths: { path: gt }';
  writeFileSync(
    join(folder, 'run.yaml'),
    `name: killed
models: [./slow.yaml, ./slower.yaml]
datasets: [{ name: small, layout: paired-folders, root: '\${CONFIG_DIR}/data', ${sides} }]
time: { images: 2, rounds: 1, warmup: 3 }
`,
  );
  /** @type {(out: string) => RunCommand} */
  const command = (out) => ({ cwd: folder, argv: ['run', 'run.yaml', '--out', out] });
  const duration = await runUndisturbed(command('undisturbed'));
  const expected = await outcomeOf(join(folder, 'undisturbed'));
  /** @type {Summary} */
  const { cells } = JSON.parse(readFileSync(join(folder, 'undisturbed', 'summary.json'), 'utf8'));
  console.log(
    `the undisturbed run: ${cells.scored} of ${cells.planned} cells in ${(duration / 1000).toFixed(1)} s\n`,
  );
  if (cells.scored !== 2 * SAMPLES) throw new Error('the undisturbed run is no measure of anything');

  let equal = 0;
  let orphans = 0;
  let inTime = 0;
  for (let trial = 1; trial <= trials; trial++) {
    const seed = Number(values.seed) * 1000 + trial;
    const random = generator(seed);
    /** @type {Kill['victim']} */
    const victim = trial % 2 === 0 ? 'child' : 'parent';
    const kill = { victim, afterMs: (0.05 + 0.9 * random()) * duration };
    const out = `trial${trial}`;
    mkdirSync(join(folder, out), { recursive: true });
    const { story, orphanMs, status, stderr } = await runThroughKills(command(out), [kill]);
    const wrong =
      status === 0 ? differences(expected, await outcomeOf(join(folder, out))) : [`exit status ${status}`];
    if (wrong.length === 0) equal++;
    else console.log(stderr);
    if (!story.some((line) => /too late|there was none/.test(line))) inTime++;
    orphans = Math.max(orphans, orphanMs);
    console.log(`seed ${seed}: ${story.join(', then ')}: ${wrong.length === 0 ? 'equal' : wrong.join(', ')}`);
    rmSync(join(folder, out), { recursive: true, force: true });
  }
  console.log(
    `\n${inTime} kills hit a process; inference processes outlived their parent by ${Math.round(orphans)} ms at most`,
  );
  console.log(`${equal} of ${trials} equal`);
  if (equal < trials || orphans > ORPHAN_BAR_MS) process.exitCode = 1;
}
