import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ENGINE_VARIABLE, ENGINE_VERSION } from '../../src/runners/onnx/engine/engine.js';

/** What is wrong with what an engine computes on anything but a CPU. */
interface EngineFaults {
  /** Added to every value that comes out. */
  readonly offBy?: number;
  /** From so many computations of a process on, none succeeds; `lost` is then written as a file. */
  readonly failsAfter?: number;
  readonly lost?: { readonly path: string; readonly text: string };
}

/**
 * A folder that passes as ONNX Runtime: all that is asked of it the real one does, and what comes out is wrong.
 *
 * @returns the environment by which Maskbench takes it.
 */
export async function writeFaultyEngine(
  folder: string,
  faults: EngineFaults,
): Promise<Readonly<Record<string, string>>> {
  const real = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  await mkdir(folder, { recursive: true });
  await symlink(join(real, 'bin'), join(folder, 'bin'));
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'onnxruntime-node', version: ENGINE_VERSION, main: 'index.cjs' }),
  );
  await writeFile(
    join(folder, 'index.cjs'),
    `const real = require(${JSON.stringify(real)});
const { offBy = 0, failsAfter = Infinity, lost } = ${JSON.stringify(faults)};
let runs = 0;
async function create(path, options) {
  const session = await real.InferenceSession.create(path, options);
  if (options.executionProviders[0].name === 'cpu') return session;
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    inputMetadata: session.inputMetadata,
    outputMetadata: session.outputMetadata,
    release: () => session.release(),
    endProfiling: () => session.endProfiling(),
    async run(feeds, fetches) {
      if (runs++ >= failsAfter) {
        if (lost !== undefined) require('node:fs').writeFileSync(lost.path, lost.text);
        throw new Error('the device was lost');
      }
      const results = await session.run(feeds, fetches);
      return Object.fromEntries(
        Object.entries(results).map(([name, { type, data, dims }]) => [
          name,
          new real.Tensor(type, type === 'float32' ? data.map((value) => value + offBy) : data, dims),
        ]),
      );
    },
  };
}
module.exports = {
  Tensor: real.Tensor,
  listSupportedBackends: () => real.listSupportedBackends(),
  InferenceSession: { create },
};
`,
  );
  return { [ENGINE_VARIABLE]: folder };
}
