import { describe, expect, it } from 'vitest';
import type { LatencyComparison } from '../../../src/schema/comparison.js';
import { SEAL_PARTS, type SealPartName } from '../../../src/schema/seal.js';
import type { Check } from '../../../src/schema/verdict.js';
import { checkGate, type TimePair } from '../../../src/analysis/gate/check.js';
import { interleaved } from '../../../src/analysis/gate/remeasure/remeasure.js';
import { conditionsOf } from '../../../src/runners/onnx/seal/conditions.js';
import { later, snapshot } from '../../runners/onnx/seal/snapshots.js';
import { generatedTimes } from '../../../src/analysis/gate/self-test/run.js';
import type { ProcessTimer } from '../../../src/analysis/gate/remeasure/time-process.js';
import { oneModelSide, paperGate } from '../../support/paper-sides.js';

const side = oneModelSide('run', { iou: Array.from({ length: 40 }, () => 0.9) });
const rule = { phase: 'predict', maximumRatio: 1.05 };

interface Judged {
  readonly check: Check;
  readonly anyImage: Check;
  readonly latency: LatencyComparison | undefined;
}

async function judge(remeasure: TimePair, latency: Record<string, unknown> = rule): Promise<Judged> {
  const outcome = await checkGate(side, side, paperGate({ latency }), { remeasure, resamples: 100 });
  const [check, anyImage] = outcome.pairs[0]?.checks ?? [];
  if (check === undefined || anyImage === undefined) throw new Error('no check');
  return { check, anyImage, latency: outcome.comparison.pairs[0]?.latency };
}

/** Processes that take so long for their images, each image in every process and pass alike. */
function exactTimes(ms: {
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
}): TimePair {
  return async () => ({
    timer: {
      stop: () => undefined,
      time: async (which) => ({
        samples: [0, 1, 2].flatMap(() =>
          ms[which].map((inferenceMs, i) => ({
            image: `photos/${i}`,
            phases: { decodeMs: 1, preprocessMs: 1e-9, inferenceMs, postprocessMs: 1e-9 },
          })),
        ),
        peakRssBytes: 1,
        parts: SEAL_PARTS.map((name) => ({ name, pass: true, found: 'exact' })),
        conditions: CONDITIONS,
        repeated: false,
      }),
    },
  });
}
const CONDITIONS = conditionsOf([[snapshot(), later()]]);

function roundsOf(latency: LatencyComparison | undefined): string[] {
  return latency?.kind === 'remeasured' ? latency.rounds.map(({ purpose }) => purpose) : [];
}

/** As `pair`, with a factor that may differ from call to call of the candidate's process, or with a broken seal. */
function altered(
  pair: TimePair,
  {
    factorOf,
    broken,
    slowImage,
  }: {
    factorOf?: (call: number) => number;
    broken?: SealPartName;
    slowImage?: { readonly image: string; readonly factor: number };
  },
): TimePair {
  let calls = 0;
  return async (models) => {
    const { timer } = await pair(models);
    const time: ProcessTimer['time'] = async (which) => {
      const drawn = await timer.time(which);
      const factor = which === 'candidate' ? (factorOf?.(calls++) ?? 1) : 1;
      return {
        ...drawn,
        samples: drawn.samples.map(({ image, phases }) => {
          const own = which === 'candidate' && image === slowImage?.image ? slowImage.factor : 1;
          return { image, phases: { ...phases, inferenceMs: phases.inferenceMs * factor * own } };
        }),
        parts: drawn.parts.map((part) =>
          part.name === broken ? { ...part, pass: false, found: 'planted' } : part,
        ),
      };
    };
    return { timer: { ...timer, time } };
  };
}

describe('the latency rule', () => {
  it('runs the processes in the order A B B A', () => {
    expect(
      interleaved(4)
        .map((one) => one[0])
        .join(''),
    ).toBe('bccbbccb');
  });

  it('passes equal times, in one round', async () => {
    const { check, latency } = await judge(generatedTimes(1, 'equal'));
    expect(check.verdict).toBe('pass');
    expect(roundsOf(latency)).toEqual(['measurement']);
  });

  it('fails ten percent, after the one confirmation that was declared', async () => {
    const { check, latency } = await judge(generatedTimes(1.1, 'slower'));
    expect(check.verdict).toBe('fail');
    expect(roundsOf(latency)).toEqual(['measurement', 'confirmation']);
    expect(check.evidence).toMatch(/confirmation: 1\.\d\d\d x/);
  });

  it('is open, and never green, when the confirmation does not confirm', async () => {
    const onlyAtFirst = altered(generatedTimes(1, 'once'), { factorOf: (call) => (call < 6 ? 1.3 : 1) });
    const { check, latency } = await judge(onlyAtFirst);
    expect(check.verdict).toBe('inconclusive');
    expect(roundsOf(latency)).toEqual(['measurement', 'confirmation']);
  });

  it('is not measured again when it is open', async () => {
    const { check, latency } = await judge(generatedTimes(1.05, 'on the limit'));
    expect(check.verdict).toBe('inconclusive');
    expect(roundsOf(latency)).toEqual(['measurement']);
  });

  it.each(SEAL_PARTS)('decides nothing by times without their seal: %s', async (broken) => {
    for (const factor of [1, 1.5]) {
      const { check, latency } = await judge(altered(generatedTimes(factor, 'noise'), { broken }));
      expect(check.verdict).toBe('inconclusive');
      expect(check.evidence).toContain(
        `not sealed, so it decides nothing: ${broken} (12 of 12 processes: planted)`,
      );
      expect(roundsOf(latency)).toEqual(['measurement']);
    }
  });

  it('looks at the phase that it names', async () => {
    const slowInference = altered(generatedTimes(1, 'phase'), { factorOf: () => 1.3 });
    expect((await judge(slowInference, { ...rule, phase: 'inference' })).check.verdict).toBe('fail');
    expect((await judge(slowInference, { ...rule, phase: 'preprocess' })).check.verdict).toBe('pass');
  });

  it('measures as many processes as the gate declares', async () => {
    const { latency } = await judge(generatedTimes(1, 'declared'), { ...rule, measure: { processes: 4 } });
    expect(latency).toMatchObject({ rounds: [{ processes: [4, 4], repeated: 0, inferencesEach: 48 }] });
  });

  it('fails equal times in at most 5 of 100 rounds, and slower ones by the maximum as well', async () => {
    let failed = 0;
    for (let i = 0; i < 200; i++) {
      const { latency } = await judge(generatedTimes(1.05, `limit ${i}`));
      if (roundsOf(latency).length === 2) failed++;
    }
    expect(failed / 200).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / 200));
  });

  it('counts every image of a process once, by its median: a mean of 40, 45, 60 and 450 ms is no 52.5', async () => {
    const { check, anyImage, latency } = await judge(
      exactTimes({ baseline: [40, 45, 60, 150], candidate: [40, 45, 60, 450] }),
    );
    expect(check).toMatchObject({ id: 'latency/predict', verdict: 'fail' });
    expect(check.figures['ratio']).toBeCloseTo(3 ** (1 / 4), 6);
    expect(anyImage).toMatchObject({ id: 'latency/predict/any-image', verdict: 'fail' });
    expect(anyImage.evidence).toMatch(/^3\.000 x \(.*photos\/3, slowed most of 4 images\)/);
    expect(latency).toMatchObject({ rounds: [{ phases: expect.anything() }, { purpose: 'confirmation' }] });
  });

  it('catches a slow last image by its name where the mean of 16 hides it', async () => {
    const times = altered(generatedTimes(1, 'one slow image'), {
      slowImage: { image: 'image 15', factor: 2 },
    });
    const { check, anyImage } = await judge(times);
    expect(check.figures['ratio']).toBeLessThan(1.05);
    expect(check.verdict).not.toBe('fail');
    expect(anyImage.verdict).toBe('fail');
    expect(anyImage.rule).toBe("predict time: at most 1.26 x the baseline's on any image");
    expect(anyImage.evidence).toContain('image 15, slowed most of 16 images');
    const lenient = await judge(times, { ...rule, maximumRatioOfAnyImage: 3 });
    expect(lenient.anyImage.verdict).toBe('pass');
  });

  it('fails an equal image at the limit in at most 5 of 100 rounds, however many images there are', async () => {
    let failed = 0;
    for (let i = 0; i < 200; i++) {
      const times = generatedTimes(1.26, `any ${i}`);
      const { anyImage } = await judge(times, { ...rule, maximumRatio: 2, maximumRatioOfAnyImage: 1.26 });
      if (anyImage.verdict === 'fail') failed++;
    }
    expect(failed / 200).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / 200));
  });
});
