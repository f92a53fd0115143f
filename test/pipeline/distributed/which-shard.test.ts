import { describe, expect, it } from 'vitest';
import { nthOf, rangesOf } from '../../../src/pipeline/distributed/shard-ranges.js';
import { whichShard } from '../../../src/pipeline/distributed/which-shard.js';

const auto = (env: NodeJS.ProcessEnv): number => whichShard('auto', { shards: 8, env });

describe('the shard that an engine means', () => {
  it.each<readonly [string, NodeJS.ProcessEnv, number]>([
    ['Slurm counts as its array does, from 1', { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_MIN: '1' }, 3],
    ['from 0', { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_MIN: '0' }, 4],
    ['a few of them, as "status" prints them', { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_MIN: '7' }, 7],
    ['Kubernetes counts from 0', { JOB_COMPLETION_INDEX: '0' }, 1],
    ['AWS Batch counts from 0', { AWS_BATCH_JOB_ARRAY_INDEX: '7' }, 8],
    ['GNU parallel counts from 1', { PARALLEL_SEQ: '8' }, 8],
    [
      'Grid Engine says in a word that there is no array',
      { SGE_TASK_ID: 'undefined', PBS_ARRAY_INDEX: '2' },
      2,
    ],
    ['LSF says so by 0', { LSB_JOBINDEX: '0', PARALLEL_SEQ: '1' }, 1],
    ['two may say the same', { PARALLEL_SEQ: '2', JOB_COMPLETION_INDEX: '1' }, 2],
    ['the n-th of a list', { JOB_COMPLETION_INDEX: '2', MASKBENCH_SHARDS: '2,4-8' }, 5],
    ['AWS Batch too', { AWS_BATCH_JOB_ARRAY_INDEX: '0', MASKBENCH_SHARDS: '7' }, 7],
    ['with an offset', { SLURM_ARRAY_TASK_ID: '3', MASKBENCH_SHARD_OFFSET: '5' }, 8],
  ])('%s', (_what, env, shard) => expect(auto(env)).toBe(shard));

  it.each<readonly [string, NodeJS.ProcessEnv, RegExp]>([
    ['nobody says it', {}, /no engine says which shard this is/],
    ['two say different ones', { PARALLEL_SEQ: '2', JOB_COMPLETION_INDEX: '2' }, /say different shards/],
    ['there is none of that number', { SLURM_ARRAY_TASK_ID: '9' }, /SLURM_ARRAY_TASK_ID=9 is no shard/],
    [
      'there is none with the offset',
      { PARALLEL_SEQ: '1', MASKBENCH_SHARD_OFFSET: '8' },
      /PARALLEL_SEQ=1 and MASKBENCH_SHARD_OFFSET=8 is no shard/,
    ],
    [
      'the list has too few',
      { JOB_COMPLETION_INDEX: '3', MASKBENCH_SHARDS: '2,4-5' },
      /MASKBENCH_SHARDS has no shard for task 4/,
    ],
    [
      'the list is none',
      { JOB_COMPLETION_INDEX: '0', MASKBENCH_SHARDS: '2;4' },
      /MASKBENCH_SHARDS has no shard for task 1/,
    ],
    [
      'the list has one that is no shard',
      { JOB_COMPLETION_INDEX: '0', MASKBENCH_SHARDS: '9' },
      /JOB_COMPLETION_INDEX=0 is no shard/,
    ],
    [
      'the offset is no number',
      { PARALLEL_SEQ: '1', MASKBENCH_SHARD_OFFSET: '-1' },
      /MASKBENCH_SHARD_OFFSET is "-1"/,
    ],
  ])('is refused where %s', (_what, env, says) => expect(() => auto(env)).toThrow(says));

  it('is the one that is named, whatever an engine says', () => {
    expect(whichShard(5, { shards: 8, env: { PARALLEL_SEQ: '2' } })).toBe(5);
    expect(() => whichShard(9, { shards: 8, env: {} })).toThrow(/shard 9 is no shard of the plan/);
  });
});

describe('numbers as engines take them', () => {
  it.each<readonly [readonly number[], string]>([
    [[], ''],
    [[7], '7'],
    [[1, 2, 3, 7, 91, 92], '1-3,7,91-92'],
  ])('%j', (numbers, text) => {
    expect(rangesOf(numbers)).toBe(text);
    expect(numbers.map((_, i) => nthOf(text, i + 1))).toEqual(numbers);
    expect([nthOf(text, 0), nthOf(text, numbers.length + 1)]).toEqual([undefined, undefined]);
  });
});
