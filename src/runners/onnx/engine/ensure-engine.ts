import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { throwIfCancelled } from '../../../core/cancelled.js';
import { MaskbenchError } from '../../../core/errors.js';
import { joinInside } from '../../../core/safe-path.js';
import { writeWhole } from '../../../core/write-whole.js';
import { resolveCacheDir } from '../../../core/cache-folder.js';
import { temporaryFolder } from '../../../models/sources/cache.js';
import { requireSpace } from '../../../models/sources/disk.js';
import { explainCacheError, isOffline, type EnsureOptions } from '../../../models/sources/ensure-file.js';
import { packTarball } from '../../../models/sources/npm-client.js';
import { ownedName, prepareFolder } from '../../../models/sources/owner.js';
import { checkIntegrity, readMembers } from '../../../models/sources/tarball.js';
import { isWhole, placeWhole } from '../../../models/sources/whole-folder.js';
import { gpuHome, linkProviders, readInstalled } from '../gpu/installed.js';
import { ENGINE_VERSION, engineFolder, findEngine, useEngine } from './engine.js';
import { OFFERED, PLATFORM } from './platforms.js';

/** The packages that the engine consists of, by the integrity of their tarballs, and what of them is kept. */
export const PARTS = [
  {
    name: 'onnxruntime-common',
    integrity:
      'sha512-7fdVWjAID1dVhH/G8qK3APARunV4VkBFoCQAP7qp4Wkab0mrorvmc+sqiT+mKXOzDqdjN5j+/Z9nb4gzNPWcyA==',
    keeps: (path: string) => path === 'package.json' || /^dist\/cjs\/(.*\.js|package\.json)$/.test(path),
  },
  {
    name: 'onnxruntime-node',
    integrity:
      'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==',
    keeps: (path: string) =>
      path === 'package.json' ||
      /^dist\/[^/]+\.js$/.test(path) ||
      path.startsWith(`bin/napi-v6/${PLATFORM}/`),
  },
] as const;

/** Of the larger tarball, and of what is kept of it at most. */
const TARBALL_BYTES = 113_507_888;
const KEPT_BYTES = 100_000_000;

export type EngineOptions = Pick<EnsureOptions, 'cacheDir' | 'env' | 'offline' | 'onProgress' | 'signal'>;

/**
 * Makes ONNX Runtime available: one that is there already, or the one in the cache, or else its packages are fetched through
 * the user's npm client, without their scripts, and this platform's part of them is kept:
 *
 *     <cache>/engines/<version>-<platform>-<arch>/node_modules/onnxruntime-node
 *                                                 node_modules/onnxruntime-common
 *                                                 contents.json
 *
 * @throws MaskbenchError `device.unavailable` where there is no build for this machine, `source.*`, `disk.full`, `cancelled`.
 */
export async function ensureEngine(options: EngineOptions): Promise<void> {
  const env = options.env ?? process.env;
  const cacheDir = resolveCacheDir(options.cacheDir, env);
  const found = findEngine(env);
  if (found !== undefined) return useWithGpu(found, cacheDir);
  if (OFFERED[PLATFORM] === undefined) {
    throw new MaskbenchError(
      'device.unavailable',
      `there is no ONNX Runtime ${ENGINE_VERSION} for ${PLATFORM}`,
      {
        remedy: `it is built for ${Object.keys(OFFERED).join(', ')}`,
      },
    );
  }
  const home = join(cacheDir, 'engines', `${ENGINE_VERSION}-${PLATFORM.replace('/', '-')}`);
  if (!(await isWhole(home))) {
    if (isOffline(options.offline, env)) {
      throw new MaskbenchError(
        'source.unreachable',
        'ONNX Runtime is not in the cache, and the network may not be used',
        {
          where: home,
          remedy: 'run "maskbench devices" once with the network, or bring the cache folder from elsewhere',
        },
      );
    }
    try {
      await fetchEngine(home, cacheDir, { ...options, env });
    } catch (error) {
      throw explainCacheError(error, cacheDir);
    }
  }
  await useWithGpu(join(home, 'node_modules', 'onnxruntime-node'), cacheDir);
}

/** The folder of the engine in use, with the network left alone: null where there is none on this machine. */
export async function engineHere(env: NodeJS.ProcessEnv): Promise<string | null> {
  try {
    await ensureEngine({ env, offline: true });
    return engineFolder();
  } catch (error) {
    if (error instanceof MaskbenchError && /^(source|device)\./.test(error.code)) return null;
    throw error;
  }
}

/** Takes an engine, with what `maskbench gpu install` has put into the cache for it: `npm ci` takes it away again. */
async function useWithGpu(folder: string, cacheDir: string): Promise<void> {
  const installed = await readInstalled(gpuHome(cacheDir));
  if (installed?.engine !== ENGINE_VERSION) return useEngine(folder);
  await linkProviders(installed, folder);
  const fault = installed.parts.map((part) => part.fault).find((path) => path !== null);
  useEngine(folder, { folders: installed.folders, fault });
}

/** Everything is put together elsewhere and comes to its place by one rename: two processes may do so at once. */
async function fetchEngine(
  home: string,
  cacheDir: string,
  { env, signal, onProgress }: EngineOptions & { readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  const progress = (receivedBytes: number): void =>
    onProgress?.({
      kind: 'download',
      name: `ONNX Runtime ${ENGINE_VERSION}`,
      receivedBytes,
      totalBytes: TARBALL_BYTES,
    });
  const folder = temporaryFolder(cacheDir);
  await prepareFolder(folder);
  await requireSpace(folder, TARBALL_BYTES + KEPT_BYTES);
  const draft = join(folder, ownedName('engine', 'dir'));
  try {
    progress(0);
    const contents: Record<string, number> = {};
    for (const part of PARTS) {
      const files = await fetchPart(part, join(draft, 'packed', part.name), env, signal);
      for (const [path, content] of files) {
        const inside = `node_modules/${part.name}/${path}`;
        const target = joinInside(draft, 'engine', inside);
        await mkdir(dirname(target), { recursive: true });
        await writeWhole(target, content);
        contents[inside] = content.length;
      }
    }
    await placeWhole(join(draft, 'engine'), home, contents);
    progress(TARBALL_BYTES);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The files of a package that are kept, by path. No script of it runs. */
async function fetchPart(
  { name, integrity, keeps }: (typeof PARTS)[number],
  folder: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Buffer>> {
  await mkdir(folder, { recursive: true });
  const tarball = await packTarball({ package: name, version: ENGINE_VERSION, folder, env, signal });
  await checkIntegrity(tarball, integrity, `npm:${name}@${ENGINE_VERSION}`);
  const pieces = new Map<string, Buffer[]>();
  await readMembers(tarball, (path) => {
    if (!keeps(path)) return undefined;
    const chunks: Buffer[] = [];
    pieces.set(path, chunks);
    return (chunk) => {
      throwIfCancelled(signal);
      chunks.push(Buffer.from(chunk));
    };
  });
  return new Map([...pieces].map(([path, chunks]) => [path, Buffer.concat(chunks)]));
}
