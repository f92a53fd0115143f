import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRunConfig, prepareRun } from '../../../dist/index.js';
import { run } from '../../../dist/pipeline/run.js';
import { lockRun } from '../../../dist/store/lock.js';
import { runFolder } from '../../../dist/store/run-folder.js';
import { time } from '../../../dist/pipeline/time.js';
import { passRecord } from '../../../dist/pipeline/timing/pass-record.js';
import { timeSchema } from '../../../dist/store/settings-schema.js';
import { timingPlan } from '../../../dist/pipeline/timing/timing-plan.js';
import { THIS_MACHINE } from '../../../dist/runners/onnx/seal/machine-files.js';
import { timeTogether } from '../../../dist/runners/onnx/timing/time-together.js';
import { IMAGES, loadMessage, NEVER } from './models.mjs';

/**
 * @import { SealPart } from '../../../dist/schema/seal.js'
 * @import { PassRecord } from '../../../dist/store/timing-record.js'
 * @import { Manifest } from '../../../dist/store/manifest.js'
 * @import { TimingRecord } from '../../../dist/store/timing-record.js'
 * @import { MachineFiles } from '../../../dist/runners/onnx/seal/machine-files.js'
 */

/**
 * One timing pass on the sample set, whole as a user runs it, with a config's own wishes; returns what was recorded of it.
 *
 * @param {object} [plant] what is wrong with it
 * @param {string} [plant.time] the config's timing
 * @param {string} [plant.model] by name, or a file beside the config
 * @param {string} [plant.extra] further lines of the config
 * @param {(folder: string) => void} [plant.prepare] writes files beside the config
 * @param {() => () => void} [plant.during] begins what disturbs, and returns what ends it
 * @param {MachineFiles} [plant.files] where the machine tells about itself
 * @returns {Promise<PassRecord>}
 */
export async function sealedPass({
  time: wishes = 'profile: standard, threads: 1',
  model = 'contrast-baseline',
  extra = '',
  prepare,
  during,
  files,
} = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'maskbench-seal-'));
  prepare?.(folder);
  const stop = during?.();
  try {
    const config = join(folder, 'run.yaml');
    writeFileSync(
      config,
      `name: seal\nmodels: [${model}]\ndatasets: [samples-humans]\ntime: { ${wishes} }\n${extra}`,
    );
    const signal = NEVER;
    const prepared = await prepareRun(await loadRunConfig(config), {
      offline: true,
      onProgress: () => undefined,
      signal,
    });
    const out = join(folder, 'out');
    const request = { ...prepared, shard: null, out, resume: false, emit: () => undefined, signal };
    await run({ ...request, phases: { predict: false, score: false, time: files === undefined } });
    if (files !== undefined) {
      /** @type {Manifest} */
      const { settings } = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
      const { models } = prepared;
      const lock = await lockRun(out);
      await time({
        folder: runFolder(out),
        held: lock,
        settings,
        kinds: [settings.device],
        models,
        files,
        emit: () => undefined,
        signal,
      });
      await lock.release();
    }
    const lines = (await readFile(join(out, 'timings.jsonl'), 'utf8')).trim().split('\n');
    /** @type {TimingRecord[]} */
    const records = lines.map((line) => JSON.parse(line));
    const failed = records.find((record) => record.kind === 'failed');
    if (failed !== undefined) throw new Error(failed.failure.message);
    const timed = records.findLast((record) => record.kind === 'model');
    if (timed?.pass === undefined) throw new Error('the pass told nothing of its conditions');
    return timed.pass;
  } finally {
    stop?.();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The parts of the seal of such a pass.
 *
 * @param {Parameters<typeof sealedPass>[0]} [plant]
 */
export const sealedParts = async (plant) => (await sealedPass(plant)).parts;

/**
 * The parts of the seal of the tiny baseline, whose process is disturbed from the moment in which it is warm.
 *
 * @param {(pid: number) => void} disturb
 */
export async function partsDisturbedWhenWarm(disturb) {
  const plan = timingPlan(timeSchema.parse({ profile: 'standard' }));
  const load = await loadMessage('contrast-baseline', { threads: 1 });
  const datasetOf = () => 'samples-humans';
  const [outcome] = await timeTogether({
    models: [{ name: 'model', load, images: IMAGES }],
    warmUp: plan.warmUp,
    sampling: plan.sampling,
    datasetOf,
    signal: NEVER,
    onWarm: async (_name, pid) => {
      if (pid !== undefined) disturb(pid);
    },
  });
  if (outcome.kind === 'failed') throw outcome.error;
  return passRecord(outcome.series, {
    plan,
    device: 'cpu',
    files: THIS_MACHINE,
    datasetOf,
    attempt: 1,
    together: ['model'],
    proof: null,
    imagesThere: IMAGES.length,
    neighbours: [],
    before: null,
    gpuMemory: null,
    energy: { kind: 'not known', reason: 'nobody counted it' },
    card: null,
  }).parts;
}

/** @param {readonly SealPart[]} parts */
export const failedParts = (parts) => parts.filter(({ pass }) => !pass).map(({ name }) => name);
