import { beforeEach, describe, expect, it, vi } from 'vitest';
import { predictAll } from '../../../src/runners/onnx/predict-pool.js';
import type { Outcome } from '../../../src/runners/runner.js';
import type { LoadMessage } from '../../../src/runners/onnx/child/messages.js';
import { runnerOptionsSchema } from '../../../src/runners/onnx/session-options.js';
import { matteSpec } from '../../support/model-specs.js';
import {
  DEATH,
  REFUSAL,
  scriptChildren,
  SPOILT,
  type Deed,
  type ScriptedChildren,
} from './scripted-child.js';

let children: ScriptedChildren;
vi.mock('../../../src/runners/onnx/child-process.js', () => ({
  startChild: (...args: Parameters<ScriptedChildren['start']>) => children.start(...args),
}));

const load: LoadMessage = {
  kind: 'load',
  spec: matteSpec(),
  paths: { model: 'm.onnx' },
  device: { provider: 'cpu', index: 0 },
  options: runnerOptionsSchema.parse({}),
  threads: 1,
};

interface Options {
  readonly processes?: number;
  readonly signal?: AbortSignal;
  readonly onOutcome?: (item: string, outcome: Outcome) => Promise<void>;
  readonly onRefused?: () => void;
}

/** Predicts the items; returns every outcome in order of completion, as `item kind`. */
async function predict(
  items: AsyncIterable<string> | readonly string[],
  { processes = 1, signal, onOutcome, onRefused = () => undefined }: Options = {},
): Promise<readonly string[]> {
  const outcomes: string[] = [];
  await predictAll<string>({
    load,
    processes,
    items: streamOf(items),
    jobOf: (item) => ({ imagePath: item, mattePath: `${item}.png` }),
    async onOutcome(item, outcome) {
      outcomes.push(`${item} ${outcome.kind}`);
      await onOutcome?.(item, outcome);
    },
    signal,
    onRefused,
  });
  return outcomes;
}

async function* streamOf<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

const script = (deedOf: (item: string, life: number) => Deed): void => {
  children = scriptChildren(deedOf);
};
const names = Array.from({ length: 20 }, (_, i) => `i${i}`);
const allDone = names.map((name) => `${name} done`);

beforeEach(() => script(() => 'done'));

describe('a pool of inference processes', () => {
  it('gives every item one outcome, in order with one process', async () => {
    expect(await predict(names)).toEqual(allDone);
    expect(children.started()).toBe(1);
    expect(children.alive()).toBe(0);
  });

  it('gives every item one outcome over several processes', async () => {
    expect([...(await predict(names, { processes: 3 }))].sort()).toEqual([...allDone].sort());
    expect(children.started()).toBe(3);
    expect(children.alive()).toBe(0);
  });

  it('hands out as many ahead as there are threads to feed, and no more than there is memory for', async () => {
    const mostAhead = async (options: { feeders?: number; roomBytes?: number }): Promise<number> => {
      const { feeders = 1, roomBytes } = options;
      let [handed, ended, most] = [0, 0, 0];
      await predictAll<string>({
        load: { ...load, feeders },
        processes: 1,
        items: streamOf(names),
        jobOf(item) {
          most = Math.max(most, ++handed - ended);
          return { imagePath: item, mattePath: `${item}.png` };
        },
        bytesOf: () => 10,
        ...(roomBytes === undefined ? {} : { roomBytes }),
        async onOutcome() {
          ended++;
          await new Promise(setImmediate);
        },
      });
      expect(handed).toBe(names.length);
      return most;
    };
    expect(await mostAhead({})).toBe(5);
    expect(await mostAhead({ feeders: 4 })).toBe(11);
    expect(await mostAhead({ feeders: 4, roomBytes: 30 })).toBe(3);
    expect(await mostAhead({ feeders: 4, roomBytes: 1 })).toBe(1);
  });

  it('starts no process for nothing', async () => {
    expect(await predict([])).toEqual([]);
    expect(children.started()).toBe(0);
  });

  it('passes failed jobs on and goes on with the rest', async () => {
    script((item) => (item === 'i3' ? 'fail' : 'done'));
    const outcomes = await predict(names);
    expect(outcomes).toContain('i3 failed');
    expect(outcomes).toHaveLength(20);
    expect(children.started()).toBe(1);
  });

  it('tries a job whose process dies once more, and loses none of those behind it', async () => {
    script((item, life) => (item === 'i5' && life === 1 ? 'die' : 'done'));
    expect([...(await predict(names))].sort()).toEqual([...allDone].sort());
    expect(children.started()).toBe(2);
  });

  it('fails a job whose process dies twice, with the reason, and does the rest', async () => {
    script((item) => (item === 'i5' ? 'die' : 'done'));
    const failures: Outcome[] = [];
    const outcomes = await predict(names, {
      onOutcome: async (_item, outcome) => void (outcome.kind === 'failed' && failures.push(outcome)),
    });
    expect(outcomes.filter((outcome) => outcome.endsWith('done'))).toHaveLength(19);
    expect(failures).toEqual([{ kind: 'failed', failure: DEATH }]);
    expect(children.alive()).toBe(0);
  });

  it('blames a picture that kills the process before it is computed, and not the whole model', async () => {
    script((item) => (item === 'i5' ? 'die-unstarted' : 'done'));
    const outcomes = await predict(names);
    expect(outcomes).toContain('i5 failed');
    expect(outcomes.filter((outcome) => outcome.endsWith('done'))).toHaveLength(19);
  });

  it('gives up on a model whose every process dies before it has done anything', async () => {
    script(() => 'die-unstarted');
    await expect(predict(names)).rejects.toMatchObject(DEATH);
    expect(children.started()).toBe(3);
    expect(children.alive()).toBe(0);
  });

  it('goes on in a fresh process after a job that has spoilt its process, with all that waited there', async () => {
    script((item, life) => (item === 'i5' && life === 1 ? 'spoil' : 'done'));
    expect([...(await predict(names))].sort()).toEqual([...allDone].sort());
    expect(children.started()).toBe(2);
  });

  it('fails the job that spoils every process, with its reason, and does the rest', async () => {
    script((item) => (item === 'i5' ? 'spoil' : 'done'));
    const failures: Outcome[] = [];
    const outcomes = await predict(names, {
      onOutcome: async (_item, outcome) => void (outcome.kind === 'failed' && failures.push(outcome)),
    });
    expect(outcomes.filter((outcome) => outcome.endsWith('done'))).toHaveLength(19);
    expect(failures).toEqual([{ kind: 'failed', failure: SPOILT }]);
  });

  it.each([2, 3])(
    'works with one process where %i are asked for and the device takes one',
    async (processes) => {
      let refused = 0;
      script((_item, life) => (life > 1 && children.alive() > 1 ? 'refuse' : 'done'));
      const outcomes = await predict(names, { processes, onRefused: () => refused++ });
      expect([...outcomes].sort()).toEqual([...allDone].sort());
      expect(refused).toBeGreaterThanOrEqual(processes - 1);
      expect(children.alive()).toBe(0);
    },
  );

  it.each([1, 3])(
    'ends, with no outcome, where %i are refused and none of ours is there',
    async (processes) => {
      script(() => 'refuse');
      const outcomes: string[] = [];
      const attempt = predict(names, { processes, onOutcome: async (item) => void outcomes.push(item) });
      await expect(attempt).rejects.toMatchObject(REFUSAL);
      expect(outcomes).toEqual([]);
      expect(children.alive()).toBe(0);
    },
  );

  it('stops all its processes when an outcome cannot be written', async () => {
    const full = new Error('no space');
    const attempt = predict(names, { processes: 2, onOutcome: () => Promise.reject(full) });
    await expect(attempt).rejects.toBe(full);
    expect(children.alive()).toBe(0);
  });

  it('stops all its processes when the items cannot be read any further', async () => {
    const torn = async function* items(): AsyncGenerator<string> {
      yield* names.slice(0, 2);
      throw new Error('plan.jsonl is damaged');
    };
    await expect(predict(torn(), { processes: 2 })).rejects.toThrow('plan.jsonl is damaged');
    expect(children.alive()).toBe(0);
  });

  it('stops at once when it is interrupted, and says that the run can be resumed', async () => {
    const interrupt = new AbortController();
    let ended = 0;
    const attempt = predict(names, {
      signal: interrupt.signal,
      onOutcome: async () => void (++ended === 4 && interrupt.abort()),
    });
    await expect(attempt).rejects.toMatchObject({ code: 'cancelled', remedy: 'continue with --resume' });
    expect(ended).toBeLessThan(10);
    expect(children.alive()).toBe(0);
    await expect(predict(names, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(children.alive()).toBe(0);
  });

  it('hands out few items ahead of what is done: memory does not grow with the number of images', async () => {
    let taken = 0;
    let ended = 0;
    let furthest = 0;
    const many = async function* items(): AsyncGenerator<string> {
      for (; taken < 500; taken++) yield `i${taken}`;
    };
    const count = async (): Promise<void> => {
      furthest = Math.max(furthest, taken - ended++);
    };
    expect(await predict(many(), { processes: 2, onOutcome: count })).toHaveLength(500);
    expect(furthest).toBeLessThan(12);
  });
});
