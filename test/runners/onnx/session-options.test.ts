import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../../src/core/package-root.js';
import { parseDevice } from '../../../src/runners/device.js';
import { providerSettings, whyIgnored } from '../../../src/runners/onnx/devices/provider-settings.js';
import { assertOptionsFit, runnerOptionsSchema } from '../../../src/runners/onnx/session-options.js';
import { loadRunConfig } from '../../../src/store/config.js';
import { useTempFolders } from '../../support/temp-folder.js';
import { whyNoTinyCuda } from '../../support/tiny-cuda.js';
import { writeTinyModel } from '../../support/tiny-models.js';

const tempFolder = useTempFolders();
const run = promisify(execFile);
const noCompiler = await whyNoTinyCuda();

/** What a process that opens a model with these options says: ONNX Runtime's own account of its session, and a library's of TF32. */
async function toldWith(options: Record<string, unknown>, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const folder = await tempFolder();
  await writeTinyModel(folder, 'luma');
  const script = join(folder, 'open.mjs');
  const library = join(folder, 'tells-tf32.so');
  if (noCompiler === undefined)
    await run('cc', [
      '-shared',
      '-fPIC',
      '-o',
      library,
      join(PACKAGE_ROOT, 'test/fixtures/gpu/tells-tf32.c'),
    ]);
  const request = {
    modelPath: join(folder, 'luma.onnx'),
    device: parseDevice('cpu'),
    options: runnerOptionsSchema.parse(options),
    threads: 1,
    observe: { profilePrefix: join(folder, 'profile') },
  };
  await writeFile(
    script,
    `import { openOrtSession } from ${JSON.stringify(join(PACKAGE_ROOT, 'dist/runners/onnx/ort-session.js'))};
await openOrtSession(${JSON.stringify(request)});
try { process.dlopen({ exports: {} }, ${JSON.stringify(library)}); } catch {}
`,
  );
  const { stderr } = await run(process.execPath, [script], {
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 24,
  });
  return stderr;
}

describe('options of ONNX Runtime', () => {
  it('reach it', async () => {
    const told = await toldWith({ cpuArena: false, spinning: false });
    expect(told).toMatch(/enable_cpu_mem_arena:0/);
    expect(told).toMatch(/session\.intra_op\.allow_spinning: 0/);
    const other = await toldWith({});
    expect(other).toMatch(/enable_cpu_mem_arena:1/);
    expect(other).not.toMatch(/session\.intra_op\.allow_spinning/);
  });

  it.skipIf(noCompiler)(
    `say whether NVIDIA's libraries use TF32, over the environment${noCompiler === undefined ? '' : ` (skipped: ${noCompiler})`}`,
    async () => {
      expect(await toldWith({ tf32: false })).toMatch(/TF32 override: 0/);
      expect(await toldWith({ tf32: true }, { NVIDIA_TF32_OVERRIDE: '0' })).toMatch(/TF32 override: unset/);
      expect(await toldWith({}, { NVIDIA_TF32_OVERRIDE: '0' })).toMatch(/TF32 override: 0/);
    },
  );

  it('are absent where nobody set them, so that keys and settings of runs stay what they were', () => {
    expect(Object.keys(runnerOptionsSchema.parse({}))).toEqual([
      'memoryPattern',
      'graphOptimization',
      'fetch',
    ]);
  });

  it('that a device has no use for are refused', () => {
    expect(() => assertOptionsFit([parseDevice('cpu')], [{ tf32: false }])).toThrow(
      /tf32 changes nothing on cpu/,
    );
    expect(() => assertOptionsFit([parseDevice('webgpu')], [{}, { tf32: [true, false] }])).toThrow(
      /on webgpu/,
    );
    expect(() => assertOptionsFit([parseDevice('cuda:1')], [{ tf32: false }])).not.toThrow();
    expect(() => assertOptionsFit([parseDevice('cpu')], [{}])).not.toThrow();
  });
});

describe('an option that onnxruntime-node would ignore', () => {
  const config = async (extra: string): Promise<unknown> => {
    const file = join(await tempFolder(), 'run.yaml');
    await writeFile(file, `name: r\nmodels: [u2netp]\ndatasets: [humans]\ndevice: cuda:0\n${extra}\n`);
    return loadRunConfig(file);
  };

  it.each([
    [
      'cudnn_conv_algo_search: HEURISTIC',
      /runner: "cudnn_conv_algo_search" cannot be set: .*device alone, and it stays EXHAUSTIVE/,
    ],
    ['cudnnConvAlgoSearch: HEURISTIC', /"cudnnConvAlgoSearch" cannot be set: .*stays EXHAUSTIVE/],
    ['gpuMemLimit: 2000000000', /"gpuMemLimit" cannot be set: .*stays none/],
    ['arena_extend_strategy: kSameAsRequested', /stays kNextPowerOfTwo/],
    ['enable_cuda_graph: true', /stays 0/],
    ['trt_fp16_enable: true', /"trt_fp16_enable" cannot be set/],
    ['trtEngineCachePath: engines', /stays at ONNX Runtime.s default/],
    ['use_tf32: false', /"use_tf32" cannot be set here; say tf32/],
  ])('is refused by name in a config: %s', async (line, message) => {
    await expect(config(`runner: { ${line} }`)).rejects.toMatchObject({ code: 'config.invalid', message });
    await expect(config(`runner: { ${line} }`)).rejects.toMatchObject({
      message: expect.not.stringMatching(/\n/),
    });
  });

  it('is refused in a sweep, too, and a misspelt one is answered as ever', async () => {
    await expect(config('scenarios: [{ kind: sweep, prefer_nhwc: [true] }]')).rejects.toThrow(
      /"prefer_nhwc" cannot be set/,
    );
    await expect(config('runner: { memorypatern: true }')).rejects.toThrow(
      /unknown key "memorypatern"; .*memoryPattern/,
    );
    expect(['memoryPattern', 'threads', 'cpuArena', 'cudna'].map(whyIgnored)).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('is named in the report where the environment sets it in vain', () => {
    const env = { ORT_TENSORRT_FP16_ENABLE: '1', ORT_TENSORRT_CACHE_PATH: '/tmp', HOME: '/' };
    expect(providerSettings('tensorrt', env)?.ignored).toEqual([
      'ORT_TENSORRT_CACHE_PATH',
      'ORT_TENSORRT_FP16_ENABLE',
    ]);
    expect(providerSettings('cuda', env)).not.toHaveProperty('ignored');
  });

  it('leaves TF32 as the options say, else as the environment does', () => {
    const of = (env: NodeJS.ProcessEnv, tf32?: boolean): string | undefined =>
      providerSettings('cuda', env, tf32)?.tf32;
    expect([
      of({}),
      of({ NVIDIA_TF32_OVERRIDE: '0' }),
      of({}, false),
      of({ NVIDIA_TF32_OVERRIDE: '0' }, true),
    ]).toEqual(['on', 'off', 'off', 'on']);
  });
});
