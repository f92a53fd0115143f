import { rangesOf } from '../shard-ranges.js';
import { BY_SHELL, quoted, type Engine, type Submission } from './submission.js';

/**
 * GNU parallel on one host, or on several that it knows by ssh (`--sshlogin` as a further option): a shard per job slot, each slot with a card
 * of its own where cards are needed.
 */
export const parallel = {
  ...BY_SHELL,
  needs: 'parallel',
  largestArray: Infinity,
  runs: 'commands',
  script,
} as const satisfies Engine;

function script(of: Submission & { readonly command: string }): string {
  const numbers = rangesOf(of.shards)
    .split(',')
    .map((range) => `seq ${range.split('-').join(' ')}${range.includes('-') ? '' : ` ${range}`}`);
  const card = of.needsCard ? 'CUDA_VISIBLE_DEVICES=$(({%} - 1)) ' : '';
  // One job per card, or one that takes all cores.
  const jobs = of.atOnce ?? 1;
  return [
    '#!/usr/bin/env bash',
    `# ${of.shards.length} shards of ${of.plan}: "bash" this, or "maskbench submit parallel --go".`,
    'set -uo pipefail',
    ...(of.logs === of.plan ? [] : [`mkdir -p ${quoted(of.logs)}`]),
    `{ ${numbers.join('; ')}; } | parallel --jobs ${jobs} --joblog ${quoted(`${of.logs}/parallel.log`)} --retries 3 --termseq TERM,60000,KILL,25 --line-buffer${of.options.map((one) => ` ${quoted(one)}`).join('')} ${quoted(`${card}${of.command} work ${quoted(of.plan)} --shard {}`)}`,
    ...of.timeOn.map(() => `${of.command} work ${quoted(of.plan)} --time`),
    ...(of.merge ? [`exec ${of.command} merge ${quoted(of.plan)} --out ${quoted(of.out)}`] : []),
    '',
  ].join('\n');
}
