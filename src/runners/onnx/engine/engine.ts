import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type * as Ort from 'onnxruntime-node';
import { MaskbenchError } from '../../../core/errors.js';

/**
 * ONNX Runtime is no dependency of the package: its install script fetches CUDA's libraries from elsewhere, and where that is
 * out of reach the whole installation fails. It is found beside Maskbench, or fetched once into the cache (`ensureEngine`).
 */
export const ENGINE_VERSION = '1.30.0';

/** Names the folder of an onnxruntime-node to use instead; also how a process tells those that it starts. */
export const ENGINE_VARIABLE = 'MASKBENCH_ENGINE';

/**
 * ONNX Runtime 1.30 reports its use to its makers, also on Linux (core/platform/posix/telemetry.cc), unless this is set. Nothing that
 * Maskbench runs is to tell anybody of it, and whatever computes beside a measurement is a part of it.
 */
const QUIET = { ORT_DISABLE_TELEMETRY: '1' };

const PACKAGE = 'onnxruntime-node';
const { resolve: locate } = createRequire(import.meta.url);

/** What `maskbench gpu install` adds to an engine. */
interface EngineGpu {
  /** Where the loader finds CUDA's libraries. */
  readonly folders: readonly string[];
  /** What is missing of it by now. */
  readonly fault: string | undefined;
}

const NO_GPU: EngineGpu = { folders: [], fault: undefined };

let chosen: string | undefined;
let chosenGpu = NO_GPU;
let loaded: typeof Ort | undefined;

/** Takes the engine in this folder from now on. */
export function useEngine(folder: string, gpu: EngineGpu = NO_GPU): void {
  chosen = folder;
  chosenGpu = gpu;
}

/** What is missing of CUDA's libraries in the cache, if they were installed there. */
export function gpuFault(): string | undefined {
  return chosenGpu.fault;
}

/** What a process that is to use the same engine finds it by: the loader reads its path at a process's start alone. */
export function engineEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const path = [...chosenGpu.folders, env['LD_LIBRARY_PATH'] ?? ''].filter((folder) => folder !== '');
  return {
    ...QUIET,
    [ENGINE_VARIABLE]: engineFolder(),
    ...(chosenGpu.folders.length === 0 ? {} : { LD_LIBRARY_PATH: path.join(':') }),
  };
}

/** Where an engine has its libraries for this machine. */
export function binaryFolder(engine: string): string {
  return join(engine, 'bin', 'napi-v6', process.platform, process.arch);
}

/**
 * The folder of the onnxruntime-node that is used: the one that the environment names, or the one installed beside Maskbench
 * (how CUDA gets there: docs/gpu.md) if it has the right version, or the one in the cache once that was ensured.
 *
 * @returns undefined where there is none yet.
 * @throws MaskbenchError `config.invalid` where the environment names something else.
 */
export function findEngine(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env[ENGINE_VARIABLE];
  if (named !== undefined && named !== '') {
    const found = versionIn(resolve(named));
    if (found === ENGINE_VERSION) return resolve(named);
    const what = found === undefined ? `no ${PACKAGE}` : `${PACKAGE} ${found}`;
    throw new MaskbenchError('config.invalid', `${ENGINE_VARIABLE} names a folder with ${what}`, {
      where: named,
      remedy: `name one of ${PACKAGE} ${ENGINE_VERSION}`,
    });
  }
  return chosen ?? installed();
}

/** @throws MaskbenchError `device.unavailable` where nobody ensured it. */
export function engineFolder(): string {
  const folder = findEngine();
  if (folder !== undefined) return folder;
  throw new MaskbenchError('device.unavailable', `there is no ${PACKAGE} ${ENGINE_VERSION} on this machine`, {
    remedy: '"maskbench devices" fetches it',
  });
}

/**
 * ONNX Runtime itself.
 *
 * @throws MaskbenchError `device.unavailable` where this machine cannot load it.
 */
export function loadEngine(): typeof Ort {
  if (loaded !== undefined) return loaded;
  const folder = engineFolder();
  Object.assign(process.env, QUIET);
  try {
    loaded = createRequire(import.meta.url)(folder) as typeof Ort;
    return loaded;
  } catch (cause) {
    const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new MaskbenchError('device.unavailable', `ONNX Runtime cannot be loaded: ${reason}`, {
      where: folder,
      remedy: 'on Linux it needs glibc; remove the folder if its files are damaged',
      cause,
    });
  }
}

function installed(): string | undefined {
  try {
    const folder = dirname(locate(`${PACKAGE}/package.json`));
    return versionIn(folder) === ENGINE_VERSION ? folder : undefined;
  } catch {
    return undefined;
  }
}

function versionIn(folder: string): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Partial<
      Record<'name' | 'version', string>
    >;
    return name === PACKAGE ? version : undefined;
  } catch {
    return undefined;
  }
}
