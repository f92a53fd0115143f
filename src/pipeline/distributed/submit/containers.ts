import { rangesOf } from '../shard-ranges.js';
import type { Container, Submission } from './submission.js';

/** How often a shard is tried again that was killed, or that failed for now. */
export const RETRIES = 3;

/** How long a task has to end in order once it is told to. */
export const GRACE_SECONDS = 60;

/** What a container has to itself. */
export interface Needs {
  readonly cpus: number;
  readonly memoryGib: number;
  readonly card: boolean;
}

export function shardNeeds(of: Submission & { readonly container: Container }): Needs {
  const { cpus, memoryGib } = of.container;
  return { cpus, memoryGib, card: of.needsCard };
}

/** A merge streams, whatever the plan's size. */
export const MERGE_NEEDS: Needs = { cpus: 1, memoryGib: 4, card: false };

/** Tasks of one array count from 0 without gaps: which shards those are is told beside, as a list. */
export interface ListedArray {
  /** `7,91-93`. */
  readonly list: string;
  readonly tasks: number;
}

/** What a task's environment takes without a thought, of 8,192 characters that AWS Batch allows to all that is set for a job. */
const LONGEST_LIST = 4000;

/** Shards as arrays of at most so many tasks, with lists that are not too long. */
export function listedArrays(of: Pick<Submission, 'shards' | 'largestArray'>): readonly ListedArray[] {
  const { shards, largestArray } = of;
  const list = rangesOf(shards);
  if (shards.length <= largestArray && list.length <= LONGEST_LIST) return [{ list, tasks: shards.length }];
  const size = shards.length > largestArray ? largestArray : Math.ceil(shards.length / 2);
  return [shards.slice(0, size), shards.slice(size)].flatMap((part) =>
    listedArrays({ shards: part, largestArray }),
  );
}

/** A name of letters, digits and hyphens, at most so long. */
export function plainName(name: string, longest: number): string {
  const plain = name.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-+/g, '');
  return plain.slice(0, longest).replace(/-+$/, '') || 'plan';
}
