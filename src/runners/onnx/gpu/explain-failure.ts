import { join } from 'node:path';
import { type ErrorCode, MaskbenchError } from '../../../core/errors.js';
import type { Failure } from '../../../core/failure.js';
import { type DeviceRequest, deviceUnavailable, formatDevice, REMEDIES } from '../../device.js';
import { binaryFolder, engineFolder } from '../engine/engine.js';
import { type Unopened, whyUnopened } from './open-library.js';

interface Reason {
  readonly reason: string;
  readonly remedy: string;
  /**
   * What follows. `device.unavailable`, where nothing is said: nothing more can be computed on the device. `device.busy`: not now.
   * `runner.out-of-memory`, `model.load`: a failure of this model. `runner.crashed`: the process cannot go on, another one may.
   */
  readonly code?: ErrorCode;
}

const DRIVER_TOO_OLD: Reason = {
  reason: 'the NVIDIA driver is too old for this CUDA',
  remedy:
    'CUDA 13 needs driver 580 or newer, CUDA 12 needs 525: update it, or "maskbench gpu install --cuda 12"',
};

const OUT_OF_MEMORY: Reason = {
  code: 'runner.out-of-memory',
  reason: "the card's memory is full",
  remedy: 'end what else computes on it ("nvidia-smi"), or run fewer models at a time',
};

const NO_CODE_FOR_CARD: Reason = {
  reason: "this build of ONNX Runtime has no code for the card's architecture",
  remedy:
    'CUDA 13 runs from compute capability 7.5 (docs/gpu.md); for an older card: "maskbench gpu install --cuda 12"',
};

const NOT_READY: Reason = {
  reason: 'the cards of this machine are not ready yet',
  remedy: 'start the service that connects them: "sudo systemctl start nvidia-fabricmanager"',
};

const NO_MPS: Reason = {
  reason: 'the service through which processes share the card (MPS) does not answer',
  remedy:
    'start it ("nvidia-cuda-mps-control -d"), or unset CUDA_MPS_PIPE_DIRECTORY; a container needs that folder of the host',
};

/** After these CUDA refuses everything else to the same process (driver_types.h: "the process must be terminated and relaunched"). */
function broken(what: string): Reason {
  return {
    code: 'runner.crashed',
    reason: `the computation on the card was ended by ${what}`,
    remedy: '"dmesg | grep -i xid" says whether card or driver failed; or try another driver',
  };
}

/** By the number of CUDA's runtime (`cudaError_t` of driver_types.h, whose words ONNX Runtime prints after it). */
const REASONS: Readonly<Record<number, Reason>> = {
  2: OUT_OF_MEMORY,
  3: {
    reason: 'the NVIDIA driver cannot be initialised',
    remedy: 'run "nvidia-smi"; "dmesg | grep -i nvrm" says why',
  },
  34: {
    reason: "libcuda.so.1 is the stub that CUDA's compiler links with, and no driver",
    remedy: 'take the folder "stubs" out of LD_LIBRARY_PATH',
  },
  35: DRIVER_TOO_OLD,
  36: DRIVER_TOO_OLD,
  46: {
    code: 'device.busy',
    reason: 'the card is busy: another process holds it, and lets no other in',
    remedy: 'end that process, or let several in: "sudo nvidia-smi --compute-mode=DEFAULT"',
  },
  100: {
    reason: 'the NVIDIA driver shows no card',
    remedy: 'start a container with "--gpus all"; look at CUDA_VISIBLE_DEVICES, and at "nvidia-smi"',
  },
  101: {
    reason: 'there is no card of this number',
    remedy: '"maskbench devices" lists the cards; of one that is divided (MIG) a process sees one instance',
  },
  209: NO_CODE_FOR_CARD,
  214: {
    reason: "the card's memory has an error that cannot be corrected (ECC)",
    remedy:
      'reset the card ("sudo nvidia-smi --gpu-reset") or reboot; "nvidia-smi -q -d ECC" counts such errors',
  },
  222: {
    reason: 'the NVIDIA driver is older than the compiler of this code',
    remedy: 'update the driver',
  },
  304: {
    reason: 'the system refuses what the NVIDIA driver asks for',
    remedy:
      'in a container: start it with "--gpus all" and a seccomp profile that allows it ("--security-opt seccomp=unconfined")',
  },
  700: broken('an illegal memory access'),
  702: broken('the time limit of a card with a screen'),
  716: broken('a misaligned address'),
  719: broken('an unspecified failure'),
  801: {
    reason: 'the card does not allow what ONNX Runtime asks for',
    remedy: 'a virtual card (vGPU) needs a profile and a licence for computing',
  },
  802: NOT_READY,
  803: {
    reason: 'the running NVIDIA driver is not the version of the installed libraries',
    remedy: 'reboot, or reload the driver: it was updated while it ran',
  },
  804: {
    reason: "libraries for another driver (NVIDIA's cuda-compat) are in the way",
    remedy:
      'remove the folder "compat" from LD_LIBRARY_PATH, or choose an image that is made for this driver',
  },
  805: NO_MPS,
  807: NO_MPS,
  919: NOT_READY,
  999: {
    reason: 'the card does not answer, and CUDA does not know why (999)',
    remedy: '"dmesg | grep -i xid" says whether it has fallen off the bus (79); a reboot brings it back',
  },
};

/** As `CudaCall` of ONNX Runtime's cuda_call.cc writes it, for CUDA and its libraries (cuDNN, cuBLAS, ...). */
const CALL_FAILED = /\b(CUDA|CUBLAS|CUDNN_FE|CUDNN|CURAND|CUFFT|CUSPARSE) failure (-?\d+): (.*?) ; GPU=/;
/** As `CudaKernel` of its cuda_kernel.h writes what a node left behind: by CUDA's name in place of the number. */
const KERNEL_FAILED = /\bCUDA error cudaError(\w+):/;
const NUMBERS: Readonly<Record<string, number>> = {
  MemoryAllocation: 2,
  NoKernelImageForDevice: 209,
  ECCUncorrectable: 214,
  UnsupportedPtxVersion: 222,
  IllegalAddress: 700,
  MisalignedAddress: 716,
  LaunchFailure: 719,
};

const CUDNN_INCOMPLETE: Reason = {
  reason: 'a part of cuDNN (libcudnn_*.so.9) is missing, or of another version',
  remedy: '"maskbench gpu status" shows which, "maskbench gpu install" brings it',
};
/** cuDNN says so on stderr, and ends the process (`abort`). */
const CUDNN_ABORTED = /\bCannot load symbol cudnn/;

const OUT_OF_MACHINE_MEMORY: Reason = {
  code: 'runner.out-of-memory',
  reason: 'there is not enough memory',
  remedy: 'run fewer models at a time, or a smaller one',
};

/** What is told in words alone, by any provider; the first that fits counts. */
const WORDS: readonly (readonly [RegExp, Reason])[] = [
  [/\bCU(BLAS|DNN)_STATUS_\w*ALLOC(ATION)?_FAILED\b/, OUT_OF_MEMORY],
  [/\bCU(BLAS|DNN)_STATUS_\w*ARCH_MISMATCH\b/, NO_CODE_FOR_CARD],
  [/\bCUDNN_STATUS_\w*SUBLIBRARY/, CUDNN_INCOMPLETE],
  [
    /\bTensorRT EP (failed|could not)\b/i,
    {
      code: 'model.load',
      reason: 'TensorRT cannot build or load an engine for this model',
      remedy: 'run it with --device cuda',
    },
  ],
  [
    // ONNX Runtime's webgpu_context.cc and Dawn; Direct3D's codes of a device that was removed, hung or reset.
    /WebGPU device lost|\[Device[^\]]*\] is lost|\b887A00(05|06|07|20)\b/,
    {
      code: 'runner.crashed',
      reason: 'the graphics driver has taken the card away',
      remedy:
        'it does so where a computation takes too long or the driver fails: see its log, or try another driver',
    },
  ],
  [/WebGPU device error\(2\)|exceeds the max buffer size limit/, OUT_OF_MEMORY],
  [
    /Failed to get a WebGPU (adapter|device)/,
    { reason: 'WebGPU finds no graphics driver', remedy: REMEDIES.webgpu },
  ],
  [
    /CoreMLExecutionProvider[^]*Error executing model/,
    {
      code: 'model.load',
      reason: 'CoreML does not compute this model',
      remedy: 'run it with --device webgpu, or on the CPU',
    },
  ],
];
/** As its bfc_arena.cc writes where memory comes from the arena: of the card, or of the machine for nodes on the CPU. */
const ARENA_FULL =
  /Failed to allocate memory for requested buffer of size \d+|Available memory of \d+ is smaller than/;

/**
 * What an error of ONNX Runtime means: by the number that CUDA gave, by words of a provider that no model of its own
 * would cause, and by what the loader of this process says of CUDA's libraries.
 *
 * @returns undefined where it is about none of them.
 */
export function explainFailure(device: DeviceRequest, message: string): MaskbenchError | undefined {
  if (ARENA_FULL.test(message))
    return asError(device, device.provider === 'cpu' ? OUT_OF_MACHINE_MEMORY : OUT_OF_MEMORY);
  const [, reason] = WORDS.find(([pattern]) => pattern.test(message)) ?? [];
  if (reason !== undefined) return asError(device, reason);
  if (device.provider !== 'cuda' && device.provider !== 'tensorrt') return undefined;
  const [, library = '', digits = '', words = ''] = CALL_FAILED.exec(message) ?? [];
  const name = KERNEL_FAILED.exec(message)?.[1];
  if (library === '' && name === undefined) return explainUnloaded(device);
  const number = name === undefined ? Number(digits) : NUMBERS[name];
  const known = library === 'CUDA' || name !== undefined ? REASONS[number ?? 0] : undefined;
  if (known !== undefined) return asError(device, known);
  return asError(device, {
    code: 'runner.crashed',
    reason: name === undefined ? `${library} failure ${digits}: ${words}` : `CUDA error ${name}`,
    remedy: 'see "nvidia-smi", and "maskbench gpu status"',
  });
}

/** What a process of ours died of, where a library of NVIDIA's ended it with a word on stderr; undefined where none did. */
export function explainAbort(stderr: string): Failure | undefined {
  if (!CUDNN_ABORTED.test(stderr)) return undefined;
  const { reason, remedy } = CUDNN_INCOMPLETE;
  return { code: 'device.unavailable', message: `${reason}; ${remedy}` };
}

/**
 * ONNX Runtime opens cuDNN when a convolution is computed, long after it said that the provider is ready.
 *
 * @throws MaskbenchError `device.unavailable` where that will fail.
 */
export function assertCudnn(device: DeviceRequest): void {
  const error = whyUnopened(CUDNN) === undefined ? undefined : explainUnloaded(device);
  if (error !== undefined) throw error;
}

const CUDNN = 'libcudnn.so.9';

/** The library because of which a provider does not load, or does not compute; undefined where it does. */
function explainUnloaded(device: DeviceRequest): MaskbenchError | undefined {
  const providers = device.provider === 'tensorrt' ? ['cuda', 'tensorrt'] : ['cuda'];
  const folder = binaryFolder(engineFolder());
  const places = providers.map((name) => join(folder, `libonnxruntime_providers_${name}.so`));
  for (const name of [...places, CUDNN]) {
    const unopened = whyUnopened(name);
    if (unopened !== undefined) return asError(device, asReason(unopened));
  }
  return undefined;
}

function asError(device: DeviceRequest, { code, reason, remedy }: Reason): MaskbenchError {
  if (code === undefined) return deviceUnavailable(device, reason, { remedy });
  return new MaskbenchError(code, `${formatDevice(device)}: ${reason}`, { remedy });
}

function asReason({ missing, reason }: Unopened): Reason {
  if (missing === undefined) return { reason, remedy: '"maskbench gpu status" shows every library' };
  if (missing === 'libcuda.so.1') {
    return {
      reason: 'there is no NVIDIA driver (libcuda.so.1)',
      remedy: 'install it; in a container: start it with "--gpus all"',
    };
  }
  const remedy = /^libnv(infer|onnxparser)/.test(missing)
    ? 'TensorRT 10 comes from NVIDIA: "maskbench gpu install --tensorrt <folder>"'
    : '"maskbench gpu install" brings all that is needed';
  const other = otherMajor(missing);
  const found = other === undefined ? '' : `, and ${other} is of another version`;
  return { reason: `${missing} is not found${found}`, remedy };
}

/** The same library of another major version, where the loader has one. */
function otherMajor(name: string): string | undefined {
  const [, stem = '', major = ''] = /^(lib\w+\.so)\.(\d+)$/.exec(name) ?? [];
  const others = [-2, -1, 1, 2].map((step) => `${stem}.${Number(major) + step}`);
  return stem === '' ? undefined : others.find((one) => whyUnopened(one) === undefined);
}
