import { z } from 'zod';
import { MaskbenchError } from '../core/errors.js';
import { lateBound } from '../core/plugins/late-bound.js';
import type { ModelSpec } from '../models/spec/spec.js';
import type { DeviceRequest } from './device.js';
import { RUNNERS } from './registry.js';
import type { Runner, SpecSchema } from './runner.js';

function feedings(): string {
  return inWords(RUNNERS.flatMap(({ specs }) => Object.keys(specs)));
}

/**
 * A model as data: where its bytes come from, how it is fed and read, what it may be used for, what it was trained on.
 * `feeding` names the path through the code: a feeding of a network (src/models/feedings), or another runner.
 */
export const modelSpecSchema = lateBound(() => {
  const [first, ...others] = RUNNERS.flatMap(({ specs }) => Object.values(specs)) as [
    SpecSchema,
    ...SpecSchema[],
  ];
  return z.discriminatedUnion('feeding', [first, ...others], { error: `feeding is ${feedings()}` }).meta({
    id: 'Model',
    description:
      'A model as data: where its bytes come from, how it is fed and read, what it may be used for, what it was trained on.',
  }) as z.ZodType as z.ZodType<ModelSpec>;
});

/**
 * The runner of a model.
 *
 * @throws MaskbenchError `config.invalid` for a feeding that no runner knows, as a run folder of another version may have.
 */
export function runnerOf({ name, feeding }: Pick<ModelSpec, 'name' | 'feeding'>): Runner {
  const runner = recordedRunner(feeding);
  if (runner !== undefined) return runner;
  throw new MaskbenchError('config.invalid', `feeding is "${feeding}"`, {
    where: name,
    remedy: `expected ${feedings()}`,
  });
}

/** The same of a model that a run records; undefined where it is of a plug-in that is not loaded, as reading a run needs none. */
export function recordedRunner(feeding: string): Runner | undefined {
  return RUNNERS.find(({ specs }) => Object.hasOwn(specs, feeding));
}

/**
 * Sees, for every kind of model there is, whether it can be run on the devices.
 *
 * @throws MaskbenchError as `Runner.readyDevice` does.
 */
export async function readyDevices(
  specs: readonly Pick<ModelSpec, 'name' | 'feeding'>[],
  devices: readonly DeviceRequest[],
  options: Parameters<NonNullable<Runner['readyDevice']>>[1],
): Promise<void> {
  const providers = new Map(devices.map((device) => [device.provider, device]));
  for (const runner of new Set(specs.map(runnerOf)))
    for (const device of providers.values()) await runner.readyDevice?.(device, options);
}

function inWords(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
