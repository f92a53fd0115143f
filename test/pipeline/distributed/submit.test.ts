import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ENGINES } from '../../../src/pipeline/distributed/submit/registry.js';
import { listedArrays } from '../../../src/pipeline/distributed/submit/containers.js';
import type { Container, Engine, Submission } from '../../../src/pipeline/distributed/submit/submission.js';

const container: Container = {
  image: 'registry/maskbench:cuda',
  volumes: [{ source: 'fs-0123abcd', path: '/shared', isReadOnly: false }],
  cpus: 4,
  memoryGib: 16,
  queue: 'gpus',
  role: undefined,
  secret: undefined,
  variables: [],
};
const of = <M extends Partial<Submission & { container: Container }>>(more?: M) => ({
  name: 'photos',
  plan: '/shared/plan',
  out: '/shared/it is here',
  logs: '/shared/plan',
  shards: [1, 2, 3],
  command: 'maskbench',
  needsCard: false,
  merge: true,
  atOnce: undefined,
  largestArray: 1000,
  options: [],
  timeOn: [],
  container,
  ...more,
});
const numbers = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i + 1);
const arraysIn = (script: string): readonly string[] =>
  [...script.matchAll(/--array=(\S+)( --export=\S+)?/g)].map(([, tasks, more]) => `${tasks}${more ?? ''}`);

describe('a script for Slurm', () => {
  it('has arrays of at most so many tasks, with an offset', () => {
    expect(arraysIn(ENGINES.slurm.script(of({ shards: numbers(2500) })))).toEqual([
      '1-1000',
      '1-1000 --export=ALL,MASKBENCH_SHARD_OFFSET=1000',
      '1-500 --export=ALL,MASKBENCH_SHARD_OFFSET=2000',
    ]);
  });

  it('hands out the shards that are left, at most so many at once', () => {
    expect(arraysIn(ENGINES.slurm.script(of({ shards: [7, 91, 92, 1001], atOnce: 4 })))).toEqual([
      '7,91-92%4',
      '1%4 --export=ALL,MASKBENCH_SHARD_OFFSET=1000',
    ]);
  });

  it('asks for a card each, merges after all of them, and times each type alone', () => {
    const script = ENGINES.slurm.script(
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
    const script = ENGINES.parallel.script(of({ needsCard: true, atOnce: 2, shards: [1, 2, 3, 7] }));
    expect(script).toContain('{ seq 1 3; seq 7 7; } | parallel --jobs 2 ');
    expect(script).toContain("'CUDA_VISIBLE_DEVICES=$(({%} - 1)) maskbench work /shared/plan --shard {}'");
  });
});

describe('arrays without gaps', () => {
  it('have lists of the shards, at most so many and not too long', () => {
    expect(listedArrays({ shards: [7, 91, 92, 93], largestArray: 3 })).toEqual([
      { list: '7,91-92', tasks: 3 },
      { list: '93', tasks: 1 },
    ]);
    const scattered = listedArrays({
      shards: numbers(5000).map((n) => 20 * n),
      largestArray: 2000,
    });
    expect(scattered.reduce((sum, { tasks }) => sum + tasks, 0)).toBe(5000);
    expect(Math.max(...scattered.map(({ list }) => list.length))).toBeLessThanOrEqual(4000);
    expect(scattered.map(({ list }) => list).join(',')).toBe(
      numbers(5000)
        .map((n) => 20 * n)
        .join(','),
    );
  });
});

interface Job {
  readonly metadata: {
    readonly generateName: string;
    readonly labels: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: Record<string, unknown> & {
    readonly template: {
      readonly spec: Record<string, unknown> & { readonly containers: readonly object[] };
    };
  };
}
const jobsOf = (script: string): readonly Job[] =>
  parseAllDocuments(script).map((document) => document.toJS() as Job);
const claims: Container = {
  ...container,
  volumes: [{ source: 'claim', path: '/shared', isReadOnly: false }],
};
const kubernetes = (more: Partial<Submission> = {}): readonly Job[] =>
  jobsOf(ENGINES.kubernetes.script(of({ container: claims, ...more })));

describe('a manifest for Kubernetes', () => {
  it('has an index per shard that is left, tried again as its exit status says', () => {
    const [shards, merge, ...others] = kubernetes({ shards: [2, 7, 8], atOnce: 2, needsCard: true });
    expect(others).toEqual([]);
    expect(shards?.spec).toMatchObject({
      completionMode: 'Indexed',
      completions: 3,
      parallelism: 2,
      backoffLimitPerIndex: 3,
      podReplacementPolicy: 'Failed',
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          { action: 'FailIndex', onExitCodes: { operator: 'In', values: [64, 65, 69, 70] } },
        ],
      },
      template: {
        spec: {
          restartPolicy: 'Never',
          volumes: [{ name: 'volume-1', persistentVolumeClaim: { claimName: 'claim' } }],
          containers: [
            {
              args: ['work', '/shared/plan', '--shard', 'auto'],
              env: [{ name: 'MASKBENCH_SHARDS', value: '2,7-8' }],
              resources: { limits: { 'nvidia.com/gpu': '1', memory: '16Gi' } },
              volumeMounts: [{ name: 'volume-1', mountPath: '/shared' }],
            },
          ],
        },
      },
    });
    expect(shards?.metadata.labels['kueue.x-k8s.io/queue-name']).toBe('gpus');
    expect(shards?.metadata.annotations).toEqual({ 'kueue.x-k8s.io/job-min-parallelism': '1' });
    // An exit status of 3 is a merge that is done: cells of it have failed.
    expect(merge?.spec).toMatchObject({
      podFailurePolicy: { rules: [{}, { action: 'FailJob', onExitCodes: { values: [3, 64, 65, 69, 70] } }] },
      template: {
        spec: {
          initContainers: [{ args: ['status', '/shared/plan', '--wait'] }],
          containers: [{ args: ['merge', '/shared/plan', '--out', '/shared/it is here'] }],
        },
      },
    });
  });

  it('times each type of card alone on its node, and merges after that, too', () => {
    const jobs = kubernetes({ needsCard: true, timeOn: ['NVIDIA-H200', 'pool=a100'] });
    const times = jobs.slice(1, 3).map(({ spec }) => spec.template.spec);
    expect(times.map(({ nodeSelector }) => nodeSelector)).toEqual([
      { 'nvidia.com/gpu.product': 'NVIDIA-H200' },
      { pool: 'a100' },
    ]);
    for (const { affinity } of times)
      expect(affinity).toMatchObject({
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname' }],
        },
      });
    expect(jobs[3]?.spec.template.spec['initContainers']).toMatchObject([
      { args: ['status', '/shared/plan', '--wait', '--times', '2'] },
    ]);
  });

  it('has every container run as whom it is told, with variables of a Secret and others', () => {
    const variables = [{ name: 'AWS_REGION', value: 'eu-west-1' }];
    const jobs = jobsOf(
      ENGINES.kubernetes.script(
        of({ timeOn: ['a=b'], container: { ...claims, role: 'bench', secret: 'of-the-bucket', variables } }),
      ),
    );
    for (const { spec } of jobs) {
      const { serviceAccountName, containers, initContainers = [] } = spec.template.spec;
      expect(serviceAccountName).toBe('bench');
      for (const one of [...(containers as object[]), ...(initContainers as object[])])
        expect(one).toMatchObject({
          env: expect.arrayContaining(variables) as unknown,
          envFrom: [{ secretRef: { name: 'of-the-bucket' } }],
        });
    }
    expect(jobs).toHaveLength(3);
    // As they are told, whatever reads the manifest: no number, and no place for another variable.
    const odd = ['0o7', 'yes', '1e3', '$(AWS_SECRET_ACCESS_KEY)', 'a$$b'].map((value, i) => ({
      name: `V${i}`,
      value,
    }));
    const script = ENGINES.kubernetes.script(of({ container: { ...claims, variables: odd } }));
    for (const value of ['0o7', 'yes', '1e3', '$$(AWS_SECRET_ACCESS_KEY)', 'a$$$$b'])
      expect(script).toContain(`value: "${value}"\n`);
    for (const told of [
      { role: 'Bench' },
      { role: 'a.-b..c' },
      { secret: 'a b' },
      { secret: 'a'.repeat(254) },
    ])
      expect(() => ENGINES.kubernetes.script(of({ container: { ...claims, ...told } }))).toThrow(
        /is no name of anything in Kubernetes/,
      );
  });

  it('names its pods in 63 characters, whatever the run and the index are called', () => {
    const jobs = kubernetes({
      name: `Photos_2026 (${'long'.repeat(30)})`,
      shards: numbers(2001),
      largestArray: 2000,
      timeOn: ['a=b'],
    });
    expect(jobs.map(({ spec }) => spec['completions'])).toEqual([2000, 1, undefined, undefined]);
    for (const { metadata } of jobs) {
      expect(metadata.generateName).toMatch(/^[a-z0-9][a-z0-9-]*-$/);
      expect(`${metadata.generateName}12345-99999-12345`.length).toBeLessThanOrEqual(63);
      expect(metadata.labels['app.kubernetes.io/instance']).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    }
    expect(new Set(jobs.map(({ metadata }) => metadata.labels['app.kubernetes.io/component']))).toEqual(
      new Set(['shards', 'times', 'merge']),
    );
  });
});

describe('a script for AWS Batch', () => {
  it.each<readonly [string, Partial<Submission & { container: Container }>, RegExp]>([
    ['no queue', { container: { ...container, queue: undefined } }, /takes jobs by queues/],
    ['a limit at once', { atOnce: 2 }, /has no limit of an array/],
    ['arrays too large', { largestArray: 10_001 }, /too many for one array/],
    ['too many jobs before a merge', { largestArray: 2, shards: numbers(42) }, /depend on 20 jobs/],
    ['a claim as its volume', { container: claims }, /"claim" is no file system/],
    ['a service account', { container: { ...container, role: 'bench' } }, /"bench" is no job role/],
    ['a Secret', { container: { ...container, secret: 'of-the-bucket' } }, /has no Secrets/],
  ])('is refused with %s', (_what, more, says) =>
    expect(() => ENGINES['aws-batch'].script(of(more))).toThrow(says),
  );

  it('has every job run in its role, with its variables', () => {
    const role = 'arn:aws:iam::123456789012:role/bench';
    const variables = [{ name: 'AWS_REGION', value: 'eu-west-1' }];
    const script = ENGINES['aws-batch'].script(
      of({ timeOn: ['g5.xlarge'], container: { ...container, role, variables } }),
    );
    expect(script.split(`"jobRoleArn": "${role}"`)).toHaveLength(4);
    expect(script.split('"name": "AWS_REGION"')).toHaveLength(4);
  });
});

const byShell = Object.entries<Engine>(ENGINES).filter(([, { start }]) => start([])[0] === 'bash');
describe.each(byShell)('a script for %s', (_name, engine) => {
  it.each<readonly [string, Partial<Submission>]>([
    ['as it comes', {}],
    ['without a merge', { merge: false }],
    ['of two arrays, with cards and times', { needsCard: true, timeOn: ['a'], shards: numbers(1001) }],
  ])('is one of a shell: %s', (_what, more) => {
    const script = engine.script(of(more));
    expect(() => execFileSync('bash', ['-n'], { input: script })).not.toThrow();
  });
});
