import { Command, Option } from '@commander-js/extra-typings';
import { SOME_FAILED } from '../../core/errors.js';
import { placeFrom } from '../../core/objects/object-address.js';
import { counted } from '../../core/text.js';
import type { Worked } from '../../pipeline/distributed/work.js';
import { jsonText } from '../../reports/formats/json.js';
import { autoOrCount, count } from '../arguments.js';
import type { DefineCommand } from '../context.js';

/** `maskbench work`: an attempt at one shard of a plan. */
export const work: DefineCommand = (context, setStatus) =>
  new Command('work')
    .argument('<plan>', 'its folder, or its address s3://bucket/prefix')
    .option(
      '--shard <n>',
      'which shard, from 1; auto: as Slurm, Kubernetes, AWS Batch, GNU parallel or another engine says',
      autoOrCount,
      'auto' as const,
    )
    .addOption(
      new Option('--time', 'take times instead, on a machine that does nothing else').conflicts('strict'),
    )
    .option('--again', 'work on a shard that is published, too, and replace its result')
    .option('--strict', 'exit status 3 where cells of the shard failed; without it a published shard is 0')
    .option(
      '--save-every <seconds>',
      'of a plan in a bucket: how often what is done goes there (default: 30)',
      count,
    )
    .option('--offline', 'use only cached files, never the network')
    .option('--json', 'print what was published as JSON')
    .action(async (path, { shard, time, again, strict, saveEvery, offline, json }) => {
      const { takeTimes, work: workOn } = await import('../../pipeline/distributed/work.js');
      const { createDownloadProgress } = await import('../download-progress.js');
      const { createProgress } = await import('../progress.js');
      const request = {
        path: placeFrom(context.cwd, path),
        again: again === true,
        offline: offline === true,
        ...(saveEvery === undefined ? {} : { saveMs: 1000 * saveEvery }),
        env: context.env,
        onProgress: createDownloadProgress(context),
        emit: createProgress(context),
        signal: context.signal,
      };
      if (time === true) {
        const { isOurs, publication: times } = await takeTimes(request);
        context.out(
          json === true
            ? jsonText({ isOurs, ...times })
            : `Times ${isOurs ? 'are published' : `were published before, by attempt ${times.attempt}`}\n`,
        );
        return;
      }
      const worked = await workOn({ ...request, shard });
      const { kind, publication } = worked;
      context.out(json === true ? jsonText({ kind, ...publication }) : `${inWords(worked)}\n`);
      setStatus(strict === true && publication.cells.failed > 0 ? SOME_FAILED : 0);
    });

function inWords({ kind, shards, publication }: Worked): string {
  const { shard, cells, reused, attempt } = publication;
  const failed = cells.failed === 0 ? '' : `, ${cells.failed} failed`;
  const earlier = reused === 0 ? '' : ` (${reused} by earlier attempts)`;
  const of = `Shard ${shard} of ${shards}`;
  const done = `${counted(cells.scored, 'cell')} scored${earlier}${failed}`;
  switch (kind) {
    case 'published':
      return `${of} is published: ${done}`;
    case 'was-published':
      return `${of} was published before, by attempt ${attempt}: ${done}`;
    case 'lost':
      return `${of} was published meanwhile by attempt ${attempt}, and this attempt is not needed: ${done}`;
  }
}
