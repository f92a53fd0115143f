import { throwIfCancelled } from '../../core/cancelled.js';
import { explainWriteError } from '../../core/failed-write.js';
import type { LockOptions } from '../../store/lock-options.js';
import { readPlan } from '../../store/plan-folder/plan-document.js';
import type { Attempt, PlanStore } from '../../store/plan-folder/plan-store.js';
import { readPublication } from '../../store/plan-folder/publication.js';
import { shardsOf } from './published-shards.js';
import { withPlanStore } from './with-plan-store.js';

interface Cleaned {
  readonly removed: number;
  /** Where attempts are in which a process is at work. */
  readonly inUse: readonly string[];
}

interface CleanRequest {
  readonly signal: AbortSignal;
  readonly lock?: LockOptions;
}

/** Removes the attempts at published shards that are not their results, with what they said last; none in which a process is at work. */
export async function cleanAttempts(address: string, { signal, lock = {} }: CleanRequest): Promise<Cleaned> {
  return withPlanStore(address, { signal, lock }, (store) => clean(store, signal)).catch((error: unknown) => {
    throw explainWriteError(error, address, 'clean again');
  });
}

async function clean(store: PlanStore, signal: AbortSignal): Promise<Cleaned> {
  const { folder, address } = store;
  await store.bringResults();
  const plan = await readPlan(folder);
  const others: Attempt[] = [];
  for await (const { line, publication } of shardsOf(folder, plan)) {
    throwIfCancelled(signal);
    if (publication === undefined) continue;
    for (const token of await store.attemptsAt(line.shard))
      if (token !== publication.attempt) others.push({ shard: line.shard, token });
  }
  const atWork = new Set(await store.atWork(others));
  let removed = 0;
  for (const attempt of others.filter((of) => !atWork.has(of))) {
    throwIfCancelled(signal);
    // One that replaces a result may have come to its end meanwhile, and a result may be gone.
    await store.bringResults(attempt.shard);
    const now = await readPublication(folder, attempt.shard, plan.root);
    if (now === undefined || now.attempt === attempt.token) continue;
    await store.removeAttempt(attempt);
    removed++;
  }
  const inUse = [...atWork].map(({ shard, token }) =>
    folder.attempt(shard, token).replace(folder.path, () => address),
  );
  return { removed, inUse };
}
