import { z } from 'zod';
import { SEAL_PARTS } from './seal.js';
import { count, figure, orNull, text } from './basics.js';

const sealPartName = z.enum(SEAL_PARTS);

/** A `Seal`. */
export const seal = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('sealed') }),
    z.object({ kind: z.literal('unsealed'), failed: z.array(sealPartName) }),
  ])
  .meta({ id: 'Seal', description: 'Whether a time is proven to be valid, or what failed.' });

/** A `PhaseSummary`. */
export const phase = z
  .object({
    mean: figure,
    p50: figure,
    min: figure,
    max: figure,
    sd: z.exactOptional(orNull(figure)),
    p90: z.exactOptional(figure),
    p95: z.exactOptional(figure),
    p99: z.exactOptional(figure),
    p50Interval: z.exactOptional(z.tuple([figure, figure])),
  })
  .meta({ id: 'Phase', description: 'Milliseconds.' });

/** A `GpuSummary`. */
export const gpu = z.object({
  name: text,
  uuid: orNull(text),
  memoryBytes: orNull(figure),
  driver: orNull(text),
});

/** A `ProcessorSummary`. */
export const processor = z.object({
  physicalCores: orNull(count),
  sockets: orNull(count),
  caches: z.array(text),
  virtual: orNull(z.boolean()),
  limits: z.object({ cores: orNull(figure), memoryBytes: orNull(figure) }),
});

const range = orNull(z.tuple([figure, figure]));

/** A `TimingPassSummary`. */
export const timingPass = z
  .object({
    profile: text,
    attempt: count,
    together: z.array(text),
    passes: figure,
    warmUpMs: figure,
    placement: orNull(
      z.object({
        provider: text,
        nodes: z.record(text, count),
        timeShare: orNull(z.record(text, figure)),
      }),
    ),
    windows: z.array(z.object({ n: count, p50Ms: figure, perSecond: figure })),
    cpuMsEach: figure,
    involuntarySwitchesPerSecond: figure,
    gpuMemoryBytes: orNull(figure),
    conditions: z.object({
      durationMs: figure,
      foreignCpu: orNull(figure),
      steal: orNull(figure),
      pressure: orNull(figure),
      load: z.tuple([figure, figure]),
      clockSources: z.array(text),
      governors: z.array(text),
    }),
    gpu: orNull(
      z.object({
        readings: count,
        temperatureC: range,
        powerW: range,
        smClockMhz: range,
        limits: z.array(text),
      }),
    ),
    parts: z.array(z.object({ name: sealPartName, pass: z.boolean(), found: text })),
  })
  .meta({ id: 'TimingPass' });

const ratio = z.object({ estimate: figure, lower: figure, upper: figure });

/** A `SlownessSummary`. */
export const slowness = z
  .object({
    model: text,
    slow: text,
    fast: text,
    differenceMs: z.object({
      predict: figure,
      preprocess: figure,
      inference: figure,
      postprocess: figure,
    }),
    ratio: z
      .exactOptional(z.object({ predict: ratio, inference: ratio }))
      .describe('Times as long on the slow dataset, with a 95 % interval over images.'),
    megapixels: z.object({ slow: figure, fast: figure }),
    bySizeMs: orNull(figure),
    r2: orNull(figure),
    correlations: z.array(
      z.object({
        attribute: text,
        phase: z.enum(['predict', 'inference']),
        n: count,
        estimate: figure,
        lower: figure,
        upper: figure,
      }),
    ),
  })
  .meta({ id: 'Slowness', description: 'Why one dataset takes longer than another.' });
