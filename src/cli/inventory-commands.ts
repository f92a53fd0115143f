import type { Command } from 'commander';
import type { CliContext, SetStatus } from './context.js';

const loadModels = () => import('./commands/models.js');
const loadDatasets = () => import('./commands/datasets.js');

/** `models`, `datasets` and `devices`: what there is to run with. */
export function addInventoryCommands(program: Command, context: CliContext, setStatus: SetStatus): void {
  addModels(program, context, setStatus);
  addDatasets(program, context, setStatus);
  addDevices(program, context);
}

function addModels(program: Command, context: CliContext, setStatus: SetStatus): void {
  const models = program.command('models').description('the models that Maskbench knows, and their files');
  models
    .command('list')
    .description('all known models: size, input, licence, whether the file is here')
    .option('--json', 'as JSON')
    .action(async (options) => (await loadModels()).listModels(options, context));
  models
    .command('pull')
    .description('download models into the cache, checked against their checksums')
    .argument('<model...>', 'names, or YAML files')
    .action(async (names: string[]) => (await loadModels()).pullModels(names, context));
  models
    .command('verify')
    .description('hash the cached files of models again, or score them against what their specs record')
    .argument('[model...]', 'names, or YAML files (default: all that are cached)')
    .option('--score', 'predict a few samples: does the model score as recorded, and if not, what is wrong?')
    .option('--dataset <dataset>', 'with --score: another dataset, by name or YAML file')
    .option('--json', 'with --score: as JSON')
    .action(async (names: string[], options) => {
      if (options.score !== true) {
        setStatus(await (await loadModels()).verifyModels(names, context));
        return;
      }
      const { scoreModels } = await import('./commands/models-score.js');
      setStatus(await scoreModels(names, options, context));
    });
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
  datasets
    .command('list')
    .description('all known datasets: layout, root, whether they are here')
    .option('--json', 'as JSON')
    .action(async (options) => (await loadDatasets()).listDatasets(options, context));
  datasets
    .command('stats')
    .description('counts, sizes and foreground share')
    .argument('<dataset>', 'a name or a YAML file')
    .option('--json', 'as JSON')
    .action(async (name: string, options) => (await loadDatasets()).datasetStats(name, options, context));
  datasets
    .command('verify')
    .description('decode every file and name what is wrong; prints the fingerprint')
    .argument('<dataset>', 'a name or a YAML file')
    .option('--json', 'as JSON')
    .action(async (name: string, options) =>
      setStatus(await (await loadDatasets()).verifyDatasetCommand(name, options, context)),
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
