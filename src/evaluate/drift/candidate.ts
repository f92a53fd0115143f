import { MaskbenchError } from '../../core/errors.js';
import { parseDevice, type DeviceRequest } from '../../runners/device.js';
import { runnerOptionsSchema, type RunnerOptions } from '../../runners/session-options.js';

/** A model and how it is run. */
export interface DriftCandidate {
  /** As the user wrote it. */
  readonly label: string;
  /** Name, or path of a YAML file. */
  readonly model: string;
  readonly device: DeviceRequest;
  readonly threads: number;
  readonly options: RunnerOptions;
}

/**
 * Reads `isnet-fp16`, `isnet-fp16@webgpu`, `isnet-fp16@cpu+threads=1+graph=disabled`.
 *
 * @throws MaskbenchError `usage`, saying what can follow the `+`.
 */
export function parseCandidate(label: string, defaultThreads: number): DriftCandidate {
  const [place, ...settings] = label.split('+');
  const at = place.lastIndexOf('@');
  const model = at < 0 ? place : place.slice(0, at);
  if (model === '') throw new MaskbenchError('usage', `"${label}" names no model`);
  let threads = defaultThreads;
  let options = runnerOptionsSchema.parse({});
  for (const setting of settings) {
    const [key, value = ''] = setting.split('=');
    if (key === 'threads' && /^[1-9]\d{0,3}$/.test(value)) threads = Number(value);
    else if (key === 'graph') options = { ...options, graphOptimization: graphOf(value, label) };
    else {
      throw new MaskbenchError('usage', `"${setting}" is no setting`, {
        where: label,
        remedy: 'expected threads=<n> or graph=disabled|basic|extended|all',
      });
    }
  }
  return { label, model, device: parseDevice(at < 0 ? 'cpu' : place.slice(at + 1)), threads, options };
}

function graphOf(value: string, label: string): RunnerOptions['graphOptimization'] {
  const result = runnerOptionsSchema.shape.graphOptimization.safeParse(value);
  if (result.success) return result.data;
  throw new MaskbenchError('usage', `"${value}" is no graph optimization`, {
    where: label,
    remedy: 'expected disabled, basic, extended or all',
  });
}
