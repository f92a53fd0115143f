import { existsSync } from 'node:fs';
import { Command, Option } from '@commander-js/extra-typings';
import { SOME_FAILED } from '../../core/errors.js';
import { folderFrom, isObjectAddress, placeFrom } from '../../core/objects/object-address.js';
import { jsonText } from '../../reports/formats/json.js';
import { terminal } from '../../reports/formats/terminal.js';
import { counted } from '../../core/text.js';
import type { MatteWay } from '../../pipeline/bring-mattes.js';
import type { Summary } from '../../schema/summary.js';
import type { LockOptions } from '../../store/lock-options.js';
import { planFolder } from '../../store/plan-folder/plan-folder.js';
import { keysOf } from '../arguments.js';
import { textWidth, type CliContext, type DefineCommand } from '../context.js';
import { lockOptions, ownerTimeoutFlag, waitFlag } from '../lock-flags.js';
import { assertMeant } from '../meant-flags.js';

/** The compiler holds these names to the ways that there are. */
const WAYS: Readonly<Record<MatteWay, true>> = { link: true, copy: true, symlink: true };

/** `maskbench merge`: the shards of a plan, or of one run, as one run folder, with its reports. */
export const merge: DefineCommand = (context, setStatus) =>
  new Command('merge')
    .argument(
      '<plan...>',
      'the folder of a plan, or its address s3://bucket/prefix; or run folders made with --shard 1/n to n/n',
    )
    .requiredOption('--out <folder>', 'the new run folder')
    .addOption(
      new Option(
        '--mattes <way>',
        'of a plan: second names of the same files, copies, or links to the attempts (default: link)',
      ).choices(keysOf(WAYS)),
    )
    .option('--allow-mixed', 'of a plan: also where machines differ; reports then say in what')
    .option('--no-list', 'of a plan: without looking whether images came or went since')
    .option('--clean', 'of a plan: then remove the attempts that are not needed')
    .addOption(waitFlag())
    .addOption(ownerTimeoutFlag())
    .option('--json', 'print the summary as JSON instead of tables')
    .action(async (paths, { out, json, mattes, allowMixed, list, clean, ...flags }) => {
      const { reportDocument } = await import('../../reports/document.js');
      const { tellRunFolder, writeRunReports } = await import('../write-report.js');
      const folder = folderFrom(context.cwd, out);
      const from = paths.map((path) => placeFrom(context.cwd, path));
      const lock = lockOptions(flags, context);
      const finish = async (merged: Summary): Promise<void> => {
        tellRunFolder(folder, await writeRunReports(folder, merged), context);
      };
      const isInBucket = from.some(isObjectAddress);
      const isPlan = from.length === 1 && (isInBucket || existsSync(planFolder(from[0]).document));
      const ofPlan = [isPlan, 'a plan', 'leave it out'] as const;
      assertMeant(
        { mattes, allowMixed, clean, list: list ? undefined : false },
        {
          mattes: ofPlan,
          allowMixed: ofPlan,
          clean: ofPlan,
          list: ofPlan,
        },
      );
      const summary = isPlan
        ? await (
            await import('../../pipeline/distributed/merge-plan.js')
          ).mergePlan(
            {
              path: from[0],
              out: folder,
              mattes: mattes ?? 'link',
              allowMixed: allowMixed === true,
              list,
              env: context.env,
              signal: context.signal,
              lock,
            },
            finish,
          )
        : await (await import('../../pipeline/merge.js')).mergeRuns(from, folder, lock, finish);
      if (json === true) context.out(jsonText(summary));
      else {
        const { rankingOf } = await import('../../analysis/gather-page.js');
        const document = reportDocument([summary], { rankings: [await rankingOf(folder, summary)] });
        context.out(terminal.render(document, { width: textWidth(context) }));
      }
      if (clean === true) await cleanPlan(from[0], lock, context);
      setStatus(summary.cells.failed > 0 ? SOME_FAILED : 0);
    });

async function cleanPlan(path: string, lock: LockOptions, { err, signal }: CliContext): Promise<void> {
  const { cleanAttempts } = await import('../../pipeline/distributed/clean-attempts.js');
  const { removed, inUse } = await cleanAttempts(path, { signal, lock });
  err(`${counted(removed, 'attempt')} removed that no shard needs\n`);
  if (inUse.length > 0) err(`warning: may still be at work, and left: ${inUse.join(', ')}\n`);
}
