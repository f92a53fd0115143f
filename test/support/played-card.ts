import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { binaryFolder, ENGINE_VERSION } from '../../src/runners/onnx/engine/engine.js';

const { resolve } = createRequire(import.meta.url);
const run = promisify(execFile);

/** What the card does wrong, and when: at the `nth` session or inference of all processes together, and `times` times from there. */
interface CardFault {
  readonly at: 'create' | 'run';
  readonly nth: number;
  readonly times: number;
  /** What ONNX Runtime throws then. */
  readonly says: string;
  /** Of which card; without it of all of them. */
  readonly index?: number;
}

/** A card that computes otherwise: this is added to every value that comes out of it. */
interface WrongCard {
  readonly index: number;
  readonly offBy: number;
}

export interface PlayedCard {
  /** With this in the environment, `cuda:0` is there, and others: ONNX Runtime computes on the CPU in their place, and calls it CUDA. */
  readonly env: Readonly<Record<string, string>>;
  /** Sets what goes wrong from now on, counted anew; `exclusive` is what a second process at a time is told. */
  script(faults: readonly CardFault[], exclusive?: string, wrong?: WrongCard): Promise<void>;
  /** How many sessions were asked for since then. */
  sessions(): Promise<number>;
}

/** Whether a card can be played here: a C compiler makes the library that is looked for before a session. */
export async function canPlayCard(): Promise<boolean> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  return run('cc', ['--version']).then(
    () => true,
    () => false,
  );
}

/** An onnxruntime-node with a card that fails by a script, around the one that is installed. */
export async function playCard(folder: string): Promise<PlayedCard> {
  const real = dirname(resolve('onnxruntime-node/package.json'));
  const binaries = binaryFolder(folder);
  await mkdir(binaries, { recursive: true });
  await writeFile(join(binaries, 'libonnxruntime_providers_cuda.so'), '');
  await writeFile(join(folder, 'cudnn.c'), 'int cudnn;\n');
  const library = join(folder, 'libcudnn.so.9');
  await run('cc', ['-shared', '-fPIC', '-Wl,-soname,libcudnn.so.9', '-o', library, join(folder, 'cudnn.c')]);
  const about = { name: 'onnxruntime-node', version: ENGINE_VERSION, main: 'index.cjs' };
  await writeFile(join(folder, 'package.json'), JSON.stringify(about));
  await writeFile(join(folder, 'index.cjs'), ENGINE.replace('REAL', JSON.stringify(real)));
  const log = (at: string): string => join(folder, `${at}.log`);
  return {
    env: { MASKBENCH_ENGINE: folder, LD_LIBRARY_PATH: folder },
    async script(faults, exclusive, wrong) {
      for (const at of ['create', 'run']) await writeFile(log(at), '');
      await writeFile(join(folder, 'script.json'), JSON.stringify({ faults, exclusive, wrong }));
    },
    sessions: async () => (await readFile(log('create'), 'utf8')).length,
  };
}

const ENGINE = `
const fs = require('node:fs');
const { basename, dirname, join } = require('node:path');
const real = require(REAL);
const { faults, exclusive, wrong } = JSON.parse(fs.readFileSync(join(__dirname, 'script.json'), 'utf8'));
const holder = join(__dirname, 'holder');

function play(at, card) {
  const path = join(__dirname, at + '.log');
  fs.appendFileSync(path, '.');
  const count = fs.statSync(path).size;
  const fault = faults.find((one) => one.at === at && (one.index ?? card) === card && count >= one.nth && count < one.nth + one.times);
  if (fault !== undefined) throw new Error(fault.says);
}

function isAlive(pid) {
  try { return process.kill(pid, 0); } catch { return false; }
}

function hold() {
  for (;;) {
    try { return fs.writeFileSync(holder, String(process.pid), { flag: 'wx' }); } catch {}
    let pid = 0;
    try { pid = Number(fs.readFileSync(holder, 'utf8')); } catch { continue; }
    if (pid === process.pid) return;
    if (pid === 0 || isAlive(pid)) throw new Error(exclusive);
    fs.rmSync(holder, { force: true });
  }
}

// Where nodes run is told by a log and a profile: both name the processor, as the card should be named.
function profileAsCuda(prefix) {
  const folder = dirname(prefix);
  for (const name of fs.readdirSync(folder).filter((one) => one.startsWith(basename(prefix)))) {
    const path = join(folder, name);
    fs.writeFileSync(path, fs.readFileSync(path, 'utf8').replaceAll('CPUExecutionProvider', 'CUDAExecutionProvider'));
  }
}

async function create(path, options) {
  const [{ name, deviceId }] = options.executionProviders;
  if (name === 'cpu') return real.InferenceSession.create(path, options);
  play('create', deviceId);
  if (exclusive !== undefined) hold();
  const session = await real.InferenceSession.create(path, { ...options, executionProviders: ['cpu'], logSeverityLevel: 3 });
  if (options.logSeverityLevel === 0) process.stderr.write('All nodes placed on [CUDAExecutionProvider]. Number of nodes: 1\\n');
  const run = async (...args) => {
    play('run', deviceId);
    const results = await session.run(...args);
    if (wrong?.index !== deviceId) return results;
    const spoilt = ({ type, data, dims }) => new real.Tensor(type, type === 'float32' ? data.map((value) => value + wrong.offBy) : data, dims);
    return Object.fromEntries(Object.entries(results).map(([output, tensor]) => [output, spoilt(tensor)]));
  };
  const endProfiling = () => {
    session.endProfiling();
    profileAsCuda(options.profileFilePrefix);
  };
  return new Proxy(session, {
    get(target, key) {
      if (key === 'run') return run;
      if (key === 'endProfiling') return endProfiling;
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

module.exports = { ...real, InferenceSession: { create } };
`;
