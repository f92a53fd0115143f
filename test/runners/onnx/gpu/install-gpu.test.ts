import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFile,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeError } from '../../../../src/core/errors.js';
import { PACKAGE_ROOT } from '../../../../src/core/package-root.js';
import type { CliContext } from '../../../../src/cli/context.js';
import { withGpuLock } from '../../../../src/cli/commands/gpu/lock-gpu.js';
import { assertDeviceAvailable } from '../../../../src/runners/onnx/ort-session.js';
import { engineEnvironment, engineFolder, useEngine } from '../../../../src/runners/onnx/engine/engine.js';
import { ensureEngine } from '../../../../src/runners/onnx/engine/ensure-engine.js';
import type { Driver } from '../../../../src/runners/onnx/gpu/driver.js';
import { changedFiles, gpuStatus } from '../../../../src/runners/onnx/gpu/gpu-status.js';
import {
  type InstallPlan,
  installGpu,
  type InstallRequest,
} from '../../../../src/runners/onnx/gpu/install-gpu.js';
import { gpuHome, type Installed, readInstalled } from '../../../../src/runners/onnx/gpu/installed.js';
import { neededLibraries } from '../../../../src/runners/onnx/gpu/needed-libraries.js';
import { removeGpu } from '../../../../src/runners/onnx/gpu/remove-gpu.js';
import { cli, IS_BUILT } from '../../../support/cli.js';
import {
  compileDriver,
  makeEngine,
  makeTinyCuda,
  type TinyCuda,
  whyNoTinyCuda,
} from '../../../support/tiny-cuda.js';
import { useTempFolders } from '../../../support/temp-folder.js';

const reason = IS_BUILT ? await whyNoTinyCuda() : 'not built';
const tempFolder = useTempFolders();
const usual = reason === undefined ? engineFolder() : '';
const DRIVER: Driver = { kind: 'found', version: '580.65.06', from: 'nvidia-smi' };
const OLDER: Driver = { ...DRIVER, version: '550.90.07' };
const PROVIDER = 'libonnxruntime_providers_cuda.so';
let tiny: TinyCuda;
/** Where all was installed once: what others begin with. */
let whole: Place;

interface Place {
  readonly engine: string;
  readonly cacheDir: string;
  readonly home: string;
  readonly binaries: string;
  /** What each installation would fetch, and what it did fetch. */
  readonly plans: InstallPlan[];
  readonly fetched: string[];
  readonly env: NodeJS.ProcessEnv;
  install(changes?: Partial<InstallRequest>): ReturnType<typeof installGpu>;
}

/** An empty cache, or one that has been installed into, and an engine that is alone. */
async function newPlace(from?: Place): Promise<Place> {
  const folder = await tempFolder();
  const engine = await makeEngine(join(folder, 'engine'), tiny.provider12);
  const cacheDir = join(folder, 'cache');
  const env = { ...process.env, ...tiny.env, MASKBENCH_ENGINE: engine, MASKBENCH_CACHE: cacheDir };
  const [plans, fetched]: [InstallPlan[], string[]] = [[], []];
  if (from !== undefined) await cp(from.cacheDir, cacheDir, { recursive: true });
  useEngine(engine);
  return {
    engine,
    cacheDir,
    home: gpuHome(cacheDir),
    binaries: join(engine, 'bin/napi-v6/linux/x64'),
    plans,
    fetched,
    env,
    install: (changes = {}) =>
      installGpu({
        driver: DRIVER,
        env,
        sets: tiny.sets,
        onPlan: (plan) => plans.push(plan),
        onProgress: (event) => {
          if (event.kind === 'download' && fetched.at(-1) !== event.name) fetched.push(event.name);
        },
        ...changes,
      }),
  };
}

async function installedIn({ home }: Place): Promise<Installed> {
  const installed = await readInstalled(home);
  if (installed === undefined) throw new Error(`nothing is installed in ${home}`);
  return installed;
}

async function lineOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) => describeError(error),
  );
}

describe.skipIf(reason !== undefined)(
  `gpu install${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  () => {
    beforeAll(async () => {
      tiny = await makeTinyCuda(await tempFolder());
      whole = await newPlace();
      await whole.install();
    });
    afterEach(() => useEngine(usual));

    it('puts the libraries into the cache, says what before, and links the provider beside ONNX Runtime', async () => {
      const place = whole;
      const { provider, libraries } = tiny.sets[13];
      const wheels = provider === 'nuget' ? libraries : [provider, ...libraries];
      const installed = await installedIn(place);
      const downloadBytes = wheels.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(place.plans).toMatchObject([{ cuda: 13, wheels: 3, downloadBytes, keptBytes: 300_000 }]);
      expect(place.fetched).toEqual(['onnxruntime-gpu', 'nvidia-cuda-runtime', 'nvidia-cudnn-cu13']);
      expect(installed.parts.map(({ checked }) => checked)).toEqual(['pinned', 'pinned', 'pinned']);
      expect(installed.parts.map(({ fault }) => fault)).toEqual([null, null, null]);
      const linked = await readlink(join(place.binaries, PROVIDER));
      expect(linked).toBe(installed.providers.find((path) => basename(path) === PROVIDER));
      expect(await neededLibraries(linked)).toEqual(
        expect.arrayContaining(['libcudart.so.13', 'libcuda.so.1']),
      );
      // Neither Python's files nor archives nor drafts stay, and no licence is lost.
      const files = await readdir(place.home, { recursive: true });
      expect(files.filter((file) => /\.(py|whl)$|METADATA/.test(file))).toEqual([]);
      expect(files.filter((file) => file.endsWith('License.txt'))).toHaveLength(3);
      expect(await readdir(join(place.cacheDir, 'tmp'))).toEqual([]);
      expect(await changedFiles(installed)).toEqual([]);
    });

    it('fetches nothing twice, and only what a kill left undone', async () => {
      const place = await newPlace(whole);
      const { parts } = await installedIn(place);
      // What is written last, and two of the three parts.
      await rm(join(place.home, 'installed.json'));
      for (const { folder } of parts.slice(1)) await rm(join(place.home, folder), { recursive: true });
      const host = join(await tempFolder(), 'host.mjs');
      const module = pathToFileURL(join(PACKAGE_ROOT, 'dist/runners/onnx/gpu/install-gpu.js')).href;
      await writeFile(
        host,
        `const { installGpu } = await import(${JSON.stringify(module)});
await installGpu({ driver: ${JSON.stringify(DRIVER)}, sets: ${JSON.stringify(tiny.sets)},
  onProgress: ({ name }) => { if (name === 'nvidia-cudnn-cu13') process.kill(process.pid, 'SIGKILL'); } });\n`,
      );
      const child = fork(host, [], { env: place.env, execArgv: [], stdio: 'inherit' });
      expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
      expect(await readInstalled(place.home)).toBeUndefined();
      await place.install();
      expect(place.fetched).toEqual(['nvidia-cudnn-cu13']);
      await place.install({ env: { ...place.env, PIP_FIND_LINKS: '/nowhere' }, offline: true });
      expect(place.plans.at(-1)).toMatchObject({ wheels: 0, downloadBytes: 0 });
      expect(place.fetched).toHaveLength(1);
    });

    it('is done by one process at a time, which takes an archive that is here whole, and fetches what is half', async () => {
      const place = await newPlace(whole);
      const [, cudart, cudnn] = (await installedIn(place)).parts;
      if (cudart === undefined || cudnn === undefined) throw new Error('there are three parts');
      await rm(join(place.home, cudart.folder), { recursive: true });
      await truncate(join(place.home, cudnn.folder, 'nvidia/cudnn/lib/libcudnn.so.9'), 100);
      await mkdir(join(place.home, 'wheels'));
      await copyFile(join(tiny.wheels, cudart.from), join(place.home, 'wheels', cudart.from));
      await writeFile(join(place.home, 'wheels', cudnn.from), 'half');
      const said: string[] = [];
      const { signal } = new AbortController();
      const context = { env: place.env, err: (text: string) => said.push(text), signal };
      await Promise.all(
        [1, 2].map(() => withGpuLock(context as unknown as CliContext, () => place.install())),
      );
      expect(place.fetched).toEqual(['nvidia-cudnn-cu13']);
      expect(place.plans.map(({ wheels }) => wheels)).toEqual([2, 0]);
      expect(said.join('')).toMatch(/has been writing the CUDA libraries since .*; waiting for it/);
      expect((await installedIn(place)).parts.map(({ fault }) => fault)).toEqual([null, null, null]);
    });

    it('refuses other bytes than the pinned ones, and an index that does not have them', async () => {
      const place = await newPlace(whole);
      const [pinned] = tiny.sets[13].libraries;
      const sets = (changes: object): TinyCuda['sets'] => ({
        ...tiny.sets,
        13: { ...tiny.sets[13], libraries: pinned === undefined ? [] : [{ ...pinned, ...changes }] },
      });
      const other = await lineOf(place.install({ sets: sets({ sha256: 'a'.repeat(64) }) }));
      expect(other).toMatch(/^pip:nvidia-cuda-runtime==13\.1: the index gave other bytes/);
      const none = await lineOf(
        place.install({ sets: sets({ file: pinned?.file.replace('13.1', '13.2') }) }),
      );
      expect(none).toMatch(/^pip:nvidia-cuda-runtime==13\.2: the index does not have it/);
      // What was there is left alone.
      expect((await installedIn(place)).parts.map(({ fault }) => fault)).toEqual([null, null, null]);
    });

    it('says where pip is missing, and that nothing may be fetched', async () => {
      const place = await newPlace();
      const bin = await tempFolder();
      const without = await lineOf(place.install({ env: { ...place.env, PATH: bin } }));
      expect(without).toMatch(/python3 cannot be started.*Debian and Ubuntu/);
      await writeFile(
        join(bin, 'python3'),
        '#!/bin/sh\necho "/usr/bin/python3: No module named pip" >&2\nexit 1\n',
        {
          mode: 0o755,
        },
      );
      const bare = await lineOf(place.install({ env: { ...place.env, PATH: `${bin}:/bin` } }));
      expect(bare).toMatch(/Python's pip is not there; install it \(Debian and Ubuntu/);
      expect(await lineOf(place.install({ offline: true }))).toMatch(/the network may not be used/);
    });

    it('says how much room is missing, and fetches nothing', async () => {
      const place = await newPlace();
      const libraries = tiny.sets[13].libraries.map((wheel) => ({ ...wheel, keptBytes: 1e15 }));
      const line = await lineOf(
        place.install({ sets: { ...tiny.sets, 13: { ...tiny.sets[13], libraries } } }),
      );
      expect(line).toMatch(/no space left: 20\d{14} bytes more are needed, \d+ are free/);
      expect(place.fetched).toEqual([]);
    });

    it('has for an older driver the provider of NuGet, told as not checked, and keeps it through npm ci', async () => {
      const place = await newPlace();
      const installed = await place.install({ driver: OLDER });
      expect(installed).toMatchObject({ cuda: 12, parts: [{ checked: 'first-use' }, { checked: 'pinned' }] });
      expect((await lstat(join(place.binaries, PROVIDER))).isSymbolicLink()).toBe(true);
      // npm ci removes the links; the script is not asked again.
      await rm(join(place.binaries, PROVIDER));
      await rm(join(place.engine, 'script'), { recursive: true });
      await ensureEngine({ env: place.env });
      expect(await readlink(join(place.binaries, PROVIDER))).toContain(place.home);
      expect(await place.install({ driver: OLDER })).toMatchObject({ cuda: 12 });
    });

    it('takes the provider out of a given archive, with the CUDA that it is built for', async () => {
      const place = await newPlace(whole);
      const { provider } = tiny.sets[13];
      const path = join(tiny.wheels, provider === 'nuget' ? '' : provider.file);
      const sha256 = provider === 'nuget' ? '' : provider.sha256;
      const wrong = await lineOf(place.install({ from: { path, sha256: 'b'.repeat(64) } }));
      expect(wrong).toMatch(/the archive is not the expected file: expected sha256 b+/);
      const installed = await place.install({ from: { path, sha256 } });
      expect(installed).toMatchObject({ cuda: 13, parts: [{ checked: 'given', sha256 }, {}, {}] });
      expect(place.fetched).not.toContain('onnxruntime-gpu');
      const older = await lineOf(place.install({ driver: OLDER, from: { path, sha256: undefined } }));
      expect(older).toMatch(/driver 550\.90\.07 does not run CUDA 13; CUDA 13 needs driver 580 or newer/);
      const asked = await lineOf(place.install({ cuda: 12, from: { path, sha256 } }));
      expect(asked).toMatch(/the provider is built for CUDA 13; CUDA 12 was asked for/);
      const none = join(tiny.wheels, tiny.sets[13].libraries[0]?.file ?? '');
      expect(await lineOf(place.install({ from: { path: none, sha256: undefined } }))).toMatch(
        /there is no libonnxruntime_providers_cuda\.so in it/,
      );
    });

    it('leaves alone what is installed where there is nothing to link beside', async () => {
      const place = await newPlace(whole);
      await rm(place.binaries, { recursive: true });
      await writeFile(place.binaries, 'a file');
      expect(await lineOf(place.install())).toMatch(/cannot be linked beside ONNX Runtime \(.*: ENOTDIR\)/);
      // Whoever runs on a CPU does not notice.
      await ensureEngine({ env: place.env });
    });

    it('gives the processes that run models a path on which the loader finds everything', async () => {
      const place = await newPlace(whole);
      const installed = await place.install({ tensorrt: '/opt/tensorrt/lib' });
      await ensureEngine({ env: place.env });
      const { LD_LIBRARY_PATH } = engineEnvironment({ LD_LIBRARY_PATH: '/usr/mine' });
      expect(LD_LIBRARY_PATH?.split(':')).toEqual([
        join(installed.home, installed.parts[1]?.folder ?? '', 'nvidia/cu13/lib'),
        join(installed.home, installed.parts[2]?.folder ?? '', 'nvidia/cudnn/lib'),
        '/opt/tensorrt/lib',
        '/usr/mine',
      ]);
      useEngine(place.engine);
      expect(engineEnvironment({ LD_LIBRARY_PATH: '/usr/mine' })).not.toHaveProperty('LD_LIBRARY_PATH');
    });
  },
);

describe.skipIf(reason !== undefined)(
  `gpu status and gpu remove${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  () => {
    afterEach(() => useEngine(usual));

    it('show the first link that is broken, one after the other', async () => {
      const empty = await newPlace();
      const place = await newPlace(whole);
      const broken = async (driver: Driver = DRIVER, { env } = place): Promise<string> => {
        const found = (await gpuStatus(env, async () => driver)).broken;
        return found === null ? 'nothing' : `${found.what}; ${found.remedy}`;
      };
      const none: Driver = { kind: 'none', reason: 'no driver', remedy: 'install it' };
      expect(await broken(none)).toBe('no driver; install it');
      expect(await broken(DRIVER, empty)).toBe('the CUDA provider is not installed; "maskbench gpu install"');
      useEngine(place.engine);
      const installed = await installedIn(place);
      expect(await broken(OLDER)).toMatch(
        /^driver 550\.90\.07 does not run CUDA 13; update it to 580 or newer/,
      );
      expect(await broken()).toMatch(
        /^libcuda\.so\.1: cannot open shared object file.*it comes with the driver/,
      );
      const found = await gpuStatus(place.env, async () => DRIVER);
      expect(found.libraries.find(({ name }) => name === 'libcudart.so.13')).toMatchObject({
        wanted: 'load',
        reason: null,
        folder: join(installed.home, installed.parts[1]?.folder ?? '', 'nvidia/cu13/lib'),
      });
      expect(found.libraries.find(({ name }) => name === 'libcudnn.so.9')).toMatchObject({
        wanted: 'later',
        reason: null,
      });
      // Whatever is lost of it is named, to whoever asks for the device, too.
      const device = { provider: 'cuda', index: 0 } as const;
      for (const part of installed.parts) {
        const folder = join(place.home, part.folder);
        for (const name of await readdir(folder, { recursive: true })) {
          if (!name.includes('.so')) continue;
          await rename(join(folder, name), join(folder, 'away'));
          expect(await broken()).toBe(
            `${join(folder, name)} is missing or damaged; "maskbench gpu install" fetches it again`,
          );
          expect(() => assertDeviceAvailable(device)).toThrow(
            `device cuda:0 is not available: ${basename(name)} of what was installed is missing or damaged`,
          );
          await rename(join(folder, 'away'), join(folder, name));
        }
      }
      const driver = await compileDriver(await tempFolder());
      await writeFile(
        join(place.home, 'installed.json'),
        JSON.stringify({ ...installed, tensorrt: join(driver, '..') }),
      );
      // The rest of cuDNN is not played here.
      expect(await broken()).toMatch(/^libcudnn_graph\.so\.9: cannot open shared object file/);
      await writeFile(join(place.home, 'installed.json'), JSON.stringify({ ...installed, engine: '1.29.0' }));
      expect(await broken()).toMatch(/^what is installed belongs to ONNX Runtime 1\.29\.0/);
    });

    it('end with 69 where a link of what is installed is broken, and with 0 where nothing is', async () => {
      const statusOf = async ({ env }: Place): Promise<number | null> =>
        (await cli(['gpu', 'status', '--sums'], await tempFolder(), { env })).status;
      expect(await statusOf(await newPlace())).toBe(0);
      const place = await newPlace(whole);
      // There is no driver here, or else it misses those parts of cuDNN that are not played.
      expect(await statusOf(place)).toBe(69);
      await removeGpu(place.home, place.env);
      expect(await statusOf(place)).toBe(0);
    });

    it('tell a library that was changed', async () => {
      const place = await newPlace(whole);
      const installed = await installedIn(place);
      const path = join(place.home, installed.parts[2]?.folder ?? '', 'nvidia/cudnn/lib/libcudnn.so.9');
      const content = await readFile(path);
      content[content.length - 1] ^= 1;
      await writeFile(path, content);
      expect(await changedFiles(installed)).toEqual([path]);
    });

    it('remove all of it, and the links', async () => {
      const place = await newPlace(whole);
      await place.install();
      const own = join(place.binaries, 'libonnxruntime_providers_tensorrt.so');
      await writeFile(own, 'mine');
      await removeGpu(place.home, place.env);
      expect(await readdir(place.home)).toEqual([]);
      expect(await readdir(place.binaries)).toEqual(['libonnxruntime_providers_tensorrt.so']);
      expect((await gpuStatus(place.env, async () => DRIVER)).installed).toBeNull();
    });
  },
);
