import type { GpuSummary } from '../../../schema/hardware.js';
import { MaskbenchError } from '../../../core/errors.js';
import { type DeviceRequest, deviceUnavailable } from '../../device.js';
import type { GpuSettings, GpuState } from './gpu.js';
import { askNvidia } from './nvidia.js';
import type { Column } from './nvidia-csv.js';
import { type VisibleCard, visibleCards } from './visible-cards.js';

/** A card that its driver tells of. */
export interface Card extends VisibleCard {
  readonly state: GpuState | undefined;
  readonly settings: GpuSettings | undefined;
  /** What its driver tells of cards. */
  readonly columns: readonly Column[];
}

/** The card that a device request means, as far as its driver tells of it. */
export type FoundCard =
  /** The device is the processor. */
  | { readonly kind: 'none' }
  | { readonly kind: 'card'; readonly card: Card }
  /** `canTell`: a driver of such a card can tell of it, so that whoever publishes a time can make it do so. */
  | { readonly kind: 'untold'; readonly why: string; readonly canTell: boolean };

/** The Vulkan loader's variables that name its drivers, such as one that computes on the CPU. */
const VULKAN_DRIVERS = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES'];

export async function findCard(
  device: DeviceRequest,
  ask: typeof askNvidia = askNvidia,
  env: NodeJS.ProcessEnv = process.env,
): Promise<FoundCard> {
  if (device.provider === 'cpu') return { kind: 'none' };
  const untold = (why: string, canTell = false): FoundCard => ({ kind: 'untold', why, canTell });
  if (device.provider === 'coreml') return untold('no driver tells of this card');
  const onCuda = device.provider === 'cuda' || device.provider === 'tensorrt';
  // WebGPU and Direct3D choose for themselves: only where there is one card, and no other driver is named, is it that one.
  const named = VULKAN_DRIVERS.find((variable) => env[variable] !== undefined);
  if (!onCuda && named !== undefined) return untold(`${named} names a driver`);
  const answer = await ask();
  if (answer.kind === 'none') return untold(answer.reason, onCuda);
  const seen = visibleCards(answer.gpus, onCuda ? env['CUDA_VISIBLE_DEVICES'] : undefined);
  if (!onCuda && answer.gpus.length > 1) return untold('there are several cards');
  const found = seen[onCuda ? device.index : 0];
  if (found === undefined) return untold('nvidia-smi does not tell of the card that this is', onCuda);
  const at = answer.gpus.indexOf(found.gpu);
  return {
    kind: 'card',
    card: { ...found, state: answer.states[at], settings: answer.settings[at], columns: answer.columns },
  };
}

/** Whether its driver lets one process only compute on it (`nvidia-smi -c EXCLUSIVE_PROCESS`). */
export function isExclusive({ settings }: Pick<Card, 'settings'>): boolean {
  return settings?.computeMode?.startsWith('Exclusive') === true;
}

/** CUDA calls a card busy whose driver lets nobody compute on it, too (`nvidia-smi -c PROHIBITED`), and waiting does not help then. */
export async function explainBusy(
  device: DeviceRequest,
  error: unknown,
  find: typeof findCard = findCard,
): Promise<unknown> {
  if (!(error instanceof MaskbenchError) || error.code !== 'device.busy') return error;
  const found = await find(device);
  if (found.kind !== 'card' || found.card.settings?.computeMode !== 'Prohibited') return error;
  return deviceUnavailable(device, 'its compute mode lets nobody compute on the card (Prohibited)', {
    remedy: '"sudo nvidia-smi --compute-mode=DEFAULT" allows it',
    cause: error,
  });
}

/** What of a card is recorded. */
export function summariseCard({ gpu, instance, settings }: Card): GpuSummary {
  const { name, uuid, memoryBytes, driver } = gpu;
  return {
    name,
    uuid,
    memoryBytes,
    driver,
    ...(instance === null
      ? {}
      : {
          instance: { profile: instance.profile, uuid: instance.uuid, memoryBytes: instance.memoryBytes },
        }),
    ...(settings === undefined ? {} : { settings }),
  };
}
