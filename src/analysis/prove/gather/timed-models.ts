import { availableParallelism } from 'node:os';
import { takeImages } from '../../../datasets/draw-sample.js';
import type { Sample } from '../../../datasets/dataset.js';
import type { TimedModel } from '../../../runners/onnx/timing/time-together.js';
import { runnerOf } from '../../../runners/runner-of.js';
import type { Prepared } from '../artifacts.js';

/** What of a network the proof times. */
const SCOPE = 'predict';

/** The images that every model is shown. */
async function shownSamples({ run, images, signal }: Prepared): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for (const dataset of run.datasets) {
    const { entries } = await takeImages(dataset.name, dataset.entries(), { limit: images }, signal);
    for await (const entry of entries) if (entry.kind === 'sample') samples.push(entry.sample);
  }
  return samples;
}

/** The models as they are timed, all of those that are networks. */
export async function timedModels(request: Prepared): Promise<readonly TimedModel[]> {
  const { run, device } = request;
  const samples = await shownSamples(request);
  const options = run.config.runner;
  const timed: TimedModel[] = [];
  for (const model of run.models) {
    const { time } = runnerOf(model.spec);
    if (time?.kind !== 'pass' || !time.scopes.includes(SCOPE)) continue;
    timed.push(
      await time.timed(model, { scope: SCOPE, samples, device, options, threads: availableParallelism() }),
    );
  }
  return timed;
}
