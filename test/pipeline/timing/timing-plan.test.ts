import { describe, expect, it } from 'vitest';
import { timeSchema } from '../../../src/store/settings-schema.js';
import { timingPlan, type TimingPlan } from '../../../src/pipeline/timing/timing-plan.js';

const plan = (config: object = {}): TimingPlan => timingPlan(timeSchema.parse(config));

describe('a timing profile', () => {
  it('is standard by default: warm for three seconds, steady within 10 %, enough values for p90', () => {
    expect(plan()).toMatchObject({
      profile: 'standard',
      warmUp: { inferences: 20, ms: 3000, slowInferences: 5, tolerance: 0.1 },
      sampling: { samples: 64, passes: null },
      samplesNeeded: 64,
      tolerance: 0.1,
      repeats: true,
    });
  });

  it('quick is three warm-ups and three passes', () => {
    expect(plan({ profile: 'quick' })).toMatchObject({
      warmUp: { inferences: 3, ms: 0, tolerance: null },
      sampling: { passes: 3 },
      repeats: false,
    });
  });

  it('publishable asks for more values and closer windows', () => {
    expect(plan({ profile: 'publishable' })).toMatchObject({
      samplesNeeded: 130,
      tolerance: 0.05,
      images: 16,
    });
  });
});

describe('what a config says of timing', () => {
  it('goes before its profile', () => {
    expect(plan({ images: 3, warmup: 7, percentile: 'p99' })).toMatchObject({
      images: 3,
      warmUp: { inferences: 7, slowInferences: 5, ms: 3000 },
      sampling: { samples: 662, passes: null },
      samplesNeeded: 662,
    });
    expect(plan({ warmup: 3 }).warmUp.slowInferences).toBe(3);
  });

  it('fixes the number of passes; nothing is measured again then', () => {
    expect(plan({ rounds: 2 })).toMatchObject({ sampling: { passes: 2 }, repeats: false });
  });

  it('of a percentile makes even a quick pass as long as it needs', () => {
    expect(plan({ profile: 'quick', percentile: 'p90' }).sampling).toEqual({
      samples: 64,
      ms: 0,
      passes: null,
    });
  });

  it('with fewer than three warm-ups is refused', () => {
    expect(() => plan({ warmup: 2 })).toThrow();
  });
});
