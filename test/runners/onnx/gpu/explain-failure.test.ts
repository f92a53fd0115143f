import { describe, expect, it } from 'vitest';
import { describeError, exitStatusOf } from '../../../../src/core/errors.js';
import { explainGpuFailure } from '../../../../src/runners/onnx/gpu/explain-failure.js';
import { whyUnopened } from '../../../../src/runners/onnx/gpu/open-library.js';

const CUDA = { provider: 'cuda', index: 0 } as const;

/**
 * What onnxruntime-node 1.30.0 threw with the provider of onnxruntime-gpu 1.30.0 and libcudart 13.5.37 when the driver of
 * test/fixtures/gpu/libcuda-stub.c answered cuInit with that number; `.ci/long gpu-install` provokes it again.
 */
const thrown = (number: number, words: string): string => {
  const call =
    'std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true; SUCCTYPE = cudaError; std::conditional_t<THRW, void, common::Status> = void]';
  const file = '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc';
  return `${file}:154 ${call} ${file}:146 ${call} CUDA failure ${number}: ${words} ; GPU=-1 ; hostname=vm ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider.cc ; line=352 ; expr=cudaSetDevice(info_.device_id); \n\n\n`;
};

describe('what CUDA says', () => {
  it.each([
    [100, 'no CUDA-capable device is detected', 69, /shows no card; start a container with "--gpus all"/],
    [101, 'invalid device ordinal', 69, /no card of this number; "maskbench devices" lists/],
    [
      35,
      'CUDA driver version is insufficient for CUDA runtime version',
      69,
      /too old.*gpu install --cuda 12/,
    ],
    [36, 'API call is not supported in the installed CUDA driver', 69, /too old.*gpu install --cuda 12/],
    [2, 'out of memory', 69, /^cuda:0: the card's memory is full; end what else computes/],
    [3, 'initialization error', 69, /cannot be initialised; run "nvidia-smi"/],
    [
      46,
      'CUDA-capable device(s) is/are busy or unavailable',
      69,
      /is busy: another process holds it.*--compute-mode/,
    ],
    [
      209,
      'no kernel image is available for execution on the device',
      69,
      /architecture; CUDA 13 runs from.*7\.5/,
    ],
    [719, 'unspecified launch failure', 69, /^cuda:0: CUDA failure 719: unspecified launch failure; see/],
    [802, 'system not yet initialized', 69, /not ready yet; .*nvidia-fabricmanager/],
    [803, 'system has unsupported display driver / cuda driver combination', 69, /not the version.*reboot/],
    [
      804,
      'forward compatibility was attempted on non supported HW',
      69,
      /in the way; remove the folder "compat"/,
    ],
    [999, 'unknown error', 69, /^cuda:0: CUDA failure 999: unknown error; see "nvidia-smi"/],
  ])('by number %i (%s) is one line with the mend', (number, words, status, wanted) => {
    const error = explainGpuFailure(CUDA, thrown(number, words));
    const line = describeError(error);
    expect(line).toMatch(wanted);
    expect(line).not.toMatch(/\n|conditional_t|onnxruntime_src|install CUDA/);
    expect(line.length).toBeLessThan(260);
    expect(exitStatusOf(error)).toBe(status);
  });

  it('of full memory is a failure of the model, and of anything unknown too; of the card it ends the run', () => {
    const codeOf = (number: number): string | undefined =>
      explainGpuFailure(CUDA, thrown(number, 'words'))?.code;
    expect([2, 999, 719].map(codeOf)).toEqual(['runner.out-of-memory', 'runner.crashed', 'runner.crashed']);
    expect([46, 100, 35].map(codeOf)).toEqual(Array.from({ length: 3 }, () => 'device.unavailable'));
  });

  it.each([
    // ONNX Runtime 1.30, core/framework/bfc_arena.cc: both sentences stand in libonnxruntime.so.1.
    "Non-zero status code returned while running Conv node. Name:'/conv' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 4294967296\n",
    'bfc_arena.cc:359 Available memory of 1024 is smaller than requested bytes of 4096',
  ])('of an arena that is full is the same: %s', (message) => {
    expect(explainGpuFailure(CUDA, message)?.code).toBe('runner.out-of-memory');
  });

  it("keeps the number of a library of CUDA's", () => {
    const message =
      'CUDNN failure 5003: CUDNN_STATUS_EXECUTION_FAILED ; GPU=0 ; hostname=h ; file=conv.cc ; line=1 ; expr=x; ';
    expect(describeError(explainGpuFailure({ ...CUDA, index: 1 }, message))).toMatch(
      /^cuda:1: CUDNN failure 5003: CUDNN_STATUS_EXECUTION_FAILED; see/,
    );
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
    const error = explainGpuFailure(CUDA, message);
    // On a machine with all of CUDA it would load.
    if (error !== undefined)
      expect(error).toMatchObject({ code: 'device.unavailable', remedy: expect.any(String) });
  });
});
