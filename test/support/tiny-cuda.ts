import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { ENGINE_VERSION } from '../../src/runners/onnx/engine/engine.js';
import type { CudaMajor, GpuSet, PinnedWheel } from '../../src/runners/onnx/gpu/pins.js';
import { writeZip } from '../datasets/write-zip.js';

const run = promisify(execFile);

/** Why CUDA's libraries cannot be played here; undefined where they can: by a C compiler and pip. */
export async function whyNoTinyCuda(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'CUDA is for Linux x64';
  if (!(await works('cc', '--version'))) return 'there is no C compiler';
  return (await works('python3', '-m', 'pip', '--version')) ? undefined : 'there is no pip';
}

async function works(command: string, ...args: readonly string[]): Promise<boolean> {
  return run(command, [...args]).then(
    () => true,
    () => false,
  );
}

/** A shared library that holds nothing, and asks for others by their names. */
async function compileLibrary(folder: string, name: string, needs: readonly string[] = []): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  const source = join(folder, `${name}.c`);
  await writeFile(source, `int ${name.replaceAll(/\W/g, '_')};\n`);
  const others = needs.map((other) => `-l:${other}`);
  const link = [
    '-Wl,--no-as-needed',
    '-Wl,--allow-shlib-undefined',
    `-Wl,-soname,${name}`,
    '-L',
    folder,
    ...others,
  ];
  await run('cc', ['-shared', '-fPIC', '-o', path, source, ...link]);
  return path;
}

/** The driver that CUDA's own runtime is satisfied with; its answers: test/fixtures/gpu/libcuda-stub.c. */
export async function compileDriver(folder: string): Promise<string> {
  return compileStub(folder, 'libcuda');
}

/** What reads a card for its driver; its answers: test/fixtures/gpu/libnvidia-ml-stub.c. */
export async function compileNvml(folder: string): Promise<string> {
  return compileStub(folder, 'libnvidia-ml');
}

async function compileStub(folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const source = join(PACKAGE_ROOT, `test/fixtures/gpu/${name}-stub.c`);
  const path = join(folder, `${name}.so.1`);
  await run('cc', ['-shared', '-fPIC', `-Wl,-soname,${name}.so.1`, '-o', path, source]);
  return path;
}

/** CUDA in small: archives as pip takes them, with pins that fit, and the provider as NuGet would bring it. */
export interface TinyCuda {
  /** Where pip finds the archives (PIP_FIND_LINKS). */
  readonly wheels: string;
  readonly sets: Readonly<Record<CudaMajor, GpuSet>>;
  /** What asks pip for these and nothing else. */
  readonly env: NodeJS.ProcessEnv;
  /** A folder with the provider for CUDA 12. */
  readonly provider12: string;
}

export async function makeTinyCuda(folder: string): Promise<TinyCuda> {
  const wheels = join(folder, 'wheels');
  await mkdir(wheels, { recursive: true });
  const libraries = async (cuda: CudaMajor): Promise<string> => {
    const home = join(folder, `cuda${cuda}`);
    for (const name of ['libcuda.so.1', `libcudart.so.${cuda}`, 'libcudnn.so.9'])
      await compileLibrary(home, name);
    await compileLibrary(home, 'libonnxruntime_providers_shared.so');
    await compileLibrary(home, 'libonnxruntime_providers_cuda.so', [`libcudart.so.${cuda}`, 'libcuda.so.1']);
    return home;
  };
  const [home13, home12] = [await libraries(13), await libraries(12)];
  const wheel = async (
    file: string,
    from: string,
    place: string,
    names: readonly string[],
  ): Promise<PinnedWheel> => {
    const [name = '', version = ''] = file.split('-');
    const info = `${name}-${version}.dist-info`;
    const content = await writeZip(join(wheels, file), [
      ...(await Promise.all(
        names.map(async (one) => ({
          name: `${place}/${basename(one)}`,
          content: await readFile(join(from, one)),
          deflate: true,
        })),
      )),
      { name: `${place}/module.py`, content: 'raise SystemExit\n' },
      { name: `${info}/METADATA`, content: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n` },
      {
        name: `${info}/WHEEL`,
        content: `Wheel-Version: 1.0\nTag: ${file.replace(/^[^-]*-[^-]*-|\.whl$/g, '')}\n`,
      },
      { name: `${info}/licenses/License.txt`, content: 'Do as you like.\n' },
      { name: `${info}/RECORD`, content: '' },
    ]);
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { file, sha256, bytes: content.length, keptBytes: 100_000 };
  };
  const providers = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'];
  const any = 'py3-none-manylinux_2_17_x86_64.whl';
  const ort = `onnxruntime_gpu-${ENGINE_VERSION}-cp312-cp312-manylinux_2_28_x86_64.whl`;
  return {
    wheels,
    provider12: home12,
    env: { PIP_NO_INDEX: '1', PIP_FIND_LINKS: wheels },
    sets: {
      13: {
        leastDriver: 580,
        provider: await wheel(ort, home13, 'onnxruntime/capi', providers),
        libraries: [
          await wheel(`nvidia_cuda_runtime-13.1-${any}`, home13, 'nvidia/cu13/lib', ['libcudart.so.13']),
          await wheel(`nvidia_cudnn_cu13-9.1-${any}`, home13, 'nvidia/cudnn/lib', ['libcudnn.so.9']),
        ],
      },
      12: {
        leastDriver: 525,
        provider: 'nuget',
        libraries: [
          await wheel(`nvidia_cuda_runtime_cu12-12.9-${any}`, home12, 'nvidia/cu12/lib', ['libcudart.so.12']),
        ],
      },
    },
  };
}

/** A folder that passes as the engine, without its library; its install script fetches the provider from a folder. */
export async function makeEngine(folder: string, providers: string): Promise<string> {
  const binaries = join(folder, 'bin/napi-v6/linux/x64');
  await mkdir(binaries, { recursive: true });
  await mkdir(join(folder, 'script'));
  const manifest = { name: 'onnxruntime-node', version: ENGINE_VERSION };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(
    join(folder, 'script/install.js'),
    `if (process.env.ONNXRUNTIME_NODE_INSTALL !== 'cuda12') process.exit(0);
for (const name of ['cuda', 'shared'])
  require('node:fs').copyFileSync(${JSON.stringify(providers)} + '/libonnxruntime_providers_' + name + '.so',
    ${JSON.stringify(binaries)} + '/libonnxruntime_providers_' + name + '.so');\n`,
  );
  return folder;
}
