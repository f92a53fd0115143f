import { LASTING, MaskbenchError, SOME_FAILED } from '../../../core/errors.js';
import { LIST } from '../which-shard.js';
import {
  listedArrays,
  MERGE_NEEDS,
  plainName,
  RETRIES,
  shardNeeds,
  type ListedArray,
  type Needs,
} from './containers.js';
import {
  BY_SHELL,
  heredoc,
  quoted,
  type Container,
  type Engine,
  type Submission,
  type Volume,
} from './submission.js';

type Of = Submission & { readonly container: Container };

const LARGEST_ARRAY = 10_000;
/** A job depends on at most so many. */
const MOST_DEPENDENCIES = 20;
const LONGEST_NAME = 100;
const MIB_PER_GIB = 1024;

/**
 * Array jobs, a job per type of instance for times, and a merge that depends on them: a script of the `aws` command line, since each needs
 * the numbers of those before.
 */
export const awsBatch = {
  ...BY_SHELL,
  needs: 'aws',
  largestArray: LARGEST_ARRAY,
  runs: 'images',
  script,
} as const satisfies Engine;

function script(of: Of): string {
  const { plan, out, timeOn } = of;
  const queue = queueOf(of);
  assertRole(of);
  const arrays = listedArrays(of);
  const jobs = [...arrays.map((_, i) => `job${i + 1}`), ...timeOn.map((_, i) => `time${i + 1}`)];
  if (of.merge && jobs.length > MOST_DEPENDENCIES) {
    throw new MaskbenchError(
      'usage',
      `a merge can depend on ${MOST_DEPENDENCIES} jobs, and there are ${jobs.length}`,
      {
        remedy: 'use larger arrays, or --no-merge',
      },
    );
  }
  const options = of.options.map((one) => ` ${quoted(one)}`).join('');
  const submit = (variable: string, part: string, request: object, more = ''): readonly string[] => [
    ...heredoc(
      'request',
      json({ jobName: plainName(`${of.name}-${part}`, LONGEST_NAME), jobQueue: queue, ...request }),
    ),
    `${variable}=$(submit "$request" --job-definition "$definition"${more})`,
  ];
  return [
    '#!/usr/bin/env bash',
    `# ${of.shards.length} shards of ${plan}: "bash" this, or "maskbench submit aws-batch --go".`,
    'set -euo pipefail',
    `register() { aws batch register-job-definition${options} --query jobDefinitionArn --output text --cli-input-json "$1"; }`,
    `submit() { local json=$1; shift; aws batch submit-job${options} --query jobId --output text --cli-input-json "$json" "$@"; }`,
    ...define(of, 'shards', alone(of, ['work', plan, '--shard', 'auto'], shardNeeds(of)), LASTING),
    ...arrays.flatMap((array, i) => submit(`job${i + 1}`, 'shards', tasksOf(of, array))),
    ...timeOn.flatMap((type, i) => [
      ...define(of, `times-${type}`, onItsOwn(of, type), LASTING),
      ...submit(`time${i + 1}`, `times-${type}`, {}),
    ]),
    ...(of.merge
      ? [
          ...define(of, 'merge', alone(of, ['merge', plan, '--out', out], MERGE_NEEDS), [
            SOME_FAILED,
            ...LASTING,
          ]),
          ...submit('merged', 'merge', {}, ` --depends-on ${jobs.map((id) => `"jobId=$${id}"`).join(' ')}`),
        ]
      : []),
    `echo "submitted: ${[...jobs.map((id) => `$${id}`), ...(of.merge ? ['merge $merged'] : [])].join(' ')}"`,
    '',
  ].join('\n');
}

function queueOf({ container: { queue }, atOnce, largestArray }: Of): string {
  if (atOnce !== undefined) {
    throw new MaskbenchError('usage', 'AWS Batch has no limit of an array', {
      remedy: 'leave out --at-once: how many run at once is a setting of the queue',
    });
  }
  if (largestArray > LARGEST_ARRAY) {
    throw new MaskbenchError('usage', `${largestArray} tasks are too many for one array`, {
      remedy: `AWS Batch takes at most ${LARGEST_ARRAY}`,
    });
  }
  if (queue !== undefined) return queue;
  throw new MaskbenchError('usage', 'AWS Batch takes jobs by queues', { remedy: 'name one with --queue' });
}

function assertRole({ container: { role, secret } }: Of): void {
  if (secret !== undefined) {
    throw new MaskbenchError('usage', 'AWS Batch has no Secrets of Kubernetes', {
      remedy: 'give the job a role with --role',
    });
  }
  if (role === undefined || /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(role)) return;
  throw new MaskbenchError('usage', `"${role}" is no job role of AWS Batch`, {
    remedy: 'expected its ARN: --role arn:aws:iam::123456789012:role/maskbench',
  });
}

const json = (value: object): readonly string[] => JSON.stringify(value, null, 2).split('\n');

function define(of: Of, part: string, properties: object, statuses: readonly number[]): readonly string[] {
  const jobDefinitionName = plainName(`maskbench-${of.name}-${part}`, LONGEST_NAME);
  return [
    ...heredoc('request', json({ jobDefinitionName, ...properties, retryStrategy: againUnless(statuses) })),
    'definition=$(register "$request")',
  ];
}

/** What no rule names is tried again: a lost instance, a signal, a status that is for now. There can be five rules. */
const againUnless = (statuses: readonly number[]): object => ({
  attempts: RETRIES + 1,
  evaluateOnExit: statuses.map((status) => ({ onExitCode: String(status), action: 'EXIT' })),
});

/** There is no array of one. */
function tasksOf({ plan }: Of, { list, tasks }: ListedArray): object {
  return tasks === 1
    ? { containerOverrides: { command: ['work', plan, '--shard', list] } }
    : {
        arrayProperties: { size: tasks },
        containerOverrides: { environment: [{ name: LIST, value: list }] },
      };
}

function alone(of: Of, command: readonly string[], needs: Needs): object {
  return {
    type: 'container',
    platformCapabilities: ['EC2'],
    containerProperties: containerOf(of, command, needs),
  };
}

/** A node of a multi-node job has its instance to itself, also where there is but one. */
function onItsOwn(of: Of, instanceType: string): object {
  const container = containerOf(of, ['work', of.plan, '--time'], shardNeeds(of));
  return {
    type: 'multinode',
    nodeProperties: {
      numNodes: 1,
      mainNode: 0,
      nodeRangeProperties: [{ targetNodes: '0:0', container: { ...container, instanceType } }],
    },
  };
}

function containerOf(
  { container: { image, volumes, role, variables } }: Of,
  command: readonly string[],
  { cpus, memoryGib, card }: Needs,
): object {
  return {
    image,
    command,
    ...(role === undefined ? {} : { jobRoleArn: role }),
    environment: variables,
    resourceRequirements: [
      { type: 'VCPU', value: String(cpus) },
      { type: 'MEMORY', value: String(memoryGib * MIB_PER_GIB) },
      ...(card ? [{ type: 'GPU', value: '1' }] : []),
    ],
    volumes: volumes.map((volume, i) => ({ name: `volume-${i + 1}`, ...placeOf(volume) })),
    mountPoints: volumes.map(({ path, isReadOnly }, i) => ({
      sourceVolume: `volume-${i + 1}`,
      containerPath: path,
      readOnly: isReadOnly,
    })),
  };
}

/** `fs-0123/folder` of Elastic File System, or a folder of the instance. */
function placeOf({ source }: Volume): object {
  if (source.startsWith('/')) return { host: { sourcePath: source } };
  const [, fileSystemId, rootDirectory = '/'] = /^(fs-[0-9a-f]+)(\/.*)?$/.exec(source) ?? [];
  if (fileSystemId !== undefined)
    return { efsVolumeConfiguration: { fileSystemId, rootDirectory, transitEncryption: 'ENABLED' } };
  throw new MaskbenchError('usage', `"${source}" is no file system`, {
    remedy: 'expected --volume fs-0123abcd:/path, or a folder of the instances: /mnt/fsx:/path',
  });
}
