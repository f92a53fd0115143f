import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MaskbenchError } from '../../../core/errors.js';
import { resolveCacheDir } from '../../../core/cache-folder.js';
import { temporaryFolder } from '../../../models/sources/cache.js';
import { checksumError, digestFile } from '../../../models/sources/digest.js';
import { requireSpace } from '../../../models/sources/disk.js';
import { isOffline, type EnsureOptions } from '../../../models/sources/ensure-file.js';
import { ownedName, prepareFolder } from '../../../models/sources/owner.js';
import { isWhole, readContents } from '../../../models/sources/whole-folder.js';
import { ENGINE_VERSION, engineFolder } from '../engine/engine.js';
import { type Driver, cudaFor, runs } from './driver.js';
import {
  gpuHome,
  type GpuPart,
  type Installed,
  linkProviders,
  readInstalled,
  writeInstalled,
} from './installed.js';
import { cudaMajorOf, neededLibraries } from './needed-libraries.js';
import { fetchFromNuget } from './nuget-provider.js';
import { CUDA_MAJORS, type CudaMajor, GPU_SETS, type GpuSet, type PinnedWheel, wheelName } from './pins.js';
import { downloadWheel } from './pip-client.js';
import { unpackPart } from './unpack-part.js';

export interface InstallRequest extends Pick<
  EnsureOptions,
  'cacheDir' | 'env' | 'offline' | 'onProgress' | 'signal'
> {
  readonly driver: Driver;
  /** As the user says; by default the newest that the driver runs. */
  readonly cuda?: CudaMajor | undefined;
  /** An archive with the provider, in place of the one that would be fetched. */
  readonly from?: { readonly path: string; readonly sha256: string | undefined } | undefined;
  /** A folder with TensorRT's libraries, which are in no archive that could be checked. */
  readonly tensorrt?: string | undefined;
  /** Told before anything is fetched. */
  readonly onPlan?: (plan: InstallPlan) => void;
  readonly sets?: Readonly<Record<CudaMajor, GpuSet>>;
}

export interface InstallPlan {
  readonly cuda: CudaMajor;
  readonly home: string;
  readonly wheels: number;
  /** To be fetched, and then kept of it; 0 where all of it is here. */
  readonly downloadBytes: number;
  readonly keptBytes: number;
}

/** @throws MaskbenchError `device.unavailable` where there is no CUDA for this machine, whatever is installed. */
export function assertCudaPlatform(): void {
  if (process.platform === 'linux' && process.arch === 'x64') return;
  throw new MaskbenchError(
    'device.unavailable',
    `CUDA is used on Linux x64 alone, and this is ${process.platform} ${process.arch}`,
    { remedy: 'see "maskbench devices" for what this machine has' },
  );
}

/**
 * Puts ONNX Runtime's CUDA provider and NVIDIA's libraries into the cache, checked against their pins, and links the provider
 * beside the engine in use. A part that is whole is not fetched again; the caller sees to it that one installs at a time.
 *
 * @throws MaskbenchError `device.unavailable`, `config.invalid`, `source.*`, `data.*`, `disk.full`, `cancelled`.
 */
export async function installGpu(request: InstallRequest): Promise<Installed> {
  const { driver, from, env = process.env, sets = GPU_SETS } = request;
  assertCudaPlatform();
  const cacheDir = resolveCacheDir(request.cacheDir, env);
  const home = gpuHome(cacheDir);
  const context: Context = { ...request, env, home, temporary: temporaryFolder(cacheDir) };
  await mkdir(home, { recursive: true });
  await prepareFolder(context.temporary);
  const before = await readInstalled(home);
  const asked = request.cuda ?? (from === undefined ? cudaFor(driver) : undefined);
  const given = from === undefined ? undefined : await givenPart(from, context);
  const cuda = given === undefined ? (asked ?? cudaFor(driver)) : await builtFor(home, given, asked);
  if (driver.kind === 'found' && !runs(driver.version, cuda)) {
    throw new MaskbenchError(
      'device.unavailable',
      `the NVIDIA driver ${driver.version} does not run CUDA ${cuda}`,
      {
        remedy: `CUDA ${cuda} needs driver ${sets[cuda].leastDriver} or newer`,
      },
    );
  }
  const { provider, libraries } = sets[cuda];
  const wheels = given !== undefined || provider === 'nuget' ? libraries : [provider, ...libraries];
  await plan(wheels, cuda, context);
  const parts: GpuPart[] = given === undefined ? [] : [given];
  if (given === undefined && provider === 'nuget') {
    assertOnline(context, 'the CUDA provider');
    const fetched = await fetchFromNuget(before?.parts ?? [], engineFolder(), context);
    await builtFor(home, fetched, cuda);
    parts.push(fetched);
  }
  for (const wheel of wheels) parts.push(await wheelPart(wheel, context));
  const tensorrt = request.tensorrt === undefined ? (before?.tensorrt ?? null) : resolve(request.tensorrt);
  await writeInstalled(home, { engine: ENGINE_VERSION, cuda, parts, tensorrt });
  await removeOthers(home, parts);
  const installed = await readInstalled(home);
  if (installed === undefined)
    throw new MaskbenchError('run.lost', 'the libraries were removed meanwhile', { where: home });
  const refused = await linkProviders(installed, engineFolder());
  if (refused !== undefined) {
    throw new MaskbenchError(
      'device.unavailable',
      `the provider cannot be linked beside ONNX Runtime (${refused})`,
      {
        remedy: 'do this once as somebody who may write there; the libraries are in the cache',
      },
    );
  }
  return installed;
}

interface Context extends InstallRequest {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly temporary: string;
}

async function plan(wheels: readonly PinnedWheel[], cuda: CudaMajor, context: Context): Promise<void> {
  const { home, temporary, onPlan } = context;
  const wanted: PinnedWheel[] = [];
  for (const wheel of wheels) if (!(await isWhole(join(home, folderOf(wheel))))) wanted.push(wheel);
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
  const downloadBytes = sum(wanted.map(({ bytes }) => bytes));
  const keptBytes = sum(wanted.map((wheel) => wheel.keptBytes));
  onPlan?.({ cuda, home, wheels: wanted.length, downloadBytes, keptBytes });
  // An archive goes once it is unpacked, and pip holds it twice for a moment.
  await requireSpace(temporary, keptBytes + 2 * Math.max(0, ...wanted.map(({ bytes }) => bytes)));
}

function folderOf({ file, sha256 }: PinnedWheel): string {
  const { name, version } = wheelName(file);
  return `${name}-${version}-${sha256.slice(0, 12)}`;
}

async function wheelPart(wheel: PinnedWheel, context: Context): Promise<GpuPart> {
  const { home, signal, temporary } = context;
  const folder = folderOf(wheel);
  if (!(await isWhole(join(home, folder)))) {
    const archive = join(home, 'wheels', wheel.file);
    if (!(await hasSum(archive, wheel.sha256, signal))) await fetchWheel(wheel, archive, context);
    await unpackPart(archive, join(home, folder), { temporary, signal });
    await rm(archive, { force: true });
  }
  return { folder, from: wheel.file, sha256: wheel.sha256, checked: 'pinned' };
}

async function hasSum(path: string, sha256: string, signal: AbortSignal | undefined): Promise<boolean> {
  return (await digestFile(path, false, signal).catch(() => undefined))?.sha256 === sha256;
}

async function fetchWheel(wheel: PinnedWheel, place: string, context: Context): Promise<void> {
  const { name, version } = wheelName(wheel.file);
  assertOnline(context, `${name} ${version}`);
  const draft = join(context.temporary, ownedName('wheel', 'dir'));
  const tell = (bytes: number): void =>
    context.onProgress?.({
      kind: 'download',
      name,
      receivedBytes: Math.min(bytes, wheel.bytes),
      totalBytes: wheel.bytes,
    });
  try {
    tell(0);
    const { env, signal } = context;
    const path = await downloadWheel({ wheel, folder: draft, env, signal, onBytes: tell });
    await mkdir(dirname(place), { recursive: true });
    await rename(path, place);
    tell(wheel.bytes);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function assertOnline({ offline, env }: Context, what: string): void {
  if (!isOffline(offline, env)) return;
  throw new MaskbenchError(
    'source.unreachable',
    `${what} is not in the cache, and the network may not be used`,
    {
      remedy: 'run "maskbench gpu install" once with the network, or bring the cache folder from elsewhere',
    },
  );
}

/** The provider out of an archive of the user's: a wheel or a NuGet package, both of which are zip archives. */
async function givenPart(
  { path, sha256 }: NonNullable<InstallRequest['from']>,
  context: Context,
): Promise<GpuPart> {
  const digests = await digestFile(path, false, context.signal).catch((cause: unknown) => {
    throw new MaskbenchError('data.missing', 'no such archive', { where: path, cause });
  });
  if (sha256 !== undefined && digests.sha256 !== sha256) {
    throw checksumError('the archive', { what: 'sha256', expected: sha256, got: digests.sha256 }, path);
  }
  const folder = `provider-${digests.sha256.slice(0, 12)}`;
  const place = join(context.home, folder);
  if (!(await isWhole(place))) await unpackPart(path, place, context);
  const checked = sha256 === undefined ? 'first-use' : 'given';
  return { folder, from: basename(path), sha256: digests.sha256, checked };
}

/**
 * The CUDA that a provider asks for.
 *
 * @throws MaskbenchError `data.missing` where there is no provider, `device.unavailable` where it is for another CUDA.
 */
async function builtFor(
  home: string,
  { folder, from }: GpuPart,
  asked: CudaMajor | undefined,
): Promise<CudaMajor> {
  const paths = Object.keys((await readContents(join(home, folder))) ?? {});
  const path = paths.find((one) => basename(one) === 'libonnxruntime_providers_cuda.so');
  if (path === undefined) {
    throw new MaskbenchError('data.missing', 'there is no libonnxruntime_providers_cuda.so in it', {
      where: from,
      remedy: `a wheel of onnxruntime-gpu ${ENGINE_VERSION} or NuGet's Microsoft.ML.OnnxRuntime.Gpu.Linux ${ENGINE_VERSION} has it`,
    });
  }
  const found = cudaMajorOf(await neededLibraries(join(home, folder, path)));
  const cuda = CUDA_MAJORS.find((major) => major === found);
  if (cuda !== undefined && (asked === undefined || asked === cuda)) return cuda;
  throw new MaskbenchError(
    'device.unavailable',
    `the provider is built for CUDA ${found ?? 'of no version'}`,
    {
      where: from,
      remedy:
        asked === undefined
          ? `known are ${CUDA_MAJORS.join(' and ')}`
          : `CUDA ${asked} was asked for: see --cuda and --from`,
    },
  );
}

/** What an earlier installation had, and this one does not use; the lock stays. */
async function removeOthers(home: string, parts: readonly GpuPart[]): Promise<void> {
  for (const entry of await readdir(home, { withFileTypes: true })) {
    const isUsed = parts.some(({ folder }) => folder === entry.name);
    if (entry.isDirectory() && !isUsed) await rm(join(home, entry.name), { recursive: true, force: true });
  }
}
