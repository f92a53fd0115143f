import { availableParallelism } from 'node:os';
import type { ModelPaths } from '../../models/sources/ensure-model.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import { parseDevice } from '../../runners/device.js';
import type { TimedModel } from '../../runners/onnx/timing/time-together.js';
import type { RunSettings } from '../../store/manifest.js';
import { promptsOf } from '../prompts-of.js';
import type { PlannedSample } from '../../schema/planned-sample.js';

export interface ModelSources {
  readonly settings: Pick<RunSettings, 'device' | 'runner' | 'time'>;
  readonly modelPaths: ReadonlyMap<string, ModelPaths>;
  readonly samples: readonly PlannedSample[];
}

/** How a model is loaded for timing and which images it sees; an image's key is its position among the samples. */
export async function describeModel(sources: ModelSources, spec: NetworkSpec): Promise<TimedModel> {
  const { settings, modelPaths, samples } = sources;
  const paths = modelPaths.get(spec.name) ?? {};
  const promptOf = await promptsOf(spec, paths);
  return {
    name: spec.name,
    load: {
      kind: 'load',
      spec,
      paths,
      device: parseDevice(settings.device),
      options: settings.runner,
      threads: timedThreads(settings),
    },
    images: samples.map(({ imagePath, dataset, id }, i) => ({
      key: String(i),
      path: imagePath,
      prompt: promptOf(dataset, id),
    })),
  };
}

export function timedThreads({ time }: Pick<RunSettings, 'time'>): number {
  return time.threads === 'auto' ? availableParallelism() : time.threads;
}
