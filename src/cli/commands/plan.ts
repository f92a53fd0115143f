import { relative } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { MaskbenchError } from '../../core/errors.js';
import { isObjectAddress, placeFrom } from '../../core/objects/object-address.js';
import { counted } from '../../core/text.js';
import { jsonText } from '../../reports/formats/json.js';
import { count, list } from '../arguments.js';
import type { DefineCommand } from '../context.js';
import { mattesFlag } from '../mattes-flags.js';
import { limitFlag, sampleByFlag, sampleFlag, seedFlag } from '../sample-flags.js';
import { withOverrides } from './run.js';

/** `maskbench plan`: what many processes are to do, listed and hashed once. */
export const plan: DefineCommand = (context) =>
  new Command('plan')
    .argument('<config>', 'YAML file of the run, or the name of one that comes along')
    .requiredOption('--shards <n>', 'how many parts of like cost', count)
    .requiredOption('--out <place>', 'the folder of the plan, which all hosts see, or s3://bucket/prefix')
    .option('--models <names>', 'only these of its models', list)
    .option('--datasets <names>', 'the same for datasets', list)
    .option('--device <device>', 'what every shard runs on: cpu, cuda:0, ...')
    .option('--resize', 'resize mattes whose ground truth has another size')
    .addOption(mattesFlag())
    .addOption(limitFlag())
    .addOption(sampleFlag())
    .addOption(seedFlag())
    .addOption(sampleByFlag())
    .option('--offline', 'use only cached files, never the network')
    .option('--json', 'print what was planned as JSON')
    .action(async (path, flags) => {
      const { cwd, signal, env, maxMegapixels } = context;
      const { models, datasets } = flags;
      const { loadRunConfig } = await import('../../store/config.js');
      const { prepareRun } = await import('../../pipeline/prepare.js');
      const { makePlanFolder } = await import('../../pipeline/distributed/make-plan.js');
      const { limitPixels } = await import('../../image/pixel-limit.js');
      const { createDownloadProgress } = await import('../download-progress.js');
      const { createProgress } = await import('../progress.js');
      const asked = { ...flags, ...(maxMegapixels === undefined ? {} : { maxMegapixels }) };
      const { config, folder } = withOverrides(await loadRunConfig(path, cwd), asked);
      if (config.scenarios.length > 0) {
        throw new MaskbenchError('usage', 'a plan has no scenarios', {
          remedy: 'measure them with "maskbench time" on one machine, and leave them out of this config',
        });
      }
      limitPixels(config.maxMegapixels);
      const prepared = await prepareRun(
        { config, folder },
        {
          models,
          datasets,
          cwd,
          env,
          signal,
          offline: flags.offline === true,
          onProgress: createDownloadProgress(context),
        },
      );
      const out = placeFrom(cwd, flags.out);
      const made = await makePlanFolder({
        ...prepared,
        shards: flags.shards,
        out,
        origin: {
          config,
          folder,
          cwd,
          phases: { predict: true, score: true, time: false },
          ...(models === undefined ? {} : { models }),
          ...(datasets === undefined ? {} : { datasets }),
        },
        emit: createProgress(context),
        signal,
      });
      const { root, settings, shards } = made.plan;
      const samples = settings.datasets.reduce((sum, of) => sum + of.samples, 0);
      const problems = settings.datasets.reduce((sum, of) => sum + of.problems, 0);
      const cells = (samples + problems) * settings.models.length;
      const { quoted } = await import('../../pipeline/distributed/submit/submission.js');
      const at = quoted(isObjectAddress(out) ? out : relative(cwd, out) || '.');
      const named = settings.plugins === undefined ? '' : ` --config ${quoted(path)}`;
      if (flags.json === true) {
        context.out(
          jsonText({ path: out, root, shards: shards.count, samples, problems, cells, isOld: made.isOld }),
        );
        return;
      }
      context.out(
        `${made.isOld ? 'Planned before, and the same' : 'Planned'}: ${counted(samples, 'sample')}, ${counted(cells, 'cell')}, ${counted(shards.count, 'shard')} (root ${root.slice(0, 12)})\n` +
          `maskbench work ${at} --shard 1${named}    one shard by hand\n` +
          `maskbench submit slurm ${at}${named}      a script for all of them\n`,
      );
    });
