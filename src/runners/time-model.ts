import type { startChild } from './child-process.js';
import type { LoadMessage, TimedImage } from './child/messages.js';
import type { PhaseTimes } from './phases.js';
import { startTimedProcess } from './timing/timed-process.js';

export interface TimingRequest {
  readonly load: LoadMessage;
  /** `warmup` predictions that are not recorded, then `rounds` recorded passes over all images. */
  readonly timing: {
    readonly images: readonly TimedImage[];
    readonly warmup: number;
    readonly rounds: number;
  };
  readonly signal: AbortSignal;
  onTimed(): void;
  /** How the process is started; by default a process indeed. */
  readonly start?: typeof startChild;
}

export interface ModelTiming {
  readonly loadMs: number;
  readonly firstInferenceMs: number;
  /** Peak resident memory of the process (VmHWM), bytes; null where the system does not tell. */
  readonly peakRssBytes: number | null;
  readonly samples: readonly {
    readonly key: string;
    readonly iteration: number;
    readonly phases: PhaseTimes;
  }[];
}

/**
 * Times one model in a fresh process of its own, a fixed number of times.
 *
 * @throws MaskbenchError why the process could not do it, or `cancelled`.
 */
export async function timeModel(request: TimingRequest): Promise<ModelTiming> {
  const { load, timing, signal, onTimed, start } = request;
  const process = await startTimedProcess(load, signal, start);
  try {
    const images = await process.decode(timing.images);
    const positions = images.map((_, i) => i);
    const warmup = await process.measure({
      order: Array.from({ length: timing.warmup }, (_, i) => i % images.length),
    });
    const samples: ModelTiming['samples'][number][] = [];
    let { peakRssBytes } = warmup;
    for (let iteration = 0; iteration < timing.rounds; iteration++) {
      const block = await process.measure({ order: positions });
      peakRssBytes = block.peakRssBytes;
      for (const { image, phases } of block.samples) {
        const { key, decodeMs } = images[image];
        samples.push({ key, iteration, phases: { decodeMs, ...phases } });
        onTimed();
      }
    }
    const firstInferenceMs = warmup.samples[0]?.phases.inferenceMs ?? Number.NaN;
    return { loadMs: process.loadMs, firstInferenceMs, peakRssBytes, samples };
  } finally {
    await process.stop();
  }
}
