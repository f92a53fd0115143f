import type { MatteJob } from './runner.js';

/** Jobs for several lanes: one call of the source at a time. */
export interface SharedJobs {
  next(): Promise<MatteJob | undefined>;
  end(): Promise<void>;
}

export function sharedJobs(jobs: AsyncIterable<MatteJob>): SharedJobs {
  const source = jobs[Symbol.asyncIterator]();
  let turn: Promise<unknown> = Promise.resolve();
  return {
    async next() {
      const result = turn.then(() => source.next());
      turn = result;
      const { done, value } = await result;
      return done === true ? undefined : value;
    },
    async end() {
      await source.return?.();
    },
  };
}
