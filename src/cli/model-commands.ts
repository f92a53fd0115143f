import type { Command } from 'commander';
import { bits, count, level, list } from './arguments.js';
import type { CliContext, SetStatus } from './context.js';

/** Commands about models and data beside each other: `drift`, `datasets overlap`. */
export function addModelCommands(program: Command, context: CliContext, setStatus: SetStatus): void {
  addDrift(program, context, setStatus);
  addOverlap(program, context);
}

function addDrift(program: Command, context: CliContext, setStatus: SetStatus): void {
  program
    .command('drift')
    .description(
      'how far mattes of other precisions, providers or exports lie from a reference, and from where on',
    )
    .requiredOption('--reference <model>', 'a name or YAML file, e.g. isnet-fp16 or isnet-fp16@cpu+threads=1')
    .requiredOption(
      '--candidates <models>',
      'the same, separated by commas, e.g. isnet-quint8,isnet-fp16@webgpu',
      list,
    )
    .requiredOption('--dataset <dataset>', 'a name or a YAML file')
    .option('--limit <n>', 'only the first n images', count)
    .option('--worst <n>', 'how many images to show', count, 10)
    .option('--threshold <n>', 'foreground is >= n, 1 to 255', level, 128)
    .option('--threads <n>', 'threads of each model (default: all cores)', count)
    .option('--offline', 'use what is cached, never the network')
    .option('--json', 'as JSON, with every image')
    .addHelpText(
      'after',
      '\nAfter a model: @cpu, @webgpu, @cuda:0 ...; then +threads=<n>, +graph=disabled|basic|extended|all,\n+resample=<filter>, e.g. isnet-fp16@cpu+threads=1+resample=pillow-bilinear.',
    )
    .action(async (options) => {
      const { driftCommand } = await import('./commands/drift.js');
      setStatus(await driftCommand(options, context));
    });
}

function addOverlap(program: Command, context: CliContext): void {
  const datasets = program.commands.find((command) => command.name() === 'datasets');
  datasets
    ?.command('overlap')
    .description('images of one dataset that are nearly the same as images of another, or of itself')
    .argument('<a>', 'a name or a YAML file')
    .argument('<b>', 'likewise; the same as <a> finds duplicates within it')
    .option('--distance <n>', 'bits of 64 that may differ', bits, 8)
    .option('--json', 'as JSON')
    .action(async (a: string, b: string, options) => {
      const { overlapCommand } = await import('./commands/datasets-overlap.js');
      await overlapCommand(a, b, options, context);
    });
}
