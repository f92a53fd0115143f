import type { ServerSummary } from '../../schema/scenario-summary.js';
import { predictMs } from '../../runners/phases.js';
import { findSustainedRate } from '../../runners/onnx/scenarios/server.js';
import { startTimedProcess } from '../../runners/onnx/timing/timed-process.js';
import { warmUp } from '../../runners/onnx/timing/warm-up.js';
import { valuesForPercentile } from '../../stats/order-statistics.js';
import { createRandom } from '../../stats/random.js';
import type { ServerConfig } from '../../store/scenario-schema.js';
import type { ScenarioContext } from './scenario-context.js';

/** Single predictions that the first rate is estimated from. */
const SERVICE_SAMPLES = 64;

/** One process from the first to the last trial: loaded, warm, its images decoded. */
export async function runServer(
  { boundMs, percentile, seed, requests }: ServerConfig,
  { model, plan, signal }: ScenarioContext,
): Promise<ServerSummary> {
  const process = await startTimedProcess(model.load, signal);
  try {
    const images = (await process.decode(model.images)).length;
    await warmUp(process, images, plan.warmUp);
    const order = Array.from({ length: SERVICE_SAMPLES }, (_, i) => i % images);
    const { samples } = await process.measure({ order });
    const p = Number(percentile.slice(1)) / 100;
    const random = createRandom(seed);
    const found = await findSustainedRate({
      process,
      images,
      serviceMs: samples.map(({ phases }) => predictMs(phases)),
      demand: { p, boundMs },
      requests: requests ?? valuesForPercentile(p),
      streams: (label) => {
        const own = random.split(label);
        return { gap: () => own.exponential(), below: (bound) => own.below(bound) };
      },
    });
    return { kind: 'server', percentile, boundMs, seed, ...found };
  } finally {
    await process.stop();
  }
}
