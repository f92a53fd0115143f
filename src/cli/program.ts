import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { describeError, EXIT_STATUS, exitStatusOf, MaskbenchError } from '../core/errors.js';
import type { CliContext } from './context.js';

const HELP_FOOTER = `
Exit status: 0 done or pass, 1 the gate failed, 2 inconclusive, 3 done but some cells failed,
64 usage or config, 65 bad data, 69 device, provider or source not to be had, 70 a bug, 130 interrupted.`;

/**
 * Runs one command line.
 *
 * @returns the exit status; every error has become one line on stderr.
 */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  let status = 0;
  const program = buildProgram(context, (value) => {
    status = value;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_STATUS.usage;
    if (error instanceof MaskbenchError && error.code === 'cancelled') {
      context.err(`${describeError(error)}\n`);
      return 130;
    }
    context.err(`maskbench: ${describeError(error)}\n`);
    if (!(error instanceof MaskbenchError) && error instanceof Error) {
      context.err(`This is a bug in Maskbench. ${error.stack ?? ''}\n`);
    }
    return exitStatusOf(error);
  }
}

type SetStatus = (status: number) => void;

function buildProgram(context: CliContext, setStatus: SetStatus): Command {
  const program = new Command('maskbench')
    .description('Evaluate, time and gate image segmentation models.')
    .addHelpText('after', HELP_FOOTER)
    .configureOutput({
      writeOut: context.out,
      writeErr: context.err,
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
    })
    .showSuggestionAfterError()
    .exitOverride();
  addRun(program, context, setStatus);
  addTime(program, context, setStatus);
  addScore(program, context, setStatus);
  addReport(program, context);
  addModels(program, context, setStatus);
  addDatasets(program, context, setStatus);
  addDevices(program, context);
  for (const command of [program, ...program.commands, ...program.commands.flatMap((c) => c.commands)]) {
    command.copyInheritedSettings(program).exitOverride();
  }
  return program;
}

const list = (text: string): string[] => {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('expected names separated by commas.');
  return names;
};

const count = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1.');
  return Number(text);
};

const shard = (text: string): [number, number] => {
  const [, part = '', parts = ''] = /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text) ?? [];
  if (part === '' || Number(part) > Number(parts)) {
    throw new InvalidArgumentError('expected i/n with 1 <= i <= n, such as 2/4.');
  }
  return [Number(part), Number(parts)];
};

function withRunOptions(command: Command): Command {
  return command
    .argument('<config>', 'YAML file of the run, such as configs/runs/quickstart.yaml')
    .option('--models <names>', 'only these models of the config, by name', list)
    .option('--datasets <names>', 'only these datasets of the config, by name', list)
    .option('--device <device>', 'cpu, webgpu, cuda:0, tensorrt:0, coreml or dml')
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
    .action(async (config: string, options) => {
      const { runCommand } = await import('./commands/run.js');
      setStatus(await runCommand(config, { ...options, predict: true }, context));
    });
}

function addTime(program: Command, context: CliContext, setStatus: SetStatus): void {
  withRunOptions(program.command('time'))
    .description('the timing pass alone, one model at a time in a process of its own')
    .action(async (config: string, options) => {
      const { runCommand } = await import('./commands/run.js');
      setStatus(await runCommand(config, { ...options, predict: false, score: false, time: true }, context));
    });
}

function addScore(program: Command, context: CliContext, setStatus: SetStatus): void {
  withRunOptions(program.command('score'))
    .description('score the mattes that a run folder holds, without predicting')
    .action(async (config: string, options) => {
      const { runCommand } = await import('./commands/run.js');
      setStatus(
        await runCommand(
          config,
          { ...options, resume: true, predict: false, score: true, time: false },
          context,
        ),
      );
    });
}

function addReport(program: Command, context: CliContext): void {
  program
    .command('report')
    .description('render a run again')
    .argument('<run>', 'a run folder')
    .addOption(
      new Option('--format <format>', 'how')
        .choices(['terminal', 'markdown', 'csv', 'json', 'html'])
        .default('terminal'),
    )
    .option('--out <file>', 'write to a file instead of stdout')
    .action(async (run: string, options) => {
      const { reportCommand } = await import('./commands/report.js');
      await reportCommand(run, options, context);
    });
}

function addModels(program: Command, context: CliContext, setStatus: SetStatus): void {
  const models = program.command('models').description('the models that Maskbench knows, and their files');
  const load = () => import('./commands/models.js');
  models
    .command('list')
    .description('all known models: size, input, licence, whether the file is here')
    .option('--json', 'as JSON')
    .action(async (options) => (await load()).listModels(options, context));
  models
    .command('pull')
    .description('download models into the cache, checked against their checksums')
    .argument('<model...>', 'names, or YAML files')
    .action(async (names: string[]) => (await load()).pullModels(names, context));
  models
    .command('verify')
    .description('hash the cached files of models again')
    .argument('[model...]', 'names, or YAML files (default: all that are cached)')
    .action(async (names: string[]) => setStatus(await (await load()).verifyModels(names, context)));
  models
    .command('inspect')
    .description('what a model file is: inputs, outputs, opset, precision, size, operators')
    .argument('<model>', 'a name, a YAML file or an .onnx file')
    .option('--json', 'as JSON')
    .action(async (name: string, options) => {
      const { inspectModel } = await import('./commands/models-inspect.js');
      await inspectModel(name, options, context);
    });
}

function addDatasets(program: Command, context: CliContext, setStatus: SetStatus): void {
  const datasets = program
    .command('datasets')
    .description('the datasets that Maskbench knows, and their files');
  const load = () => import('./commands/datasets.js');
  datasets
    .command('list')
    .description('all known datasets: layout, root, whether they are here')
    .option('--json', 'as JSON')
    .action(async (options) => (await load()).listDatasets(options, context));
  datasets
    .command('stats')
    .description('counts, sizes and foreground share')
    .argument('<dataset>', 'a name or a YAML file')
    .option('--json', 'as JSON')
    .action(async (name: string, options) => (await load()).datasetStats(name, options, context));
  datasets
    .command('verify')
    .description('decode every file and name what is wrong; prints the fingerprint')
    .argument('<dataset>', 'a name or a YAML file')
    .option('--json', 'as JSON')
    .action(async (name: string, options) =>
      setStatus(await (await load()).verifyDatasetCommand(name, options, context)),
    );
  datasets
    .command('pull')
    .description('download a dataset, or say exactly where to get it')
    .argument('<dataset>', 'a name or a YAML file')
    .option('--accept-terms', 'you have read and accept the terms of the dataset')
    .action(async (name: string, options) => {
      const { pullDatasetCommand } = await import('./commands/datasets-pull.js');
      setStatus(await pullDatasetCommand(name, options, context));
    });
}

function addDevices(program: Command, context: CliContext): void {
  program
    .command('devices')
    .description('what this machine can run on, and why not the rest')
    .option('--json', 'as JSON')
    .action(async (options) => {
      const { devicesCommand } = await import('./commands/devices.js');
      await devicesCommand(options, context);
    });
}
