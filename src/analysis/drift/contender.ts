import { MaskbenchError } from '../../core/errors.js';
import type { Sample } from '../../datasets/dataset.js';
import type { ResampleFilter } from '../../image/resample.js';
import { ensureModel } from '../../models/sources/ensure-model.js';
import { loadModelSpec } from '../../models/spec/load-spec.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import { startStageRunner, type Stages } from '../../runners/onnx/stage-runner.js';
import { promptsOf } from '../../pipeline/prompts-of.js';
import type { DriftCandidate } from './candidate.js';

/** A model in a process of its own. */
export interface Contender {
  readonly label: string;
  stagesOf(sample: Sample): Promise<Stages>;
  stop(): Promise<void>;
}

export async function openContender(
  candidate: DriftCandidate,
  folder: string,
  { cwd, offline, signal }: { readonly cwd: string; readonly offline: boolean; readonly signal: AbortSignal },
): Promise<Contender> {
  const { label, model, device, threads, options } = candidate;
  const loaded = await loadModelSpec(model, cwd);
  if (loaded.spec.feeding === 'precomputed') {
    throw new MaskbenchError('usage', 'masks made elsewhere have no stages to compare', {
      where: label,
      remedy: 'compare their scores with "maskbench compare"',
    });
  }
  const spec = candidate.resample === undefined ? loaded.spec : resampled(loaded.spec, candidate.resample);
  const { paths } = await ensureModel(loaded, { signal, ...(offline ? { offline } : {}) });
  const promptOf = await promptsOf(spec, paths);
  const runner = startStageRunner({ kind: 'load', spec, paths, device, options, threads }, folder);
  return {
    label,
    stagesOf: ({ imagePath, dataset, id }) => runner.stagesOf(imagePath, promptOf(dataset, id)),
    stop: () => runner.stop(),
  };
}

function resampled(spec: NetworkSpec, resample: ResampleFilter): NetworkSpec {
  switch (spec.feeding) {
    case 'matte':
      return { ...spec, input: { ...spec.input, resample }, output: { ...spec.output, resample } };
    case 'classes':
      return { ...spec, input: { ...spec.input, resample }, output: { ...spec.output, resample } };
    case 'sam':
      throw new MaskbenchError('usage', 'SAM pictures are warped, not resampled', {
        where: spec.name,
        remedy: 'put another input.warp into a spec that extends it',
      });
  }
}
