import type { SweepSummary } from '../../schema/scenario-summary.js';
import { predictMs } from '../../runners/phases.js';
import { timeTogether, type TimedModel } from '../../runners/onnx/timing/time-together.js';
import { medianMs } from '../../runners/onnx/timing/windows.js';
import type { ScenarioContext } from './scenario-context.js';
import type { SweepConfig } from '../../store/scenario-schema.js';

/** Settings whose processes live side by side and take turns; later groups are compared with less certainty. */
const SIDE_BY_SIDE = 4;

/** Measures a model under every combination of settings, interleaved as models are. */
export async function runSweep(
  sweep: SweepConfig,
  { model, plan, signal }: ScenarioContext,
): Promise<readonly SweepSummary[]> {
  const variations = variationsOf(model, sweep);
  const results: SweepSummary[] = [];
  for (let i = 0; i < variations.length; i += SIDE_BY_SIDE) {
    const outcomes = await timeTogether({
      models: variations.slice(i, i + SIDE_BY_SIDE),
      warmUp: plan.warmUp,
      sampling: plan.sampling,
      datasetOf: () => '',
      signal,
    });
    for (const outcome of outcomes) {
      if (outcome.kind === 'failed') throw outcome.error;
      const { name, samples, cpuMs, loadMs, peakRssBytes } = outcome.series;
      const ms = samples.map(({ phases }) => predictMs(phases));
      const total = ms.reduce((sum, value) => sum + value, 0);
      results.push({
        setting: name,
        p50Ms: medianMs(ms),
        perSecond: (1000 * ms.length) / total,
        cpuMsEach: cpuMs / ms.length,
        loadMs,
        peakRssBytes,
      });
    }
  }
  return results;
}

/** One model a combination, named by what is swept: `threads 2, memoryPattern on`. */
function variationsOf({ load, images }: TimedModel, sweep: SweepConfig): readonly TimedModel[] {
  const { options } = load;
  const threads = sweep.threads ?? [load.threads];
  const optimizations = sweep.graphOptimization ?? [options.graphOptimization];
  const patterns = sweep.memoryPattern ?? [options.memoryPattern];
  const fetches = sweep.fetch ?? [options.fetch];
  return threads.flatMap((count) =>
    optimizations.flatMap((graphOptimization) =>
      patterns.flatMap((memoryPattern) =>
        fetches.map((fetch): TimedModel => {
          const name = [
            ...(sweep.threads === undefined ? [] : [`threads ${count}`]),
            ...(sweep.graphOptimization === undefined ? [] : [`graph ${graphOptimization}`]),
            ...(sweep.memoryPattern === undefined ? [] : [`memory pattern ${memoryPattern ? 'on' : 'off'}`]),
            ...(sweep.fetch === undefined ? [] : [`fetch ${fetch}`]),
          ].join(', ');
          const own = { ...options, graphOptimization, memoryPattern, fetch };
          return { name, images, load: { ...load, threads: count, options: own } };
        }),
      ),
    ),
  );
}
