import { z } from 'zod';
import { MaskbenchError } from '../core/errors.js';
import type { Document } from '../schema/basics.js';
import * as summary from '../schema/hardware.js';
import type { GpuSummary } from '../schema/hardware.js';
import type { DeviceRequest } from '../runners/device.js';
import { describeProcessor } from '../runners/onnx/devices/processor.js';
import { findCard, summariseCard } from '../runners/onnx/devices/card.js';
import type { RunnerOptions } from '../runners/onnx/session-options.js';
import { providerSettings } from '../runners/onnx/devices/provider-settings.js';

/** What a run's device is made of; the card where its driver tells. */
export const hardwareSchema = z.object({
  processor: summary.processor,
  gpu: z.exactOptional(summary.gpu),
  provider: z.exactOptional(summary.provider),
});
export type Hardware = Document<typeof hardwareSchema>;

export async function describeHardware(
  device: DeviceRequest,
  { tf32 }: Pick<RunnerOptions, 'tf32'> = {},
): Promise<Hardware> {
  const { physicalCores, sockets, caches, virtual, limits } = describeProcessor();
  const processor = { physicalCores, sockets, caches, virtual, limits };
  const found = await findCard(device);
  const provider = providerSettings(device.provider, process.env, tf32);
  return {
    processor,
    ...(found.kind === 'card' ? { gpu: summariseCard(found.card) } : {}),
    ...(provider === undefined ? {} : { provider }),
  };
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
  const kindOf = ({ name, memoryBytes, instance }: GpuSummary): string =>
    JSON.stringify([name, memoryBytes, instance?.profile]);
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
