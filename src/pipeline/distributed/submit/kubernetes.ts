import { stringify } from 'yaml';
import { LASTING, MaskbenchError, SOME_FAILED } from '../../../core/errors.js';
import { LIST } from '../which-shard.js';
import {
  GRACE_SECONDS,
  listedArrays,
  MERGE_NEEDS,
  plainName,
  RETRIES,
  shardNeeds,
  type Needs,
} from './containers.js';
import { quoted, type Container, type Engine, type Submission, type Variable } from './submission.js';

type Of = Submission & { readonly container: Container };

const WEEK_SECONDS = 7 * 24 * 3600;
/** An Indexed Job with a limit per index takes no more. */
const MOST_INDEXES = 100_000;
/** The host name of a pod, of at most 63, is its Job's, which ends with what part it is and random characters, and an index. */
const LONGEST_NAME = 30;
const CARD = 'nvidia.com/gpu';
/** What NVIDIA's feature discovery says of a node. */
const CARD_TYPE = 'nvidia.com/gpu.product';
const NODE_TYPE = 'node.kubernetes.io/instance-type';

/** Texts are quoted: what is none without that, `yes` or `0o7`, depends on who reads it. */
const AS_YAML = {
  lineWidth: 0,
  aliasDuplicateObjects: false,
  defaultStringType: 'QUOTE_DOUBLE',
  defaultKeyType: 'PLAIN',
} as const;

/**
 * Indexed Jobs, a pod per shard on any node that has what it needs; a Job per type of card for times; and one that merges, which waits by
 * itself, since no Job can depend on others. `create` and not `apply`: every submission has names of its own.
 */
export const kubernetes = {
  needs: 'kubectl',
  start: (options) => ['kubectl', 'create', '-f', '-', ...options],
  largestArray: 2000,
  runs: 'images',
  script,
} as const satisfies Engine;

function script(of: Of): string {
  if (of.largestArray > MOST_INDEXES) {
    throw new MaskbenchError('usage', `${of.largestArray} tasks are too many for one Job`, {
      remedy: `at most ${MOST_INDEXES}, and well under 10,000 to be easy on the cluster`,
    });
  }
  const { plan, out, timeOn, container } = of;
  for (const [flag, called] of [
    ['role', container.role],
    ['secret', container.secret],
  ] as const)
    if (called !== undefined) assertName(flag, called);
  const times = timeOn.length === 0 ? [] : ['--times', String(timeOn.length)];
  const jobs = [
    ...listedArrays(of).map(({ list, tasks }) =>
      jobOf(of, 'shards', {
        completionMode: 'Indexed',
        completions: tasks,
        parallelism: Math.min(tasks, of.atOnce ?? tasks),
        backoffLimitPerIndex: RETRIES,
        podFailurePolicy: onFailure('FailIndex', LASTING),
        template: podOf(of, {
          containers: [
            containerOf(of, 'work', ['work', plan, '--shard', 'auto'], shardNeeds(of), [
              { name: LIST, value: list },
            ]),
          ],
          ...(of.needsCard ? onCards : {}),
        }),
      }),
    ),
    ...timeOn.map((type) =>
      jobOf(of, 'times', {
        backoffLimit: RETRIES,
        podFailurePolicy: onFailure('FailJob', LASTING),
        template: podOf(of, {
          containers: [containerOf(of, 'time', ['work', plan, '--time'], shardNeeds(of))],
          ...(of.needsCard ? onCards : {}),
          nodeSelector: nodesOf(type, of.needsCard),
          affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [anyPod] } },
        }),
      }),
    ),
    ...(of.merge
      ? [
          jobOf(of, 'merge', {
            backoffLimit: RETRIES,
            activeDeadlineSeconds: WEEK_SECONDS,
            podFailurePolicy: onFailure('FailJob', [SOME_FAILED, ...LASTING]),
            template: podOf(of, {
              initContainers: [containerOf(of, 'wait', ['status', plan, '--wait', ...times], MERGE_NEEDS)],
              containers: [containerOf(of, 'merge', ['merge', plan, '--out', out], MERGE_NEEDS)],
            }),
          }),
        ]
      : []),
  ];
  const taken = kubernetes.start(of.options).map(quoted).join(' ');
  return `${[
    `# ${of.shards.length} shards of ${plan}, for "${taken}", or "maskbench submit kubernetes --go".`,
    ...jobs.map((job) => stringify(job, AS_YAML).trimEnd()),
  ].join('\n---\n')}\n`;
}

function assertName(flag: string, called: string): void {
  if (called.length <= 253 && called.split('.').every((part) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(part)))
    return;
  throw new MaskbenchError('usage', `"${called}" is no name of anything in Kubernetes`, {
    remedy: `expected --${flag} of small letters, digits, hyphens and dots, 253 at most`,
  });
}

function jobOf({ name, container: { queue } }: Of, part: string, spec: object): object {
  const plain = plainName(name.toLowerCase(), LONGEST_NAME);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      generateName: `${plain}-${part}-`,
      labels: {
        ...labelsOf(plain, part),
        ...(queue === undefined ? {} : { 'kueue.x-k8s.io/queue-name': queue }),
      },
      // A part of the shards may start where the quota is not enough for all.
      ...(queue === undefined || part !== 'shards'
        ? {}
        : { annotations: { 'kueue.x-k8s.io/job-min-parallelism': '1' } }),
    },
    spec: { ...spec, podReplacementPolicy: 'Failed', ttlSecondsAfterFinished: WEEK_SECONDS },
  };
}

const labelsOf = (instance: string, component: string): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/name': 'maskbench',
  'app.kubernetes.io/instance': instance,
  'app.kubernetes.io/component': component,
});

/** A pod that is taken from its node is no failure of its own, whatever it ended with; what is not named here is tried again. */
function onFailure(action: 'FailIndex' | 'FailJob', values: readonly number[]): object {
  return {
    rules: [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action, onExitCodes: { operator: 'In', values } },
    ],
  };
}

function podOf({ container: { volumes, role } }: Of, spec: object): object {
  const sources = sourcesOf(volumes.map(({ source }) => claimOf(source).claim));
  return {
    metadata: { labels: { 'app.kubernetes.io/name': 'maskbench' } },
    spec: {
      restartPolicy: 'Never',
      ...(role === undefined ? {} : { serviceAccountName: role }),
      terminationGracePeriodSeconds: GRACE_SECONDS,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      ...spec,
      volumes: sources.map((claimName, i) => ({
        name: `volume-${i + 1}`,
        persistentVolumeClaim: { claimName },
      })),
    },
  };
}

const sourcesOf = (claims: readonly string[]): readonly string[] => [...new Set(claims)];

/** `claim`, or a folder of one: `claim/folder`. */
function claimOf(source: string): { readonly claim: string; readonly folder: string } {
  const [, claim, folder = ''] = /^([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?:\/(.+))?$/.exec(source) ?? [];
  if (claim !== undefined) return { claim, folder };
  throw new MaskbenchError('usage', `"${source}" is no name of a volume claim`, {
    remedy: 'expected --volume claim:/path or claim/folder:/path',
  });
}

function containerOf(
  { container: { image, volumes, secret, variables } }: Of,
  name: string,
  args: readonly string[],
  needs: Needs,
  own: readonly Variable[] = [],
): object {
  const claims = sourcesOf(volumes.map(({ source }) => claimOf(source).claim));
  const memory = `${needs.memoryGib}Gi`;
  const card = needs.card ? { [CARD]: '1' } : {};
  return {
    name,
    image,
    args: args.map(literal),
    env: [...variables, ...own].map(({ name: of, value }) => ({ name: of, value: literal(value) })),
    ...(secret === undefined ? {} : { envFrom: [{ secretRef: { name: secret } }] }),
    // Without a limit of processors: one that is cut off in the middle of a step is slower than one of fewer.
    resources: { requests: { cpu: String(needs.cpus), memory, ...card }, limits: { memory, ...card } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    volumeMounts: volumes.map(({ source, path, isReadOnly }) => {
      const { claim, folder } = claimOf(source);
      return {
        name: `volume-${claims.indexOf(claim) + 1}`,
        mountPath: path,
        ...(folder === '' ? {} : { subPath: folder }),
        ...(isReadOnly ? { readOnly: true } : {}),
      };
    }),
  };
}

/** Kubernetes would put what a variable holds in the place of `$(NAME)`. */
const literal = (text: string): string => text.replaceAll('$', () => '$$');

/** Nodes with cards often keep all else away. */
const onCards = { tolerations: [{ key: CARD, operator: 'Exists', effect: 'NoSchedule' }] };

function nodesOf(type: string, hasCard: boolean): Readonly<Record<string, string>> {
  const [key, value] = type.includes('=') ? type.split('=', 2) : [hasCard ? CARD_TYPE : NODE_TYPE, type];
  return { [key]: value };
}

/**
 * Every pod of whatever namespace but those that belong to the node: of a DaemonSet, or of the system. The scheduler keeps others away from
 * a pod that shuns them, too.
 */
const anyPod = {
  topologyKey: 'kubernetes.io/hostname',
  namespaceSelector: {
    matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system'] }],
  },
  labelSelector: { matchExpressions: [{ key: 'pod-template-generation', operator: 'DoesNotExist' }] },
};
