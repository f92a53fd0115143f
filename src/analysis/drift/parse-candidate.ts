import { MaskbenchError } from '../../core/errors.js';
import type { ResampleFilter } from '../../image/resample.js';
import { filterSchema } from '../../models/spec/input-spec.js';
import { type DeviceRequest, parseDevice } from '../../runners/device.js';
import { type RunnerOptions, runnerOptionsSchema } from '../../runners/onnx/session-options.js';

/** A model and how it is run. */
export interface DriftCandidate {
  /** As the user wrote it. */
  readonly label: string;
  /** Name, or path of a YAML file. */
  readonly model: string;
  readonly device: DeviceRequest;
  readonly threads: number;
  readonly options: RunnerOptions;
  /** In place of the spec's filters, on the way in and on the way back. */
  readonly resample: ResampleFilter | undefined;
}

/**
 * Reads `isnet-fp16`, `isnet-fp16@webgpu`, `isnet-fp16@cpu+threads=1+resample=pillow-bilinear`.
 *
 * @throws MaskbenchError `usage`, saying what can follow the `+`.
 */
export function parseCandidate(label: string, defaultThreads: number): DriftCandidate {
  const [place, ...settings] = label.split('+');
  // A path may hold an @ as well; a device has neither slash nor dot.
  const [, model = '', device = 'cpu'] = /^(.*?)(?:@([^@/\\.]*))?$/.exec(place) ?? [];
  if (model === '') throw new MaskbenchError('usage', `"${label}" names no model`);
  let threads = defaultThreads;
  let options = runnerOptionsSchema.parse({});
  let resample: ResampleFilter | undefined;
  for (const setting of settings) {
    const [key, value = ''] = setting.split('=');
    if (key === 'threads' && /^[1-9]\d{0,3}$/.test(value)) threads = Number(value);
    else if (key === 'graph') options = { ...options, graphOptimization: graphOf(value, label) };
    else if (key === 'resample') resample = filterOf(value, label);
    else {
      throw new MaskbenchError('usage', `"${setting}" is not a setting`, {
        where: label,
        remedy: 'expected threads=<n>, graph=disabled|basic|extended|all or resample=<filter>',
      });
    }
  }
  return { label, model, device: parseDevice(device), threads, options, resample };
}

function filterOf(value: string, label: string): ResampleFilter {
  const result = filterSchema.safeParse(value);
  if (result.success) return result.data;
  throw new MaskbenchError('usage', `"${value}" is not a filter`, {
    where: label,
    remedy: `expected ${filterSchema.options.join(', ')}`,
  });
}

function graphOf(value: string, label: string): RunnerOptions['graphOptimization'] {
  const result = runnerOptionsSchema.shape.graphOptimization.safeParse(value);
  if (result.success) return result.data;
  throw new MaskbenchError('usage', `"${value}" is not a graph optimization`, {
    where: label,
    remedy: 'expected disabled, basic, extended or all',
  });
}
