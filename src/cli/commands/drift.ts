import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { escapeControls, SOME_FAILED } from '../../core/errors.js';
import { folderFrom } from '../../core/objects/object-address.js';
import { wrapText } from '../../core/text.js';
import { jsonText } from '../../reports/formats/json.js';
import { renderTable } from '../../reports/formats/terminal.js';
import { count, level, list } from '../arguments.js';
import { textWidth, type DefineCommand } from '../context.js';
import { allMean, assertMeant } from '../meant-flags.js';
import { limitFlag, sampleByFlag, sampleFlag, seedFlag, takenImages } from '../sample-flags.js';
import { allowUploadFlag, retryUnknownFlag } from '../service-flags.js';
import { ticker } from '../ticker.js';

/** `maskbench drift`: how far mattes of one model lie from those of another, and where they part. */
export const drift: DefineCommand = (context, setStatus) =>
  new Command('drift')
    .requiredOption('--reference <model>', 'a name or YAML file, e.g. isnet-fp16 or isnet-fp16@cpu+threads=1')
    .requiredOption(
      '--candidates <models>',
      'the same, separated by commas, e.g. isnet-quint8,isnet-fp16@webgpu',
      list,
    )
    .requiredOption('--dataset <dataset>', 'a name or a YAML file')
    .addOption(limitFlag())
    .addOption(sampleFlag())
    .addOption(seedFlag())
    .addOption(sampleByFlag())
    .option('--worst <n>', 'how many images to show', count, 10)
    .option('--threshold <n>', 'foreground is >= n, 1 to 255', level, 128)
    .option('--threads <n>', 'threads of each model (default: all cores)', count)
    .option(
      '--out <folder>',
      'where a model is a service: the run that calls it, begun there or continued by the same command',
    )
    .addOption(allowUploadFlag())
    .addOption(retryUnknownFlag())
    .option('--offline', 'use only cached files, never the network')
    .option('--json', 'as JSON, with every image')
    .addHelpText(
      'after',
      '\nAfter a model: @cpu, @webgpu, @cuda:0 ...; then +threads=<n>, +graph=disabled|basic|extended|all,\n+resample=<filter>, e.g. isnet-fp16@cpu+threads=1+resample=pillow-bilinear.',
    )
    .action(async (options) => {
      const { parseCandidate } = await import('../../analysis/drift/parse-candidate.js');
      const { measureDrift } = await import('../../analysis/drift/drift.js');
      const { summariseDrift, worstFirst } = await import('../../analysis/drift/summarise-drift.js');
      const { loadDataset } = await import('../../datasets/load.js');
      const { DRIFT_LEGEND, driftTable } = await import('../drift-table.js');
      const { servicesAmong } = await import('../../analysis/drift/services.js');
      const { createProgress } = await import('../progress.js');
      const threads = options.threads ?? availableParallelism();
      const reference = parseCandidate(options.reference, threads);
      const candidates = options.candidates.map((label) => parseCandidate(label, threads));
      const { cwd, env, signal, maxMegapixels } = context;
      const isCalled = (await servicesAmong([reference, ...candidates], cwd)).length > 0;
      const ofServices = ['out', 'allowUpload', 'retryUnknown'] as const;
      assertMeant(
        options,
        allMean(ofServices, [isCalled, 'services, and none of the models is one', 'leave it out']),
      );
      const out = options.out === undefined ? undefined : folderFrom(cwd, options.out);
      const dataset = await loadDataset(options.dataset, context);
      const { images: records, versions } = await measureDrift({
        reference,
        candidates,
        dataset,
        ...takenImages(options),
        threshold: options.threshold,
        offline: options.offline === true,
        cwd,
        services:
          out === undefined
            ? undefined
            : {
                out,
                label: relative(cwd, out) || '.',
                dataset: options.dataset,
                allowUpload: options.allowUpload === true,
                retryUnknown: options.retryUnknown === true,
                maxMegapixels,
                env,
                emit: createProgress(context),
              },
        onImage: ticker(context, (done: number) => `drift: ${done} images`),
        signal,
      });
      const summaries = summariseDrift(records);
      const sorted = worstFirst(records);
      if (options.json === true) {
        const { threshold } = options;
        const head = { reference: options.reference, dataset: dataset.name, threshold, versions };
        context.out(jsonText({ ...head, summaries, images: sorted }));
      } else {
        const width = textWidth(context);
        const named = (model: string): string =>
          Object.hasOwn(versions, model) ? `${model} (version ${escapeControls(versions[model])})` : model;
        const tables = summaries.map((summary) => {
          const own = sorted.filter(({ candidate }) => candidate === summary.candidate);
          const table = driftTable(summary, options.reference, named, own.slice(0, options.worst));
          return renderTable(table, width);
        });
        const head = `drift on ${dataset.name}, threshold ${options.threshold}, worst images first`;
        context.out(`${[head, ...tables, wrapText(DRIFT_LEGEND, '', '', width)].join('\n\n')}\n`);
      }
      setStatus(records.some(({ status }) => status === 'failed') ? SOME_FAILED : 0);
    });
