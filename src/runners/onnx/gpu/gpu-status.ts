import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { hashFile } from '../../../core/hash-file.js';
import { compiledEntry } from '../../../core/package-root.js';
import { joinInside } from '../../../core/safe-path.js';
import { resolveCacheDir } from '../../../core/cache-folder.js';
import { binaryFolder, ENGINE_VERSION, engineEnvironment } from '../engine/engine.js';
import { engineHere } from '../engine/ensure-engine.js';
import { type Driver, findDriver, runs } from './driver.js';
import { gpuHome, type Installed, readInstalled } from './installed.js';
import { cudaMajorOf, neededLibraries } from './needed-libraries.js';
import { CUDA_MAJORS, GPU_SETS } from './pins.js';
import { SUMS } from './unpack-part.js';

/** The chain from the driver to a provider that loads, link by link. */
export interface GpuStatus {
  readonly driver: Driver;
  /** The folder of ONNX Runtime; null where it is not fetched yet. */
  readonly engine: string | null;
  /** What `maskbench gpu install` has put into the cache. */
  readonly installed: Installed | null;
  /** The CUDA provider beside ONNX Runtime; null where there is none. */
  readonly provider: GpuProvider | null;
  /** Every library that it asks for when it is loaded or while it runs. */
  readonly libraries: readonly GpuLibrary[];
  /** The first link that is broken, and what mends it; null where a model can be tried. */
  readonly broken: { readonly what: string; readonly remedy: string } | null;
}

interface GpuProvider {
  readonly path: string;
  /** Where it leads; null for a file of its own. */
  readonly linkedTo: string | null;
  readonly cuda: number | null;
}

interface GpuLibrary {
  readonly name: string;
  /** `load`: with the provider. `later`: while a model runs; no list in the provider's file shows those. */
  readonly wanted: 'load' | 'later';
  /** The folder of ours that it comes from; null where the system has it, or nobody. */
  readonly folder: string | null;
  /** Null where it opens. */
  readonly reason: string | null;
}

/**
 * What is opened by name while a model runs, by CUDA's major version. cuDNN's parts are those that version 9.0 has already: what a
 * later one adds is needed by itself alone.
 */
const CUDNN = [
  'libcudnn.so.9',
  ...['graph', 'ops', 'cnn', 'adv', 'heuristic', 'engines_precompiled', 'engines_runtime_compiled'].map(
    (part) => `libcudnn_${part}.so.9`,
  ),
];
const OPENED_LATER: Readonly<Record<number, readonly string[]>> = {
  12: [...CUDNN, 'libnvrtc.so.12', 'libcufft.so.11', 'libnvJitLink.so.12'],
  13: [...CUDNN, 'libnvrtc.so.13', 'libcufft.so.12', 'libnvJitLink.so.13'],
};

/** Looks at every link of the chain; nothing is fetched or changed but links beside ONNX Runtime that `npm ci` took away. */
export async function gpuStatus(
  env: NodeJS.ProcessEnv = process.env,
  ask: () => Promise<Driver> = findDriver,
): Promise<GpuStatus> {
  const driver = await ask();
  const engine = await engineHere(env);
  const installed = (await readInstalled(gpuHome(resolveCacheDir(undefined, env)))) ?? null;
  const provider = engine === null ? null : await providerBeside(engine);
  const libraries = provider === null ? [] : await openAll(provider, installed);
  const found = { driver, engine, installed, provider, libraries };
  return { ...found, broken: firstBroken(found) };
}

async function providerBeside(engine: string): Promise<GpuProvider | null> {
  const path = join(binaryFolder(engine), 'libonnxruntime_providers_cuda.so');
  if (!existsSync(path)) return null;
  const linkedTo = await readlink(path).catch(() => null);
  return { path, linkedTo, cuda: cudaMajorOf(await neededLibraries(path)) ?? null };
}

const answersSchema = z.array(z.object({ missing: z.string().optional(), reason: z.string() }).nullable());

/** Asks the loader for each library, as a process that runs a model does. */
async function openAll(provider: GpuProvider, installed: Installed | null): Promise<readonly GpuLibrary[]> {
  const needed = (await neededLibraries(provider.path)).filter((name) => /^lib(cu|nv)/.test(name));
  const later = OPENED_LATER[provider.cuda ?? 0] ?? CUDNN;
  // The driver comes last: what is opened before it does without.
  const load = [...needed].sort((a, b) => Number(isDriver(a)) - Number(isDriver(b)));
  const names = [...load, ...later];
  const child = compiledEntry(new URL('../child/loader-child.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [child, ...names], {
    env: { ...process.env, ...engineEnvironment() },
  });
  const answers = answersSchema.parse(JSON.parse(stdout));
  return names.map((name, i) => ({
    name,
    wanted: i < load.length ? 'load' : 'later',
    folder: installed?.folders.find((folder) => existsSync(join(folder, name))) ?? null,
    reason: answers[i]?.reason ?? null,
  }));
}

function isDriver(name: string): boolean {
  return name.startsWith('libcuda.so');
}

const INSTALL = '"maskbench gpu install"';

function firstBroken(status: Omit<GpuStatus, 'broken'>): GpuStatus['broken'] {
  const { driver, installed, provider, libraries } = status;
  if (driver.kind === 'none') return { what: driver.reason, remedy: driver.remedy };
  if (installed !== null && installed.engine !== ENGINE_VERSION) {
    const what = `what is installed belongs to ONNX Runtime ${installed.engine}, and ${ENGINE_VERSION} is used`;
    return { what, remedy: `${INSTALL} fetches the right one` };
  }
  const fault = installed?.parts.map((part) => part.fault).find((path) => path !== null);
  if (typeof fault === 'string')
    return { what: `${fault} is missing or damaged`, remedy: `${INSTALL} fetches it again` };
  if (provider === null) {
    return installed === null
      ? { what: 'the CUDA provider is not installed', remedy: INSTALL }
      : { what: 'the provider is not linked beside ONNX Runtime', remedy: `${INSTALL} says why` };
  }
  const cuda = CUDA_MAJORS.find((major) => major === provider.cuda);
  if (cuda !== undefined && !runs(driver.version, cuda)) {
    return {
      what: `driver ${driver.version} does not run CUDA ${cuda}`,
      remedy: `update it to ${GPU_SETS[cuda].leastDriver} or newer, or ${INSTALL.slice(0, -1)} --cuda 12"`,
    };
  }
  const library = libraries.find(({ reason }) => reason !== null);
  if (library === undefined) return null;
  const remedy = isDriver(library.name)
    ? 'it comes with the driver; in a container: start it with "--gpus all"'
    : `${INSTALL} brings it`;
  return { what: library.reason ?? library.name, remedy };
}

/** Hashes everything that is installed, and returns the paths of what is not as it came out of its archive. */
export async function changedFiles({ home, parts }: Installed): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const part of parts) {
    const sums = await readFile(join(home, part.folder, SUMS), 'utf8').catch(() => '');
    for (const [, sum, name = ''] of sums.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)) {
      const path = joinInside(join(home, part.folder), name);
      if ((await hashFile(path).catch(() => '')) !== sum) changed.push(path);
    }
  }
  return changed;
}
