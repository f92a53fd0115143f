import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type * as ort from 'onnxruntime-node';
import { MaskbenchError } from '../../core/errors.js';
import type { Network, NetworkValue } from '../../models/feedings/feeding.js';
import type { RawTensor, Tensor } from '../../models/pixels/tensor.js';
import { deviceUnavailable, type DeviceRequest } from '../device.js';
import { binaryFolder, engineFolder, gpuFault, loadEngine } from './engine/engine.js';
import { notOffered } from './engine/platforms.js';
import { assertCudnn, explainFailure } from './gpu/explain-failure.js';
import type { RunnerOptions } from './session-options.js';

export interface OrtNetwork extends Network {
  /** Bytes that all runs so far took in and gave. */
  readonly copied: { inBytes: number; outBytes: number };
  release(): Promise<void>;
  /** Writes the profile of a session that was opened to be observed. */
  endProfiling(): void;
}

export interface OrtSessionRequest {
  readonly modelPath: string;
  readonly device: DeviceRequest;
  readonly options: RunnerOptions;
  readonly threads: number;
  /**
   * Tell on stderr where the nodes are placed, and profile every run into a JSON file whose path begins like this. Both
   * cost time: a session that is observed is never timed.
   */
  readonly observe?: { readonly profilePrefix: string } | undefined;
}

/**
 * Loads one network file.
 *
 * @throws MaskbenchError `device.unavailable` (the provider is missing from this build or does not start), `device.busy`,
 * `model.load` (the file is no usable ONNX model), or as `explainFailure` says.
 */
export async function openOrtSession(request: OrtSessionRequest): Promise<OrtNetwork> {
  const { modelPath, device, options, threads, observe } = request;
  setTf32(options);
  assertDeviceAvailable(device);
  if (isNvidia(device)) assertCudnn(device);
  let session: ort.InferenceSession;
  try {
    session = await loadEngine().InferenceSession.create(modelPath, {
      executionProviders: providerOptions(device),
      enableMemPattern: options.memoryPattern,
      graphOptimizationLevel: options.graphOptimization,
      ...(options.cpuArena === undefined ? {} : { enableCpuMemArena: options.cpuArena }),
      ...(options.spinning === undefined
        ? {}
        : { extra: { session: { intra_op: { allow_spinning: options.spinning ? '1' : '0' } } } }),
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: observe === undefined ? 3 : 0,
      ...(observe === undefined ? {} : { enableProfiling: true, profileFilePrefix: observe.profilePrefix }),
    });
  } catch (cause) {
    const reason = plainReason(cause);
    const known = explainFailure(device, wordsOf(cause));
    if (known !== undefined) throw known;
    const ofDevice = isNvidia(device) ? /ExecutionProvider/ : /provider|webgpu|dawn|adapter|device/i;
    if (device.provider !== 'cpu' && ofDevice.test(reason))
      throw deviceUnavailable(device, reason, { cause });
    throw new MaskbenchError('model.load', `ONNX Runtime does not load this model: ${reason}`, {
      where: modelPath,
      remedy: 'check the file with "maskbench models verify"',
      cause,
    });
  }
  return adapt(session, request);
}

/** NVIDIA's libraries look at it when they are opened, which this process has not done before its first session. */
function setTf32({ tf32 }: RunnerOptions): void {
  if (tf32 === false) process.env['NVIDIA_TF32_OVERRIDE'] = '0';
  if (tf32 === true) delete process.env['NVIDIA_TF32_OVERRIDE'];
}

/**
 * ONNX Runtime drops a provider whose library is absent with a warning and runs on the CPU: so look before.
 *
 * @throws MaskbenchError `device.unavailable`, with what the installation has and what would help.
 */
export function assertDeviceAvailable(device: DeviceRequest): void {
  const fault = isNvidia(device) ? gpuFault() : undefined;
  if (fault !== undefined) {
    throw deviceUnavailable(
      device,
      `${basename(fault)} of what was installed is missing or damaged (${fault})`,
      {
        remedy: '"maskbench gpu install" fetches it again',
      },
    );
  }
  const backends = loadEngine().listSupportedBackends();
  const usable = backends
    .filter(({ name, bundled }) => bundled || gpuLibraryInstalled(name))
    .map(({ name }) => name);
  if (!usable.includes(device.provider)) {
    const elsewhere = notOffered(device);
    if (elsewhere !== undefined) throw deviceUnavailable(device, elsewhere.reason, elsewhere);
    throw deviceUnavailable(device, `this installation of onnxruntime-node has ${usable.join(' and ')} only`);
  }
}

function gpuLibraryInstalled(provider: string): boolean {
  const library = `libonnxruntime_providers_${provider}.so`;
  return existsSync(join(binaryFolder(engineFolder()), library));
}

/** ONNX Runtime's message without the source position and condition that it puts in front. */
function plainReason(cause: unknown): string {
  const [message = ''] = wordsOf(cause).trim().split('\n');
  return message.replace(/^.* was false\. /, '');
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function isNvidia({ provider }: DeviceRequest): boolean {
  return provider === 'cuda' || provider === 'tensorrt';
}

/** What TensorRT does not take, CUDA does: the CPU comes last, as ever. */
function providerOptions({
  provider,
  index,
}: DeviceRequest): readonly ort.InferenceSession.ExecutionProviderConfig[] {
  switch (provider) {
    case 'tensorrt':
      return [
        { name: provider, deviceId: index },
        { name: 'cuda', deviceId: index },
      ];
    case 'cuda':
    case 'dml':
      return [{ name: provider, deviceId: index }];
    default:
      return [{ name: provider }];
  }
}

function adapt(session: ort.InferenceSession, { modelPath, device, options }: OrtSessionRequest): OrtNetwork {
  const copied = { inBytes: 0, outBytes: 0 };
  return {
    path: modelPath,
    copied,
    inputs: valuesOf(session.inputNames, session.inputMetadata),
    outputs: valuesOf(session.outputNames, session.outputMetadata),
    async run(feeds, wanted) {
      const tensors = Object.entries(feeds).map(([name, tensor]) => [name, toOrtTensor(tensor)] as const);
      const fetches = options.fetch === 'mask' ? wanted : session.outputNames;
      const results = await session.run(Object.fromEntries(tensors), fetches).catch((cause: unknown) => {
        throw explainFailure(device, wordsOf(cause)) ?? cause;
      });
      for (const { data } of Object.values(feeds)) copied.inBytes += data.byteLength;
      for (const name of fetches) copied.outBytes += bytesOf(results[name]);
      return Object.fromEntries(wanted.map((name) => [name, fromOrtTensor(name, results[name])]));
    },
    release: () => session.release(),
    endProfiling: () => session.endProfiling(),
  };
}

function valuesOf(
  names: readonly string[],
  metadata: readonly ort.InferenceSession.ValueMetadata[],
): readonly NetworkValue[] {
  return names.map((name, i) => {
    const meta = metadata[i];
    return meta?.isTensor === true
      ? { name, type: meta.type, shape: meta.shape }
      : { name, type: undefined, shape: [] };
  });
}

function toOrtTensor({ type, dims, data }: Tensor): ort.Tensor {
  const { Tensor: OrtTensor } = loadEngine();
  switch (type) {
    case 'float32':
      return new OrtTensor('float32', data as Float32Array, dims);
    case 'float16':
      return new OrtTensor('float16', data as Uint16Array, dims);
    case 'uint8':
      return new OrtTensor('uint8', data as Uint8Array, dims);
  }
}

function bytesOf({ data }: ort.Tensor): number {
  return ArrayBuffer.isView(data) ? data.byteLength : 0;
}

/** As it is: what becomes of it (`toFloats`) is no part of the inference. */
function fromOrtTensor(name: string, { type, dims, data }: ort.Tensor): RawTensor {
  if (type === 'string' || Array.isArray(data)) {
    throw new MaskbenchError('model.output', `output "${name}" is ${type}`, { remedy: 'expected numbers' });
  }
  return { type, dims, data };
}
