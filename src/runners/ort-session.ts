import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { MaskbenchError } from '../core/errors.js';
import type { OutputTensor } from '../models/postprocess.js';
import type { InputSpec, OutputSpec } from '../models/spec.js';
import { deviceUnavailable, type DeviceRequest } from './device.js';
import type { RunnerOptions } from './session-options.js';

/** A loaded network: one image's tensor in, the mask's raw output out. `run` blocks its thread while it computes. */
export interface OrtSession {
  run(tensor: Float32Array): Promise<OutputTensor>;
  release(): Promise<void>;
}

export interface OrtSessionRequest {
  readonly modelPath: string;
  readonly input: InputSpec;
  readonly output: OutputSpec;
  readonly device: DeviceRequest;
  readonly options: RunnerOptions;
  readonly threads: number;
}

/**
 * @throws MaskbenchError `device.unavailable` (the provider is missing from this build or does not start),
 * `model.load` (the file is no usable ONNX model) or `model.signature` (its inputs or outputs are not the spec's).
 */
export async function openOrtSession(request: OrtSessionRequest): Promise<OrtSession> {
  const { modelPath, device, options, threads } = request;
  assertDeviceAvailable(device);
  let session: ort.InferenceSession;
  try {
    session = await ort.InferenceSession.create(modelPath, {
      executionProviders: [providerOption(device)],
      enableMemPattern: options.memoryPattern,
      graphOptimizationLevel: options.graphOptimization,
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 3,
    });
  } catch (cause) {
    const reason = plainReason(cause);
    if (device.provider !== 'cpu' && /provider|cuda|tensorrt|webgpu|dawn|adapter|device/i.test(reason)) {
      throw deviceUnavailable(device, reason, cause);
    }
    throw new MaskbenchError('model.load', `ONNX Runtime does not load this model: ${reason}`, {
      where: modelPath,
      remedy: 'check the file with "maskbench models verify"',
      cause,
    });
  }
  return adapt(session, request);
}

/**
 * ONNX Runtime drops a provider whose library is absent with a warning and runs on the CPU: so look before.
 *
 * @throws MaskbenchError `device.unavailable`, with what the installation has and what would help.
 */
export function assertDeviceAvailable(device: DeviceRequest): void {
  const backends = ort.listSupportedBackends();
  const usable = backends
    .filter(({ name, bundled }) => bundled || gpuLibraryInstalled(name))
    .map(({ name }) => name);
  if (!usable.includes(device.provider)) {
    throw deviceUnavailable(device, `this installation of onnxruntime-node has ${usable.join(' and ')} only`);
  }
}

function gpuLibraryInstalled(provider: string): boolean {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const library = `libonnxruntime_providers_${provider}.so`;
  return existsSync(join(root, 'bin', 'napi-v6', process.platform, process.arch, library));
}

/** ONNX Runtime's message without the source position and condition that it puts in front. */
function plainReason(cause: unknown): string {
  const [message = ''] = (cause instanceof Error ? cause.message : String(cause)).trim().split('\n');
  return message.replace(/^.* was false\. /, '');
}

function providerOption({ provider, index }: DeviceRequest): ort.InferenceSession.ExecutionProviderConfig {
  return provider === 'cuda' || provider === 'tensorrt' || provider === 'dml'
    ? { name: provider, deviceId: index }
    : { name: provider };
}

function adapt(
  session: ort.InferenceSession,
  { modelPath, input, output, options }: OrtSessionRequest,
): OrtSession {
  const [inputName, ...others] = session.inputNames;
  if (inputName === undefined || others.length > 0) {
    throw signatureError(
      modelPath,
      `the model has ${session.inputNames.length} inputs`,
      'expected one image input',
    );
  }
  const outputName = typeof output.select === 'number' ? session.outputNames[output.select] : output.select;
  if (outputName === undefined || !session.outputNames.includes(outputName)) {
    const outputs = session.outputNames.join(', ');
    throw signatureError(modelPath, `no output ${output.select}`, `the model's outputs are ${outputs}`);
  }
  const dims =
    input.layout === 'nchw' ? [1, 3, input.height, input.width] : [1, input.height, input.width, 3];
  assertInputFits(session, modelPath, dims);
  const fetches = options.fetch === 'mask' ? [outputName] : session.outputNames;
  return {
    async run(values) {
      const results = await session.run({ [inputName]: new ort.Tensor('float32', values, dims) }, fetches);
      const result = results[outputName];
      if (!(result.data instanceof Float32Array)) {
        throw new MaskbenchError('model.output', `output "${outputName}" is ${result.type}`, {
          remedy: 'expected float32',
        });
      }
      return { dims: result.dims, data: result.data };
    },
    release: () => session.release(),
  };
}

function assertInputFits(session: ort.InferenceSession, modelPath: string, dims: readonly number[]): void {
  const meta = session.inputMetadata[0];
  if (meta === undefined || !meta.isTensor) return;
  const fits =
    meta.shape.length === dims.length &&
    meta.shape.every((size, i) => typeof size !== 'number' || size <= 0 || size === dims[i]);
  if (!fits || meta.type !== 'float32') {
    throw signatureError(
      modelPath,
      `the model's input "${meta.name}" is ${meta.type} [${meta.shape.join(', ')}]`,
      `the spec feeds float32 [${dims.join(', ')}]`,
    );
  }
}

function signatureError(where: string, message: string, remedy: string): MaskbenchError {
  return new MaskbenchError('model.signature', message, { where, remedy });
}
