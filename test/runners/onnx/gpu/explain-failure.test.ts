import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeError, exitStatusOf } from '../../../../src/core/errors.js';
import { PACKAGE_ROOT } from '../../../../src/core/package-root.js';
import { readYamlFile } from '../../../../src/core/yaml-file.js';
import { parseDevice } from '../../../../src/runners/device.js';
import { binaryFolder, engineFolder } from '../../../../src/runners/onnx/engine/engine.js';
import { explainAbort, explainFailure } from '../../../../src/runners/onnx/gpu/explain-failure.js';
import { whyUnopened } from '../../../../src/runners/onnx/gpu/open-library.js';

const failureSchema = z.strictObject({
  source: z.string().regex(/^(own: |[\w.-]+\/[\w.-]+#\d+|lib(cudnn|onnxruntime) \d)/),
  stub: z.record(z.string(), z.string()).optional(),
  device: z.string().default('cuda:0'),
  phrase: z.string().optional(),
  says: z.string(),
  code: z.enum(['device.unavailable', 'device.busy', 'runner.out-of-memory', 'runner.crashed', 'model.load']),
  line: z.string(),
});
const FAILURES = await readYamlFile(
  join(PACKAGE_ROOT, 'test/fixtures/gpu/failures.yaml'),
  z.array(failureSchema),
);

/** What stood before each of them, as recorded from onnxruntime-node 1.30.0. */
const TYPES =
  'std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true; SUCCTYPE = cudaError; std::conditional_t<THRW, void, common::Status> = void]';
const FILE = '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc';
const DUMP = `${FILE}:154 ${TYPES} ${FILE}:146 ${TYPES} `;

const STATUSES: Readonly<Record<string, number>> = { 'device.busy': 75, 'model.load': 65 };

describe('what goes wrong on a card', () => {
  it('is at least 20 failures with lines of their own, each with its source', () => {
    expect(new Set(FAILURES.map(({ line }) => line)).size).toBeGreaterThanOrEqual(20);
    expect(new Set(FAILURES.map(({ device, says }) => `${device} ${says}`)).size).toBe(FAILURES.length);
  });

  it.each(FAILURES.map((failure) => [failure.says.slice(0, 70).trim(), failure.source, failure] as const))(
    '%s (%s) is one line with the mend',
    (_says, _source, { device, says, code, line }) => {
      for (const message of [says, DUMP + says]) {
        const error = explainFailure(parseDevice(device), message);
        expect(describeError(error)).toBe(line);
        expect(error?.code).toBe(code);
        expect(exitStatusOf(error)).toBe(STATUSES[code] ?? 69);
      }
      expect(line).not.toMatch(/\\u|conditional_t|onnxruntime_src/);
      expect(line).toMatch(/; /);
      expect(line.length).toBeLessThan(270);
    },
  );

  const phrases = FAILURES.flatMap(({ phrase }) => phrase ?? []);
  it.skipIf(process.platform !== 'linux' || process.arch !== 'x64').each(phrases)(
    'is said by the ONNX Runtime that is installed: %s (skipped but on Linux x64)',
    (phrase) => {
      const library = readFileSync(join(binaryFolder(engineFolder()), 'libonnxruntime.so.1'));
      expect(library.includes(phrase)).toBe(true);
    },
  );

  it('is told by its number where nobody knows it, and ends the process only', () => {
    const message = 'CUDA failure 713: part or all of the requested memory range is not mapped ; GPU=0 ; x';
    expect(explainFailure(parseDevice('cuda:1'), message)).toMatchObject({
      code: 'runner.crashed',
      message: expect.stringMatching(/^cuda:1: CUDA failure 713: part or all/),
    });
  });

  it('is nothing of the card where only the model is at fault', () => {
    const message =
      'Got invalid dimensions for input: x for the following indices\n index: 2 Got: 3 Expected: 4';
    for (const device of ['cpu', 'webgpu', 'dml', 'coreml'])
      expect(explainFailure(parseDevice(device), message)).toBeUndefined();
  });

  it('is full memory on the CPU as well, in words of its own', () => {
    const { says = '' } = FAILURES.find(({ source }) => source === 'microsoft/onnxruntime#20038') ?? {};
    expect(describeError(explainFailure(parseDevice('cpu'), says))).toBe(
      'cpu: there is not enough memory; run fewer models at a time, or a smaller one',
    );
  });

  it('may end the process: cuDNN says why on stderr', () => {
    // cudnnCreate of libcudnn.so.9 of 9.28.1 without libcudnn_graph.so.9 beside it, which then aborts.
    expect(explainAbort('Invalid handle. Cannot load symbol cudnnCreate\n')).toMatchObject({
      code: 'device.unavailable',
      message: expect.stringMatching(/^a part of cuDNN .* is missing.*gpu install/),
    });
    expect(explainAbort('Segmentation fault')).toBeUndefined();
  });
});

describe.skipIf(process.platform !== 'linux')('what the loader says (skipped but on Linux)', () => {
  it('names a library that is not there, and is content with one that is', () => {
    expect(whyUnopened('libthere-is-none.so.7')).toMatchObject({ missing: 'libthere-is-none.so.7' });
    expect(whyUnopened('libm.so.6')).toBeUndefined();
    expect(whyUnopened('/proc/self/status')).toMatchObject({ missing: undefined });
  });

  it('is asked where CUDA gave no number', () => {
    const message = 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library';
    const error = explainFailure(parseDevice('cuda'), message);
    // On a machine with all of CUDA it would load.
    if (error !== undefined)
      expect(error).toMatchObject({ code: 'device.unavailable', remedy: expect.any(String) });
  });
});
