import { MaskbenchError } from '../../core/errors.js';
import { nthOf, RANGES } from './shard-ranges.js';

/** How an engine tells a task which of many it is, and where it begins to count. */
interface Engine {
  readonly name: string;
  readonly variable: string;
  readonly first: (env: NodeJS.ProcessEnv) => 0 | 1;
}

const from = (first: 0 | 1) => (): 0 | 1 => first;

const ENGINES: readonly Engine[] = [
  {
    name: 'Slurm',
    variable: 'SLURM_ARRAY_TASK_ID',
    // The range is what the user says. One that begins with 0 counts from 0; every other, that of a few shards too, counts from 1.
    first: (env) => (env['SLURM_ARRAY_TASK_MIN'] === '0' ? 0 : 1),
  },
  { name: 'Kubernetes', variable: 'JOB_COMPLETION_INDEX', first: from(0) },
  { name: 'AWS Batch', variable: 'AWS_BATCH_JOB_ARRAY_INDEX', first: from(0) },
  { name: 'Google Cloud Batch', variable: 'BATCH_TASK_INDEX', first: from(0) },
  { name: 'Cloud Run', variable: 'CLOUD_RUN_TASK_INDEX', first: from(0) },
  { name: 'PBS', variable: 'PBS_ARRAY_INDEX', first: from(1) },
  { name: 'Grid Engine', variable: 'SGE_TASK_ID', first: from(1) },
  { name: 'LSF', variable: 'LSB_JOBINDEX', first: from(1) },
  { name: 'GNU parallel', variable: 'PARALLEL_SEQ', first: from(1) },
];

/** Added to the number of a task: an engine's arrays may be shorter than a plan. */
export const OFFSET = 'MASKBENCH_SHARD_OFFSET';

/** The shards of an array that can have no gaps, `7,91-93`: its first task has the first of them. */
export const LIST = 'MASKBENCH_SHARDS';

/** The names of variables by which a task is told its shard; Kubernetes and AWS Batch set theirs where nobody else has. */
export const TELLS_SHARDS = new RegExp(
  `^(AWS_BATCH_\\w*|${[OFFSET, LIST, ...ENGINES.map(({ variable }) => variable)].join('|')})$`,
);

/**
 * The shard of this process, from 1: the one that is named, or with `auto` that of the engine's task.
 *
 * @throws MaskbenchError `usage` where no engine says it, two say different things, or there is no such shard.
 */
export function whichShard(
  asked: 'auto' | number,
  { shards, env }: { readonly shards: number; readonly env: NodeJS.ProcessEnv },
): number {
  if (asked !== 'auto') return inPlan(asked, shards, `shard ${asked}`);
  const told = ENGINES.flatMap(({ name, variable, first }) => {
    const text = env[variable];
    // Of a job that is no array: Grid Engine says so in a word, LSF by 0.
    if (text === undefined || !/^\d{1,9}$/.test(text) || (name === 'LSF' && text === '0')) return [];
    return [{ told: `${variable}=${text}`, shard: Number(text) - first(env) + 1 }];
  });
  const [one, ...others] = told;
  if (one === undefined) {
    throw new MaskbenchError('usage', 'no engine says which shard this is', {
      remedy: `name it with --shard, or start it in an array: ${ENGINES.map(({ variable }) => variable).join(', ')}`,
    });
  }
  const contrary = others.find(({ shard }) => shard !== one.shard);
  if (contrary !== undefined) {
    throw new MaskbenchError('usage', `${one.told} and ${contrary.told} say different shards`, {
      remedy: 'name it with --shard',
    });
  }
  const offset = env[OFFSET] ?? '0';
  if (!/^\d{1,9}$/.test(offset))
    throw new MaskbenchError('usage', `${OFFSET} is "${offset}"`, { remedy: 'expected a whole number' });
  const more = offset === '0' ? '' : ` and ${OFFSET}=${offset}`;
  const task = one.shard + Number(offset);
  return inPlan(listed(task, env[LIST]), shards, `${one.told}${more}`);
}

function listed(task: number, list: string | undefined): number {
  if (list === undefined) return task;
  const shard = RANGES.test(list) ? nthOf(list, task) : undefined;
  if (shard !== undefined) return shard;
  throw new MaskbenchError('usage', `${LIST} has no shard for task ${task}`, {
    where: list,
    remedy: 'expected numbers and ranges such as 7,91-93, at least as many as there are tasks',
  });
}

function inPlan(shard: number, shards: number, told: string): number {
  if (shard >= 1 && shard <= shards) return shard;
  throw new MaskbenchError('usage', `${told} is no shard of the plan`, {
    remedy: `there are shards 1 to ${shards}`,
  });
}
