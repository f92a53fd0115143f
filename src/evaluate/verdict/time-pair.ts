import { availableParallelism } from 'node:os';
import { MaskbenchError } from '../../core/errors.js';
import { parseDevice } from '../../runners/device.js';
import { assertDeviceAvailable } from '../../runners/ort-session.js';
import { readManifest, runFolder } from '../run-folder.js';
import { plannedSamples } from '../plan-reader.js';
import type { TimePair } from './check.js';
import { locateModel } from './locate-model.js';
import type { ModelPair } from './pair-models.js';
import type { RemeasureRequest } from './remeasure.js';

export interface TimePairOptions {
  /** The candidate's run folder: its pictures are the ones that are timed. */
  readonly run: string;
  /** How many of them. */
  readonly images: number;
  /** Where the two model files are, if the specs do not say. */
  readonly files: { readonly baseline?: string | undefined; readonly candidate?: string | undefined };
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  onProcess?(pair: ModelPair, done: number, total: number): void;
}

/**
 * Prepares pairs of models for a measurement on this machine, under the settings of the candidate's run.
 *
 * @throws MaskbenchError `data.missing` for a model or a run that is not here, `device.unavailable`, `usage` for models
 * that are not run by one network.
 */
export async function createTimePair(options: TimePairOptions): Promise<TimePair> {
  const folder = runFolder(options.run);
  const { settings } = await readManifest(folder);
  const device = parseDevice(settings.device);
  assertDeviceAvailable(device);
  const threads = settings.time.threads === 'auto' ? availableParallelism() : settings.time.threads;
  const total = settings.datasets.reduce((sum, { samples }) => sum + samples, 0);
  const images: { readonly key: string; readonly path: string }[] = [];
  const step = Math.max(1, total / options.images);
  let position = 0;
  for await (const { imagePath } of plannedSamples(folder)) {
    if (Math.ceil(position / step) * step < position + 1)
      images.push({ key: String(position), path: imagePath });
    position++;
  }
  return async (pair) => {
    const load = async (side: 'baseline' | 'candidate'): Promise<RemeasureRequest['baseline']> => {
      const { spec, name } = pair[side];
      if (spec.feeding === 'precomputed') {
        throw new MaskbenchError(
          'usage',
          `${name} is masks that were made elsewhere; there is nothing to time`,
          {
            remedy: 'leave out --remeasure',
          },
        );
      }
      const paths = await locateModel(pair[side], { ...options, file: options.files[side] });
      return { kind: 'load', spec, paths, device, options: settings.runner, threads };
    };
    return {
      baseline: await load('baseline'),
      candidate: await load('candidate'),
      images,
      signal: options.signal,
      onProcess: (done, of) => options.onProcess?.(pair, done, of),
    };
  };
}
