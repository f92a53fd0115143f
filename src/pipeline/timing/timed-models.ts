import { availableParallelism } from 'node:os';
import type { DeviceRequest } from '../../runners/device.js';
import type { TimedModel } from '../../runners/onnx/timing/time-together.js';
import { runnerOf } from '../../runners/runner-of.js';
import type { ReadyModel } from '../../runners/runner.js';
import type { PlannedSample } from '../../schema/planned-sample.js';
import type { TimeScope } from '../../schema/timing-summary.js';
import type { RunSettings } from '../../store/manifest.js';

/** A model that the timing pass can time. */
export interface PassModel {
  readonly name: string;
  readonly scope: TimeScope;
  readonly sha256: string;
  readonly bytes: number;
  /** Of the picture that it is fed. */
  readonly pixels: number;
  /** How it is loaded and which images it sees; an image's key is its position among the samples. */
  describe(): Promise<TimedModel>;
}

/**
 * The scopes that models are timed in: each in its narrowest one, and where some model has no times but of files, all that can
 * be timed so, too.
 */
export function scopesOfRun(models: readonly ReadyModel[]): ReadonlyMap<string, readonly TimeScope[]> {
  const possible = models.map(({ spec }): readonly [string, readonly TimeScope[]] => {
    const { time } = runnerOf(spec);
    return [spec.name, time === undefined ? [] : time.kind === 'pass' ? time.scopes : [time.scope]];
  });
  const wider = possible.some(([, [first]]) => first === 'file-to-file');
  return new Map(
    possible.map(([name, scopes]) => [
      name,
      scopes.filter((scope, i) => i === 0 || (wider && scope === 'file-to-file')),
    ]),
  );
}

/** Those of the models that can be timed in a scope by the timing pass, under a run's settings. */
export function passModels(
  models: readonly ReadyModel[],
  settings: Pick<RunSettings, 'runner' | 'time'>,
  samples: readonly PlannedSample[],
  { device, scope }: { readonly device: DeviceRequest; readonly scope: TimeScope },
): readonly PassModel[] {
  const request = { samples, device, options: settings.runner, threads: timedThreads(settings), scope };
  return models.flatMap((model): readonly PassModel[] => {
    const { time } = runnerOf(model.spec);
    if (time?.kind !== 'pass' || !time.scopes.some((one) => one === scope)) return [];
    const { spec, sha256, bytes } = model;
    return [
      {
        name: spec.name,
        scope,
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
