import { Command } from '@commander-js/extra-typings';
import { folderFrom } from '../../core/objects/object-address.js';
import type { DefineCommand } from '../context.js';
import { ownerTimeoutFlag, waitFlag } from '../lock-flags.js';
import { mattesFlag, repredictFlag } from '../mattes-flags.js';
import { allowUploadFlag, retryUnknownFlag } from '../service-flags.js';
import { runLoaded } from './run.js';

/** `maskbench resume`: a run continued by what its manifest says of how it was begun. */
export const resume: DefineCommand = (context, setStatus) =>
  new Command('resume')
    .argument('<run>', 'its folder')
    .addOption(waitFlag())
    .addOption(ownerTimeoutFlag())
    .addOption(allowUploadFlag())
    .addOption(retryUnknownFlag())
    .addOption(mattesFlag())
    .addOption(repredictFlag())
    .option('--offline', 'use only cached files, never the network')
    .option('--json', 'print the summary as JSON instead of tables')
    .action(async (run, flags) => {
      const { readOrigin } = await import('../../store/origin.js');
      const { phases, shard, ...begun } = await readOrigin(folderFrom(context.cwd, run));
      const { mattes = begun.config.mattes } = flags;
      const origin = mattes === undefined ? begun : { ...begun, config: { ...begun.config, mattes } };
      const more = { ...flags, resume: true as const, out: run, ...(shard === null ? {} : { shard }) };
      setStatus(await runLoaded(origin, more, phases, context));
    });
