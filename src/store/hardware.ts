import { z } from 'zod';
import { MaskbenchError } from '../core/errors.js';
import type { Document } from '../schema/basics.js';
import * as summary from '../schema/timing-summary.js';
import type { DeviceRequest } from '../runners/device.js';
import { describeProcessor } from '../runners/onnx/devices/processor.js';
import { findCard } from '../runners/onnx/devices/card.js';

/** What a run's device is made of; the card where its driver tells. */
export const hardwareSchema = z.object({ processor: summary.processor, gpu: z.exactOptional(summary.gpu) });
export type Hardware = Document<typeof hardwareSchema>;

export async function describeHardware(device: DeviceRequest): Promise<Hardware> {
  const { physicalCores, sockets, caches, virtual, limits } = describeProcessor();
  const processor = { physicalCores, sockets, caches, virtual, limits };
  const card = await findCard(device);
  if (card === null) return { processor };
  const { name, uuid, memoryBytes, driver } = card.gpu;
  return { processor, gpu: { name, uuid, memoryBytes, driver } };
}

/**
 * A run has one device: `cuda:0` of another machine is another one.
 *
 * @throws MaskbenchError `run.mismatch` if a run to resume was made on another kind of card.
 */
export function assertSameCard(before: Hardware | undefined, now: Hardware | undefined, where: string): void {
  const [old, fresh] = [before?.gpu, now?.gpu];
  if (old === undefined || fresh === undefined) return;
  if (old.name === fresh.name && old.memoryBytes === fresh.memoryBytes) return;
  throw new MaskbenchError('run.mismatch', `the run was made on a ${old.name}, and this is a ${fresh.name}`, {
    where,
    remedy: 'run on this card into another folder with --out; "maskbench report" puts both side by side',
  });
}
