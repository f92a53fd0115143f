import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ENGINES } from '../../../src/pipeline/distributed/submit/registry.js';
import type { Submission } from '../../../src/pipeline/distributed/submit/submission.js';

const of = (more: Partial<Submission> = {}): Submission => ({
  name: 'photos',
  plan: '/shared/plan',
  out: '/shared/it is here',
  shards: [1, 2, 3],
  command: 'maskbench',
  needsCard: false,
  merge: true,
  atOnce: undefined,
  largestArray: 1000,
  options: [],
  timeOn: [],
  ...more,
});
const numbers = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i + 1);
const arraysIn = (script: string): readonly string[] =>
  [...script.matchAll(/--array=(\S+)( --export=\S+)?/g)].map(([, tasks, more]) => `${tasks}${more ?? ''}`);

describe('a script for Slurm', () => {
  it('has arrays of at most so many tasks, with an offset', () => {
    expect(arraysIn(ENGINES.slurm(of({ shards: numbers(2500) })))).toEqual([
      '1-1000',
      '1-1000 --export=ALL,MASKBENCH_SHARD_OFFSET=1000',
      '1-500 --export=ALL,MASKBENCH_SHARD_OFFSET=2000',
    ]);
  });

  it('hands out the shards that are left, at most so many at once', () => {
    expect(arraysIn(ENGINES.slurm(of({ shards: [7, 91, 92, 1001], atOnce: 4 })))).toEqual([
      '7,91-92%4',
      '1%4 --export=ALL,MASKBENCH_SHARD_OFFSET=1000',
    ]);
  });

  it('asks for a card each, merges after all of them, and times each type alone', () => {
    const script = ENGINES.slurm(
      of({ needsCard: true, timeOn: ['a100', 'h100'], options: ['--partition=gpu'] }),
    );
    expect(script).toMatch(/job1=\$\(sbatch --parsable .*--requeue .*--gres=gpu:1 --partition=gpu /);
    expect(script).toMatch(/time1=.* --exclusive --gres=gpu:a100:1 <<<"\$times"/);
    expect(script).toMatch(/--dependency=afterany:\$\{job1%%;\*\}:\$\{time1%%;\*\}:\$\{time2%%;\*\} /);
    expect(script).toContain("maskbench merge /shared/plan --out '/shared/it is here'");
  });
});

describe('a script for GNU parallel', () => {
  it('gives every job slot a card where cards are needed', () => {
    const script = ENGINES.parallel(of({ needsCard: true, atOnce: 2, shards: [1, 2, 3, 7] }));
    expect(script).toContain('{ seq 1 3; seq 7 7; } | parallel --jobs 2 ');
    expect(script).toContain("'CUDA_VISIBLE_DEVICES=$(({%} - 1)) maskbench work /shared/plan --shard {}'");
  });
});

describe.each(Object.entries(ENGINES))('a script for %s', (_name, script) => {
  it.each<Partial<Submission>>([
    {},
    { merge: false },
    { needsCard: true, timeOn: ['a'], shards: numbers(1001) },
  ])('is one of a shell: %j', (more) => {
    expect(() => execFileSync('bash', ['-n'], { input: script(of(more)) })).not.toThrow();
  });
});
