import { z } from 'zod';
import { MaskbenchError } from '../core/errors.js';
import { text, type Document } from '../schema/basics.js';
import * as summary from '../schema/hardware.js';
import type { GpuSummary } from '../schema/hardware.js';
import { formatDevice, type DeviceRequest } from '../runners/device.js';
import { leadDevice, providersOf } from '../runners/devices.js';
import { describeProcessor } from '../runners/onnx/devices/processor.js';
import { findCard, summariseCard } from '../runners/onnx/devices/card.js';
import type { RunnerOptions } from '../runners/onnx/session-options.js';
import { providerSettings } from '../runners/onnx/devices/provider-settings.js';

/** What a run's first device is made of, the card where its driver tells; and the cards of all of them, where they are several. */
export const hardwareSchema = z.object({
  processor: summary.processor,
  gpu: z.exactOptional(summary.gpu),
  devices: z.exactOptional(z.array(z.object({ device: text, gpu: z.exactOptional(summary.gpu) }))),
  provider: z.exactOptional(summary.provider),
});
export type Hardware = Document<typeof hardwareSchema>;

export async function describeHardware(
  devices: readonly DeviceRequest[],
  { tf32 }: Pick<RunnerOptions, 'tf32'> = {},
): Promise<Hardware> {
  const { physicalCores, sockets, caches, virtual, limits } = describeProcessor();
  const processor = { physicalCores, sockets, caches, virtual, limits };
  const found = await Promise.all(
    devices.map(async (device) => {
      const answer = await findCard(device);
      const gpu = answer.kind === 'card' ? { gpu: summariseCard(answer.card) } : {};
      return { device: formatDevice(device), ...gpu };
    }),
  );
  const [{ device: _first, ...lead }] = found;
  const provider = providerSettings(devices[0].provider, process.env, tf32);
  return {
    processor,
    ...lead,
    ...(devices.length > 1 ? { devices: found } : {}),
    ...(provider === undefined ? {} : { provider }),
  };
}

/** What of a manifest says its devices. */
interface WithDevices {
  readonly settings: { readonly device: string };
  readonly hardware?: Hardware | undefined;
}

/** One device of each kind that a run has, in its order: cards of one name, memory and division are of one kind. */
export function kindsOfDevices({ settings: { device }, hardware }: WithDevices): readonly string[] {
  const kinds = new Map<string, string>();
  for (const one of hardware?.devices ?? []) {
    const kind = JSON.stringify([providersOf(one.device), one.gpu && kindOf(one.gpu)]);
    if (!kinds.has(kind)) kinds.set(kind, one.device);
  }
  return kinds.size === 0 ? [formatDevice(leadDevice(device))] : [...kinds.values()];
}

function kindOf({ name, memoryBytes, instance }: GpuSummary): string {
  return JSON.stringify([name, memoryBytes, instance?.profile]);
}

/**
 * A run may go on on other cards of the kinds that it was begun on.
 *
 * @returns what is worth a word, as `assertSameCard` says it.
 * @throws MaskbenchError `run.mismatch` as `assertSameCard` does.
 */
export function assertSameCards(before: WithDevices, now: WithDevices, where: string): readonly string[] {
  const cardsOf = ({ settings: { device }, hardware }: WithDevices): NonNullable<Hardware['devices']> =>
    hardware?.devices ?? [
      { device: formatDevice(leadDevice(device)), ...(hardware?.gpu && { gpu: hardware.gpu }) },
    ];
  const old = cardsOf(before);
  const doubts = cardsOf(now).flatMap(({ device, gpu }) => {
    const alike = old.filter((card) => providersOf(card.device) === providersOf(device));
    const isSame = (card: (typeof old)[number]): boolean =>
      gpu !== undefined && card.gpu !== undefined && kindOf(card.gpu) === kindOf(gpu);
    const one =
      alike.find((card) => card.device === device && isSame(card)) ?? alike.find(isSame) ?? alike[0];
    const told = (card: GpuSummary | undefined): Hardware | undefined =>
      now.hardware && { processor: now.hardware.processor, ...(card && { gpu: card }) };
    return assertSameCard(device, told(one?.gpu), told(gpu), where) ?? [];
  });
  return [...new Set(doubts)];
}

/**
 * A run has one device: `cuda:0` of another machine is another one.
 *
 * @returns what is worth a word: that nobody can tell, or that it is another card of the same kind.
 * @throws MaskbenchError `run.mismatch` if a run to resume was made on another kind of card, or on one and nobody tells which this is.
 */
export function assertSameCard(
  device: string,
  before: Hardware | undefined,
  now: Hardware | undefined,
  where: string,
): string | undefined {
  if (device === 'cpu') return undefined;
  const [old, fresh] = [before?.gpu, now?.gpu];
  if (old === undefined) {
    return `the run does not say which card it was begun on, and it cannot be told whether ${device} is the same`;
  }
  if (fresh !== undefined && kindOf(old) === kindOf(fresh)) {
    const id = ({ uuid, instance }: GpuSummary): string | null => instance?.uuid ?? uuid;
    return id(old) === id(fresh) ? undefined : `${device} is another ${fresh.name} than the run was begun on`;
  }
  const named = ({ name, instance }: GpuSummary): string =>
    instance === undefined ? name : `${name}, ${instance.profile}`;
  const message =
    fresh === undefined
      ? `the run was made on a ${named(old)}, and nobody tells which card ${device} is`
      : `the run was made on a ${named(old)}, and this is a ${named(fresh)}`;
  throw new MaskbenchError('run.mismatch', message, {
    where,
    remedy:
      fresh === undefined
        ? '"maskbench devices" says why; nvidia-smi must answer as it did'
        : 'run on this card into another folder with --out; "maskbench report" puts both side by side',
  });
}
