import { MaskbenchError } from '../../core/errors.js';
import type { ResampleFilter } from '../../image/resample.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import { loadModelSpec } from '../../runners/load-spec.js';
import { runnerOf } from '../../runners/runner-of.js';
import type { StageSession } from '../../runners/runner.js';
import type { DriftCandidate } from './candidate.js';

/** A model in a process of its own. */
export interface Contender extends StageSession {
  readonly label: string;
}

export async function openContender(
  candidate: DriftCandidate,
  folder: string,
  { cwd, offline, signal }: { readonly cwd: string; readonly offline: boolean; readonly signal: AbortSignal },
): Promise<Contender> {
  const { label, model, device, threads, options } = candidate;
  const loaded = await loadModelSpec(model, cwd);
  const runner = runnerOf(loaded.spec);
  if (runner.stages === undefined) {
    throw new MaskbenchError('usage', `no stages to compare in ${runner.title}`, {
      where: label,
      remedy: 'compare their scores with "maskbench compare"',
    });
  }
  const network = runner.stages(await runner.ensure(loaded, { signal, ...(offline ? { offline } : {}) }));
  const spec = candidate.resample === undefined ? network.spec : resampled(network.spec, candidate.resample);
  return { label, ...(await network.open({ spec, device, options, threads, folder })) };
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
