import { describe, expect, it } from 'vitest';
import { MaskbenchError, type ErrorCode } from '../../src/core/errors.js';
import { predictOnCards, type PredictingCard } from '../../src/pipeline/predict-on-cards.js';
import type { MatteJob, Outcome } from '../../src/runners/runner.js';

const DONE: Outcome = {
  kind: 'done',
  phases: { decodeMs: 0, preprocessMs: 0, inferenceMs: 0, postprocessMs: 0 },
  matteSha256: '',
  width: 1,
  height: 1,
};
const failed = (code: ErrorCode): Outcome => ({ kind: 'failed', failure: { code, message: code } });

type Deed = 'done' | 'crash' | 'bad-picture' | 'lose';

/** A device that does `ahead` jobs at the same time, each after a turn, by a script. */
function cardOf(
  device: string,
  deedOf: (id: string) => Deed,
  { ahead = 2, opens = true } = {},
): PredictingCard {
  return {
    device,
    async open() {
      if (!opens) throw new MaskbenchError('device.unavailable', `${device} is not there`);
      return {
        async predict(jobs, onOutcome) {
          const source = jobs[Symbol.asyncIterator]();
          const lane = async (): Promise<void> => {
            for (let next = await source.next(); next.done !== true; next = await source.next()) {
              await new Promise(setImmediate);
              const deed = deedOf(next.value.sample.id);
              if (deed === 'lose') throw new MaskbenchError('runner.crashed', `${device} is lost`);
              const of = {
                done: DONE,
                crash: failed('runner.crashed'),
                'bad-picture': failed('data.unreadable'),
              };
              await onOutcome(next.value, of[deed]);
            }
          };
          await Promise.all(Array.from({ length: ahead }, lane));
          return { deviceMs: 1, ofDeviceMs: 2, feedingMs: 3, ofFeedingMs: 4 };
        },
        close: async () => undefined,
      };
    },
  };
}

async function* jobsOf(count: number): AsyncGenerator<MatteJob> {
  for (let i = 0; i < count; i++) {
    const sample = { dataset: 'd', id: `i${i}` } as MatteJob['sample'];
    yield { sample, mattePath: `${i}.png` };
  }
}

interface Told {
  readonly outcomes: ReadonlyMap<string, string>;
  readonly lost: readonly string[];
  readonly error?: unknown;
}

async function predict(cards: readonly PredictingCard[], count = 20): Promise<Told> {
  const outcomes = new Map<string, string>();
  const lost: string[] = [];
  const told = { outcomes, lost };
  try {
    await predictOnCards(cards, jobsOf(count), {
      async onOutcome({ sample: { id } }, outcome, device) {
        expect(outcomes.has(id)).toBe(false);
        outcomes.set(id, `${device} ${outcome.kind}`);
      },
      onLost: (device) => lost.push(device),
      signal: new AbortController().signal,
    });
    return told;
  } catch (error) {
    return { ...told, error };
  }
}

const always = (deed: Deed) => () => deed;
/** One thing so many times, then another. */
const after = (count: number, first: Deed, then: Deed) => {
  let left = count;
  return () => (left-- > 0 ? first : then);
};

describe('jobs for several devices', () => {
  it('are each done once, by all of them', async () => {
    const { outcomes, error } = await predict([cardOf('a', always('done')), cardOf('b', always('done'))]);
    expect(error).toBeUndefined();
    expect(outcomes.size).toBe(20);
    expect(new Set(outcomes.values())).toEqual(new Set(['a done', 'b done']));
  });

  it('of one that is lost, or never was there, are done by the others', async () => {
    for (const bad of [
      cardOf('b', after(3, 'done', 'lose'), { ahead: 5 }),
      cardOf('b', always('lose'), { ahead: 7 }),
      cardOf('b', always('done'), { opens: false }),
    ]) {
      const { outcomes, lost, error } = await predict([cardOf('a', always('done'), { ahead: 1 }), bad]);
      expect(error).toBeUndefined();
      expect(lost).toEqual(['b']);
      expect(outcomes.size).toBe(20);
    }
  });

  it('that one of them fails by itself are tried on another, and fail only where all do', async () => {
    const one = await predict([cardOf('a', always('crash')), cardOf('b', always('done'))]);
    expect(new Set(one.outcomes.values())).toEqual(new Set(['b done']));
    const all = await predict([cardOf('a', always('crash')), cardOf('b', always('crash'))], 5);
    expect(all.outcomes.size).toBe(5);
    expect([...all.outcomes.values()].every((told) => told.endsWith('failed'))).toBe(true);
    const ofPicture = await predict([cardOf('a', always('bad-picture')), cardOf('b', always('bad-picture'))]);
    expect(new Set(ofPicture.outcomes.values())).toEqual(new Set(['a failed', 'b failed']));
  });

  it('end with the reason once no device is left', async () => {
    const { outcomes, error } = await predict([
      cardOf('a', after(4, 'done', 'lose')),
      cardOf('b', after(2, 'done', 'lose')),
    ]);
    expect(String(error)).toMatch(/is lost/);
    expect(outcomes.size).toBeGreaterThanOrEqual(6);
    expect(outcomes.size).toBeLessThan(20);
  });

  it('are stopped on all of them by what ends a run', async () => {
    let seen: AbortSignal | undefined;
    const waits: PredictingCard = {
      device: 'b',
      open: async (signal) => ({
        predict: () =>
          new Promise((_resolve, reject) => {
            seen = signal;
            signal.addEventListener('abort', () => reject(new MaskbenchError('cancelled', 'interrupted')));
          }),
        close: async () => undefined,
      }),
    };
    const full: PredictingCard = {
      device: 'a',
      open: async () => ({
        predict: async () => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          throw new MaskbenchError('disk.full', 'the disk is full');
        },
        close: async () => undefined,
      }),
    };
    const { error } = await predict([full, waits]);
    expect(String(error)).toMatch(/disk is full/);
    expect(seen?.aborted).toBe(true);
  });
});
