import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRunConfig, prepareRun } from '../../../dist/index.js';
import { time } from '../../../dist/evaluate/time.js';
import { run } from '../../../dist/evaluate/run.js';
import { runFolder } from '../../../dist/evaluate/run-folder.js';
import { writeFileSync } from 'node:fs';

/**
 * One timing pass of the tiny baseline on the sample set, whole as a user runs it, with a config's own wishes; returns
 * the parts of its seal.
 *
 * @param {{time?: string, during?: () => () => void, files?: {proc: string, sys: string}}} plant what is wrong with it
 */
export async function sealedParts({ time: wishes = 'profile: standard, threads: 1', during, files } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'maskbench-seal-'));
  const stop = during?.();
  try {
    const config = join(folder, 'run.yaml');
    writeFileSync(
      config,
      `name: seal\nmodels: [contrast-baseline]\ndatasets: [samples-humans]\ntime: { ${wishes} }\n`,
    );
    const signal = new AbortController().signal;
    const prepared = await prepareRun(await loadRunConfig(config), {
      offline: true,
      onProgress: () => undefined,
      signal,
    });
    const out = join(folder, 'out');
    const request = { ...prepared, shard: null, out, resume: false, emit: () => undefined, signal };
    await run({ ...request, phases: { predict: false, score: false, time: files === undefined } });
    if (files !== undefined) {
      const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
      await time({
        folder: runFolder(out),
        settings: manifest.settings,
        modelPaths: prepared.modelPaths,
        files,
        emit: () => undefined,
        signal,
      });
    }
    const lines = (await readFile(join(out, 'timings.jsonl'), 'utf8')).trim().split('\n');
    return lines.map((line) => JSON.parse(line)).findLast(({ kind }) => kind === 'model').pass.parts;
  } finally {
    stop?.();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const failedParts = (parts) => parts.filter(({ pass }) => !pass).map(({ name }) => name);
