import { z } from 'zod';
import { MaskbenchError } from '../../core/errors.js';
import { whyIgnored } from './devices/provider-settings.js';
import { formatDevice, type DeviceRequest } from '../device.js';

/** Options that a sweep may vary; each is recorded, and absent where nobody set it. */
export const sessionOptions = {
  cpuArena: z
    .boolean()
    .describe(
      'Whether tensors in the computer\u2019s memory come from an arena that is kept; ONNX Runtime\u2019s default: true.',
    ),
  spinning: z
    .boolean()
    .describe(
      'Whether threads without work spin for a while before they sleep: faster, and at the price of energy; ONNX Runtime\u2019s default: true.',
    ),
  tf32: z
    .boolean()
    .describe(
      'On cuda and tensorrt alone: whether products of float32 may be rounded to 10 bits (TF32). false sets NVIDIA_TF32_OVERRIDE=0 where models are run; default: as the environment says, else true.',
    ),
};

/** Options of ONNX Runtime that a run fixes and records; every one can change speed, memory or, in rare cases, values. */
export const runnerOptionsSchema = z.strictObject(
  {
    memoryPattern: z
      .boolean()
      .default(false)
      .describe('Whether memory is planned ahead: peak memory doubles at the same latency.'),
    graphOptimization: z
      .enum(['disabled', 'basic', 'extended', 'all'])
      .default('all')
      .describe('How far the graph is rewritten before it runs.'),
    fetch: z
      .enum(['mask', 'all'])
      .default('mask')
      .describe('mask fetches the one output that is read; all fetches every output, as rembg does.'),
    cpuArena: z.exactOptional(sessionOptions.cpuArena),
    spinning: z.exactOptional(sessionOptions.spinning),
    tf32: z.exactOptional(sessionOptions.tf32),
  },
  { error: ignoredOption },
);

export type RunnerOptions = z.output<typeof runnerOptionsSchema>;

/** For a schema of options: one that would change nothing is refused by its name, and why. */
export function ignoredOption(issue: z.core.$ZodRawIssue): string | undefined {
  return issue.code === 'unrecognized_keys'
    ? issue.keys.flatMap((key) => whyIgnored(key) ?? [])[0]
    : undefined;
}

/**
 * Refuses options that a device has no use for: they would be recorded, and change nothing.
 *
 * @param asked options, or lists of them as a sweep has
 * @throws MaskbenchError `usage`
 */
export function assertOptionsFit(
  devices: readonly DeviceRequest[],
  asked: readonly { readonly tf32?: unknown }[],
): void {
  const hasTf32 = devices.some(({ provider }) => provider === 'cuda' || provider === 'tensorrt');
  if (hasTf32 || asked.every(({ tf32 }) => tf32 === undefined)) return;
  throw new MaskbenchError('usage', `tf32 changes nothing on ${devices.map(formatDevice).join(', ')}`, {
    remedy: 'leave it out, or take cuda or tensorrt',
  });
}
