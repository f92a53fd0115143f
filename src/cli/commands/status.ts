import { Command } from '@commander-js/extra-typings';
import { placeFrom } from '../../core/objects/object-address.js';
import { counted } from '../../core/text.js';
import { jsonText } from '../../reports/formats/json.js';
import type { PlanStatus } from '../../schema/plan-status.js';
import { count } from '../arguments.js';
import type { DefineCommand } from '../context.js';
import { assertMeant } from '../meant-flags.js';
import { formatSpan } from '../spans.js';

/** Shards of a kind that are told one by one. */
const TOLD = 10;

/** `maskbench status`: how far a plan has come. */
export const status: DefineCommand = (context) =>
  new Command('status')
    .argument('<plan>', 'its folder, or its address s3://bucket/prefix')
    .option('--wait', 'first wait until every shard is published, however long that takes')
    .option('--times <n>', 'with --wait: and until times of so many kinds of machines are', count)
    .option('--json', 'print it as JSON')
    .action(async (path, { wait, times, json }) => {
      const { statusOf, untilPublished } = await import('../../pipeline/distributed/plan-status.js');
      const plan = placeFrom(context.cwd, path);
      assertMeant({ times }, { times: [wait === true, 'waiting', 'give --wait, too'] });
      if (wait === true) await untilPublished(plan, times ?? 0, context.signal);
      const found = await statusOf(plan, context.signal);
      context.out(json === true ? jsonText(found) : `${linesOf(found).join('\n')}\n`);
    });

function linesOf(found: PlanStatus): readonly string[] {
  const { shards, samples, published, running, failed, missing, array, secondsLeft } = found;
  const { cells } = published;
  const more = cells.failed === 0 ? '' : `, ${cells.failed} failed`;
  return [
    `planned    ${counted(shards, 'shard')}, ${counted(samples, 'sample')}`,
    `published  ${published.shards} (${counted(cells.scored, 'cell')} scored${more})`,
    `running    ${running.length}`,
    ...first(running, ({ shard, host, pid }) => `  ${shard}: process ${pid} on ${host}`),
    `failed     ${failed.length}`,
    ...first(
      failed,
      ({ shard, attempts, code, message }) =>
        `  ${shard}: ${counted(attempts, 'attempt')}; ${code === null ? '' : `${code}: `}${message}`,
    ),
    `missing    ${missing.length}`,
    ...(array === '' ? [] : [`again      --array=${array}`]),
    ...(secondsLeft === null
      ? []
      : [`left       about ${formatSpan(1000 * secondsLeft)}, with as many at work as now`]),
  ];
}

function first<T>(items: readonly T[], line: (item: T) => string): readonly string[] {
  const rest = items.length > TOLD ? [`  and ${items.length - TOLD} more`] : [];
  return [...items.slice(0, TOLD).map(line), ...rest];
}
