import { join } from 'node:path';
import { MaskbenchError } from '../../../core/errors.js';
import { type DeviceRequest, formatDevice, type Provider, PROVIDERS, REMEDIES } from '../../device.js';
import { gpuFault } from '../engine/engine.js';
import { notOffered } from '../engine/platforms.js';
import { assertDeviceAvailable } from '../ort-session.js';
import { askAmd } from './amd.js';
import type { Gpu, GpuState } from './gpu.js';
import type { GpuProcess } from './nvidia-lists.js';
import { askNvidia, askNvidiaProcesses, type NvidiaAnswer } from './nvidia.js';
import { describeProcessor, type Processor } from './processor.js';
import { askSystemForGpus } from './system-gpus.js';
import { type VisibleCard, visibleCards } from './visible-cards.js';
import { readYamlFile } from '../../../core/yaml-file.js';
import { networkSchemas } from '../../../models/spec/spec.js';
import { MODELS_FOLDER } from '../../load-spec.js';
import { proveProvider } from '../proof/prove-provider.js';
import { runnerOptionsSchema } from '../session-options.js';

/** What this machine has and can run on. */
export interface DeviceList {
  readonly processor: Processor;
  readonly gpus: readonly Gpu[];
  /** What NVIDIA's cards do at the moment, and who computes on them. */
  readonly states: readonly GpuState[];
  /** Empty where there are none, or where the driver does not tell. */
  readonly processes: readonly GpuProcess[];
  readonly devices: readonly ListedDevice[];
}

export interface ListedDevice {
  /** As a run asks for it: `cpu`, `cuda:0`. */
  readonly device: string;
  readonly usable: boolean;
  /** What it would run on, as far as that is known. */
  readonly hardware: string | null;
  /** Null for a device that can be used; so is the remedy where there is none. */
  readonly reason: string | null;
  readonly remedy: string | null;
}

/** How the machine is asked; by default it is asked indeed. */
export interface Asking {
  readonly nvidia: () => Promise<NvidiaAnswer>;
  readonly processes: () => Promise<readonly GpuProcess[] | null>;
  readonly amd: () => Promise<readonly Gpu[]>;
  readonly system: () => Promise<readonly Gpu[]>;
  readonly processor: () => Processor;
  readonly env: NodeJS.ProcessEnv;
  /** Why no installation on this platform has such a provider. */
  readonly offered: typeof notOffered;
  /** @throws MaskbenchError where the installation has no such provider. */
  readonly installed: (device: DeviceRequest) => void;
  readonly attempt: (device: DeviceRequest, signal: AbortSignal) => Promise<Trial>;
}

const ASKING: Asking = {
  nvidia: () => askNvidia(),
  processes: () => askNvidiaProcesses(),
  amd: () => askAmd(),
  system: () => askSystemForGpus(),
  processor: () => describeProcessor(),
  env: process.env,
  offered: notOffered,
  installed: assertDeviceAvailable,
  attempt: tryDevice,
};

/** Looks for processors, cards and their drivers, and tries every provider of this installation on a tiny network. */
export async function listDevices(signal: AbortSignal, asking: Partial<Asking> = {}): Promise<DeviceList> {
  const ask = { ...ASKING, ...asking };
  const processor = ask.processor();
  const [nvidia, amd, system] = await Promise.all([ask.nvidia(), ask.amd(), ask.system()]);
  const cards = nvidia.kind === 'gpus' ? nvidia.gpus : [];
  const states = nvidia.kind === 'gpus' ? nvidia.states : [];
  const seen = visibleCards(cards, ask.env['CUDA_VISIBLE_DEVICES']);
  const processes = cards.length === 0 ? [] : ((await ask.processes()) ?? []);
  // Windows tells of NVIDIA's cards as well; their own tool knows more.
  const others = system.filter(({ vendor }) => vendor !== 'nvidia' || cards.length === 0);
  const gpus = [...cards, ...amd, ...others];
  const devices: ListedDevice[] = [];
  for (const provider of PROVIDERS) {
    for (const request of requestsOf(provider, seen)) {
      const hardware = hardwareOf(request, processor, gpus, seen);
      devices.push({
        device: formatDevice(request),
        hardware,
        ...(await judge(request, nvidia, seen, ask, signal)),
      });
    }
  }
  return { processor, gpus, states, processes, devices };
}

/** CUDA and TensorRT count the cards that they see. */
function requestsOf(provider: Provider, seen: readonly VisibleCard[]): readonly DeviceRequest[] {
  const counted = provider === 'cuda' || provider === 'tensorrt';
  return counted && seen.length > 0
    ? seen.map((_, index) => ({ provider, index }))
    : [{ provider, index: 0 }];
}

async function judge(
  request: DeviceRequest,
  nvidia: NvidiaAnswer,
  seen: readonly VisibleCard[],
  ask: Asking,
  signal: AbortSignal,
): Promise<Pick<ListedDevice, 'usable' | 'reason' | 'remedy'>> {
  const needsNvidia = request.provider === 'cuda' || request.provider === 'tensorrt';
  const elsewhere = ask.offered(request);
  // The card comes before its libraries: without one nobody needs them.
  if (needsNvidia && elsewhere === undefined && nvidia.kind === 'none') {
    return { usable: false, reason: nvidia.reason, remedy: nvidia.remedy };
  }
  if (needsNvidia && elsewhere === undefined && seen.length === 0) {
    const visible = ask.env['CUDA_VISIBLE_DEVICES'];
    return visible === undefined
      ? {
          usable: false,
          reason: 'the card is divided (MIG), and into no instances',
          remedy:
            'create one ("sudo nvidia-smi mig -cgi ... -C"), or leave the mode ("sudo nvidia-smi -mig 0")',
        }
      : {
          usable: false,
          reason: `CUDA_VISIBLE_DEVICES="${visible}" names no card that nvidia-smi tells of`,
          remedy: 'unset it, or name a card by its number or uuid ("nvidia-smi -L")',
        };
  }
  try {
    ask.installed(request);
  } catch (error) {
    if (!(error instanceof MaskbenchError)) throw error;
    if (elsewhere !== undefined) return { usable: false, ...elsewhere };
    const isBroken = needsNvidia && gpuFault() !== undefined;
    const reason = isBroken
      ? withoutName(error.message, request)
      : `onnxruntime-node is installed without ${request.provider}`;
    return { usable: false, reason, remedy: error.remedy ?? REMEDIES[request.provider] };
  }
  if (request.provider === 'cpu') return { usable: true, reason: null, remedy: null };
  const trial = await ask.attempt(request, signal);
  return trial.kind === 'runs'
    ? { usable: true, reason: null, remedy: null }
    : { usable: false, reason: trial.reason, remedy: trial.remedy };
}

function hardwareOf(
  { provider, index }: DeviceRequest,
  processor: Processor,
  gpus: readonly Gpu[],
  seen: readonly VisibleCard[],
): string | null {
  if (provider === 'cpu') return processor.model;
  if (provider === 'cuda' || provider === 'tensorrt') {
    const { gpu, instance } = seen[index] ?? {};
    if (gpu === undefined) return null;
    return instance == null ? gpu.name : `${gpu.name}, ${instance.profile}`;
  }
  return gpus.length === 1 ? (gpus[0]?.name ?? null) : null;
}

/** Whether a device runs a network, or what it says instead. */
type Trial =
  | { readonly kind: 'runs' }
  | { readonly kind: 'fails'; readonly reason: string; readonly remedy: string | null };

/** The smallest network that comes along. */
const NETWORK = 'contrast-baseline';

/** Loads a tiny network on the device in a process of its own and looks where its nodes are placed. */
export async function tryDevice(device: DeviceRequest, signal: AbortSignal): Promise<Trial> {
  try {
    const spec = await readYamlFile(join(MODELS_FOLDER, `${NETWORK}.yaml`), networkSchemas.matte);
    const paths = { model: join(MODELS_FOLDER, `${NETWORK}.onnx`) };
    const options = runnerOptionsSchema.parse({});
    await proveProvider({
      load: { kind: 'load', spec, paths, device, options, threads: 1 },
      image: null,
      signal,
    });
    return { kind: 'runs' };
  } catch (error) {
    if (!(error instanceof MaskbenchError) || error.code === 'cancelled') throw error;
    const [reason = '', ...remedy] = withoutName(error.message, device).split('; ');
    return { kind: 'fails', reason, remedy: error.remedy ?? (remedy.join('; ') || null) };
  }
}

function withoutName(message: string, device: DeviceRequest): string {
  const name = formatDevice(device);
  const prefix = [`device ${name} is not available: `, `${name}: `].find((one) => message.startsWith(one));
  return message.slice(prefix?.length ?? 0);
}
