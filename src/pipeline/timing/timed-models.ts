import { availableParallelism } from 'node:os';
import type { DeviceRequest } from '../../runners/device.js';
import type { TimedModel } from '../../runners/onnx/timing/time-together.js';
import { runnerOf } from '../../runners/runner-of.js';
import type { ReadyModel } from '../../runners/runner.js';
import type { PlannedSample } from '../../schema/planned-sample.js';
import type { RunSettings } from '../../store/manifest.js';

/** A model that the timing pass can time. */
export interface PassModel {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Of the picture that it is fed. */
  readonly pixels: number;
  /** How it is loaded and which images it sees; an image's key is its position among the samples. */
  describe(): Promise<TimedModel>;
}

/** Those of the models that can be timed phase by phase under a run's settings. */
export function passModels(
  models: readonly ReadyModel[],
  settings: Pick<RunSettings, 'runner' | 'time'>,
  samples: readonly PlannedSample[],
  device: DeviceRequest,
): readonly PassModel[] {
  const request = { samples, device, options: settings.runner, threads: timedThreads(settings) };
  return models.flatMap((model): readonly PassModel[] => {
    const { time } = runnerOf(model.spec);
    if (time?.kind !== 'pass') return [];
    const { spec, sha256, bytes } = model;
    return [
      {
        name: spec.name,
        sha256,
        bytes,
        pixels: time.pixels(spec),
        describe: () => time.timed(model, request),
      },
    ];
  });
}

export function timedThreads({ time }: Pick<RunSettings, 'time'>): number {
  return time.threads === 'auto' ? availableParallelism() : time.threads;
}
