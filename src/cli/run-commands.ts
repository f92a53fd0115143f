import { Option, type Command } from 'commander';
import { MaskbenchError } from '../core/errors.js';
import { count, list, shard } from './arguments.js';
import type { CellFormat } from './commands/report-cells.js';
import { withGalleryOptions } from './gallery-options.js';
import type { RunOptions } from './commands/run.js';
import type { CliContext, SetStatus } from './context.js';

/** `run`, its phases alone, `merge` and `report`. */
export function addRunCommands(program: Command, context: CliContext, setStatus: SetStatus): void {
  addRun(program, context, setStatus);
  addTime(program, context, setStatus);
  addMerge(program, context, setStatus);
  addReport(program, context);
}

function withRunOptions(command: Command): Command {
  return command
    .argument('<config>', 'YAML file of the run, such as configs/runs/quickstart.yaml')
    .option('--models <names>', 'only these models of the config, by name', list)
    .option('--datasets <names>', 'only these datasets of the config, by name', list)
    .option('--device <device>', 'cpu, webgpu, cuda:0, tensorrt:0, coreml or dml')
    .option('--allow-fallback', 'go on where the device asked for runs none of a model; the report names it')
    .addOption(
      new Option('--profile <profile>', 'how thoroughly time is measured').choices([
        'quick',
        'standard',
        'publishable',
      ]),
    )
    .option('--limit <n>', 'at most n samples of every dataset', count)
    .option('--out <folder>', 'the run folder (default: runs/<name of the config>)')
    .option('--resume', 'continue the run in that folder')
    .option('--offline', 'use what is cached, never the network')
    .option('--json', 'print the summary as JSON instead of tables');
}

function addRun(program: Command, context: CliContext, setStatus: SetStatus): void {
  withRunOptions(program.command('run'))
    .description('predict, score, time and report what a config describes')
    .option('--shard <i/n>', 'every n-th sample only, for several machines', shard)
    .option('--no-time', 'leave the timing pass out')
    .option('--no-score', 'leave scoring out')
    .addOption(
      new Option('--only <phase>', 'one phase alone; score continues the run that is there')
        .choices(['predict', 'score', 'time'])
        .conflicts(['time', 'score']),
    )
    .action(async (config: string, { only, ...options }) => {
      const { runCommand } = await import('./commands/run.js');
      setStatus(await runCommand(config, { ...options, ...phasesOf(options, only) }, context));
    });
}

/** Mattes that are to be scored alone are those of a run that is there. */
function phasesOf(
  { resume, score, time }: { readonly resume?: boolean; readonly score: boolean; readonly time: boolean },
  only: 'predict' | 'score' | 'time' | undefined,
): Pick<RunOptions, 'resume' | 'predict' | 'score' | 'time'> {
  const phases =
    only === undefined
      ? { predict: true, score, time }
      : { predict: only === 'predict', score: only === 'score', time: only === 'time' };
  return { ...phases, ...(resume === true || only === 'score' ? { resume: true } : {}) };
}

function addTime(program: Command, context: CliContext, setStatus: SetStatus): void {
  withRunOptions(program.command('time'))
    .description('the timing pass alone, every model in a process of its own')
    .action(async (config: string, options) => {
      const { runCommand } = await import('./commands/run.js');
      setStatus(await runCommand(config, { ...options, predict: false, score: false, time: true }, context));
    });
}

function addMerge(program: Command, context: CliContext, setStatus: SetStatus): void {
  program
    .command('merge')
    .description('put the shards of one run together into one run folder')
    .argument('<run...>', 'run folders made with --shard 1/n to n/n')
    .requiredOption('--out <folder>', 'the new run folder')
    .action(async (runs: string[], options) => {
      const { mergeCommand } = await import('./commands/merge.js');
      setStatus(await mergeCommand(runs, options, context));
    });
}

function addReport(program: Command, context: CliContext): void {
  withGalleryOptions(program.command('report'))
    .description('render a run again, or runs on several devices side by side')
    .argument('<run...>', 'run folders')
    .addOption(
      new Option('--format <format>', 'how')
        .choices([
          'terminal',
          'markdown',
          'latex',
          'csv',
          'cells-csv',
          'parquet',
          'json',
          'html',
          'svg',
          'png',
        ])
        .default('terminal'),
    )
    .option('--out <file>', 'write to a file instead of stdout; with svg and png: a folder, a file a plot')
    .option('--intervals', 'markdown and latex: the 95 % interval beside every mean score')
    .option('--columns <ids>', 'the metrics that the table of accuracy shows, such as iou,sod.s', list)
    .option('--by <attribute>', 'scores by split, group, category, ipq, components ... of the samples')
    .option('--against <run>', 'with --format html: a run or baseline before, to show what changed')
    .option('--metric <id>', 'of --by, or by which the pictures are chosen; such as iou or sod.s')
    .action(async (runs: string[], options) => {
      const [run = '', ...others] = runs;
      if (options.by === undefined && isCellFormat(options.format)) {
        const { reportCells } = await import('./commands/report-cells.js');
        await reportCells(runs, { ...options, format: options.format }, context);
      } else if (options.by === undefined && (options.format === 'svg' || options.format === 'png')) {
        const { reportPlots } = await import('./commands/report-plots.js');
        await reportPlots(runs, options, context);
      } else if (options.by === undefined) {
        const { reportCommand } = await import('./commands/report.js');
        await reportCommand(runs, options, context);
      } else {
        if (others.length > 0) throw new MaskbenchError('usage', '--by takes one run');
        const { reportSlices } = await import('./commands/report-slices.js');
        await reportSlices(run, options, context);
      }
    });
}

/** A row a cell, and not what the cells come to. */
function isCellFormat(format: string): format is CellFormat {
  return format === 'cells-csv' || format === 'parquet';
}
