import { rangesOf } from '../shard-ranges.js';
import { OFFSET } from '../which-shard.js';
import { BY_SHELL, heredoc, quoted, type Engine, type Submission } from './submission.js';

/** How often a task that failed for now (status 75) is put back by itself. */
const RESTARTS = 3;

/**
 * Arrays of `sbatch`: a task per shard, put back where it is preempted or its node is lost, and a merge once all have ended, however
 * they did: whether the plan is whole, the merge decides.
 */
export const slurm = {
  ...BY_SHELL,
  needs: 'sbatch',
  // Its MaxArraySize is 1001 unless somebody has set it.
  largestArray: 1000,
  runs: 'commands',
  script,
} as const satisfies Engine;

function script(of: Submission & { readonly command: string }): string {
  const arrays = arraysOf(of);
  const log = quoted(`${of.logs}/logs/%x-%A_%a.log`);
  const options = [
    `--job-name=${quoted(of.name)}`,
    '--requeue',
    '--open-mode=append',
    ...(of.needsCard ? ['--gres=gpu:1'] : []),
    ...of.options.map(quoted),
  ].join(' ');
  const jobs = arrays.map(({ offset, tasks }, i) => {
    const limit = of.atOnce === undefined ? '' : `%${of.atOnce}`;
    const more = offset === 0 ? '' : ` --export=ALL,${OFFSET}=${offset}`;
    return `job${i + 1}=$(sbatch --parsable ${options} --output=${log} --array=${tasks}${limit}${more} <<<"$work")`;
  });
  const timing = of.timeOn.map(
    (type, i) =>
      `time${i + 1}=$(sbatch --parsable ${options} --output=${log} --exclusive ${of.needsCard ? `--gres=gpu:${quoted(type)}:1` : `--constraint=${quoted(type)}`} <<<"$times")`,
  );
  const ids = [
    ...arrays.map((_, i) => `\${job${i + 1}%%;*}`),
    ...of.timeOn.map((_, i) => `\${time${i + 1}%%;*}`),
  ];
  return [
    '#!/usr/bin/env bash',
    `# ${of.shards.length} shards of ${of.plan}: "bash" this, or "maskbench submit slurm --go".`,
    'set -euo pipefail',
    `mkdir -p ${quoted(`${of.logs}/logs`)}`,
    ...heredoc('work', taskOf(`${of.command} work ${quoted(of.plan)} --shard auto`)),
    ...jobs,
    ...(timing.length === 0
      ? []
      : [...heredoc('times', taskOf(`${of.command} work ${quoted(of.plan)} --time`)), ...timing]),
    ...(of.merge
      ? [
          ...heredoc('merge', [
            '#!/usr/bin/env bash',
            `exec ${of.command} merge ${quoted(of.plan)} --out ${quoted(of.out)}`,
          ]),
          `merged=$(sbatch --parsable --job-name=${quoted(`${of.name}-merge`)} --output=${quoted(`${of.logs}/logs/%x-%j.log`)} ${of.options.map(quoted).join(' ')} --dependency=afterany:${ids.join(':')} <<<"$merge")`,
        ]
      : []),
    `echo "submitted: ${[...ids, ...(of.merge ? ['merge ${merged%%;*}'] : [])].join(' ')}"`,
    '',
  ].join('\n');
}

/** Slurm sends its signals to the shell as well, which would end before its child has put things in order. */
function taskOf(command: string): readonly string[] {
  return [
    '#!/usr/bin/env bash',
    `${command} &`,
    'child=$!',
    `trap 'kill -TERM "$child" 2>/dev/null' TERM`,
    'while :; do',
    '  wait "$child"',
    '  status=$?',
    '  kill -0 "$child" 2>/dev/null || break',
    'done',
    `if [ "$status" -eq 75 ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt ${RESTARTS} ]; then`,
    '  scontrol requeue "${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_}${SLURM_ARRAY_TASK_ID:-$SLURM_JOB_ID}"',
    'fi',
    'exit "$status"',
  ];
}

interface TaskArray {
  readonly offset: number;
  /** `1-1000` or `7,91`. */
  readonly tasks: string;
}

/** Tasks of an array have numbers up to the largest array: what comes after them is in others, with an offset. */
function arraysOf({ shards, largestArray }: Submission): readonly TaskArray[] {
  const offsets = [...new Set(shards.map((shard) => Math.floor((shard - 1) / largestArray) * largestArray))];
  return offsets.map((offset) => ({
    offset,
    tasks: rangesOf(
      shards
        .filter((shard) => shard > offset && shard <= offset + largestArray)
        .map((shard) => shard - offset),
    ),
  }));
}
