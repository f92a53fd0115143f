import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartMaskbench } from '../../src/analysis/prove/artifacts.js';
import { CHECKS } from '../../src/analysis/prove/checks/index.js';
import { prove } from '../../src/analysis/prove/prove.js';
import { parseDevice } from '../../src/runners/device.js';
import type { GpuProof, ProofCheck } from '../../src/schema/gpu-proof.js';
import { writePairedFolders } from './tiny-datasets.js';
import { writeTinyModel } from './tiny-models.js';
import { datasetText } from './workspace.js';

/** Nobody starts it: no run is killed here. */
const never: StartMaskbench = () => {
  throw new Error('a process was started');
};

interface TinyProof {
  readonly device: string;
  readonly checks: readonly string[];
  /** Specs in the folder, beside that of `luma`, which is made here. */
  readonly models?: readonly string[];
  /** How often its two pictures are timed: the more the longer a card is read, a turn of each. */
  readonly rounds?: number;
}

/** Some checks of a proof with two pictures and the least network, in an empty folder. */
export async function proveTiny(
  folder: string,
  { device, checks, models = ['luma'], rounds = 1 }: TinyProof,
): Promise<GpuProof> {
  await writePairedFolders(join(folder, 'data'), 2);
  await writeFile(join(folder, 'tiny.yaml'), datasetText('tiny', 'data'));
  await writeTinyModel(folder, 'luma');
  const scratch = join(folder, 'scratch');
  await mkdir(scratch);
  return prove(
    {
      device: parseDevice(device),
      models: models.map((name) => `./${name}.yaml`),
      dataset: './tiny.yaml',
      images: 2,
      effort: {
        time: { profile: 'standard', images: 2, rounds, warmup: 3, threads: 1, together: 1 },
        measure: { processes: 2, images: 2, rounds: 1, warmup: 3 },
        sameTwiceMs: 60_000,
        wholeMs: 600_000,
      },
      cwd: folder,
      env: process.env,
      offline: true,
      scratch,
      start: never,
      onProgress: () => undefined,
      emit: () => undefined,
      onDoing: () => undefined,
      signal: new AbortController().signal,
    },
    CHECKS.filter(({ name }) => checks.includes(name)),
  );
}

/** What was found, by check. */
export function linesOf({
  checks,
}: GpuProof): Readonly<Record<string, readonly [ProofCheck['state'], string]>> {
  return Object.fromEntries(checks.map(({ name, state, found }) => [name, [state, found]]));
}
