import { join } from 'node:path';
import { type ErrorCode, MaskbenchError } from '../../../core/errors.js';
import { type DeviceRequest, deviceUnavailable, formatDevice } from '../../device.js';
import { binaryFolder, engineFolder } from '../engine/engine.js';
import { type Unopened, whyUnopened } from './open-library.js';

interface Reason {
  readonly reason: string;
  readonly remedy: string;
  /** What it is where it is not the device that cannot be used: a failure of this one model. */
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

const MACHINE_FULL: Reason = {
  code: 'runner.out-of-memory',
  reason: "the machine's memory is full",
  remedy: 'end what else runs on it, or run fewer processes at a time ("accuracy: { processes: 1 }")',
};

/** By the number of CUDA's runtime (`cudaError_t` of driver_types.h, whose words ONNX Runtime prints after it). */
const REASONS: Readonly<Record<number, Reason>> = {
  2: OUT_OF_MEMORY,
  3: {
    reason: 'the NVIDIA driver cannot be initialised',
    remedy: 'run "nvidia-smi"; "dmesg | grep -i nvrm" says why',
  },
  35: DRIVER_TOO_OLD,
  36: DRIVER_TOO_OLD,
  46: {
    reason: 'the card is busy: another process holds it, and lets no other in',
    remedy: 'end that process, or let several in: "sudo nvidia-smi --compute-mode=DEFAULT"',
  },
  100: {
    reason: 'the NVIDIA driver shows no card',
    remedy: 'start a container with "--gpus all"; look at CUDA_VISIBLE_DEVICES, and at "nvidia-smi"',
  },
  101: { reason: 'there is no card of this number', remedy: '"maskbench devices" lists the cards' },
  209: {
    reason: "this build of ONNX Runtime has no code for the card's architecture",
    remedy:
      'CUDA 13 runs from compute capability 7.5 (docs/gpu.md); for an older card: "maskbench gpu install --cuda 12"',
  },
  802: {
    reason: 'the cards of this machine are not ready yet',
    remedy: 'start the service that connects them: "sudo systemctl start nvidia-fabricmanager"',
  },
  803: {
    reason: 'the running NVIDIA driver is not the version of the installed libraries',
    remedy: 'reboot, or reload the driver: it was updated while it ran',
  },
  804: {
    reason: "libraries for another driver (NVIDIA's cuda-compat) are in the way",
    remedy:
      'remove the folder "compat" from LD_LIBRARY_PATH, or choose an image that is made for this driver',
  },
};

/** As `CudaCall` of ONNX Runtime's cuda_call.cc writes it, for CUDA and its libraries (cuDNN, cuBLAS, ...). */
const CALL_FAILED = /\b(CUDA|CUBLAS|CUDNN|CURAND|CUFFT|CUSPARSE) failure (-?\d+): (.*?) ; GPU=/;
/** As its bfc_arena.cc writes where a device's memory comes from the arena. */
const ARENA_FULL =
  /Failed to allocate memory for requested buffer of size \d+|Available memory of \d+ is smaller than/;

/**
 * What an error of ONNX Runtime on an NVIDIA card means: by the number that CUDA gave, and by what the loader of this process says
 * of the provider and its libraries.
 *
 * @returns undefined where it is about neither.
 */
export function explainGpuFailure(device: DeviceRequest, message: string): MaskbenchError | undefined {
  const [, library = '', number = '', words = ''] = CALL_FAILED.exec(message) ?? [];
  const full = explainFullMemory(device, message);
  if (full !== undefined) return full;
  const known = library === 'CUDA' ? REASONS[Number(number)] : undefined;
  if (known !== undefined) return asError(device, known);
  if (library === '') return explainUnloaded(device);
  return asError(device, {
    code: 'runner.crashed',
    reason: `${library} failure ${number}: ${words}`,
    remedy: 'see "nvidia-smi", and "maskbench gpu status"',
  });
}

/** That there was no memory for a tensor, of a card or of the machine; undefined for another error. */
export function explainFullMemory(device: DeviceRequest, message: string): MaskbenchError | undefined {
  if (!ARENA_FULL.test(message)) return undefined;
  return asError(device, device.provider === 'cpu' ? MACHINE_FULL : OUT_OF_MEMORY);
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
  return code === undefined
    ? deviceUnavailable(device, reason, { remedy })
    : new MaskbenchError(code, `${formatDevice(device)}: ${reason}`, { remedy });
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
