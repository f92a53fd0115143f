import { Option, type Command } from 'commander';
import { list } from './arguments.js';
import { withGalleryOptions } from './gallery-options.js';
import type { CliContext, SetStatus } from './context.js';

/** `compare`, `check`, `baseline` and `rank`: what two runs, or the models of one, are worth against each other. */
export function addVerdictCommands(program: Command, context: CliContext, setStatus: SetStatus): void {
  addCompare(program, context);
  addCheck(program, context, setStatus);
  addBaseline(program, context);
  addRank(program, context);
}

const format = (choices: readonly string[]): Option =>
  new Option('--format <format>', 'how').choices(choices).default('terminal');

function addCompare(program: Command, context: CliContext): void {
  withGalleryOptions(program.command('compare'))
    .description('hold two runs against each other, image by image; 64 or 65 if they must not be')
    .argument('<a>', 'a run folder or the name of a baseline: the model before')
    .argument('<b>', 'a run folder or the name of a baseline: the model now')
    .option('--model-a <name>', 'the model of a (default: models of equal name are compared)')
    .option('--model-b <name>', 'the model of b; a and b may be the same run')
    .option('--metrics <ids>', 'only these; slices and moved images are by the first', list)
    .option('--datasets <names>', 'only these', list)
    .option('--force', 'compare what is common in spite of differences; the result is marked')
    .addOption(format(['terminal', 'markdown', 'json', 'html']))
    .option('--json', 'short for --format json')
    .option('--out <file>', 'write to a file instead of stdout')
    .action(async (a: string, b: string, options) => {
      const { compareCommand } = await import('./commands/compare.js');
      await compareCommand(a, b, options, context);
    });
}

function addCheck(program: Command, context: CliContext, setStatus: SetStatus): void {
  program
    .command('check')
    .description('may the candidate be rolled out? status 0 pass, 1 fail, 2 inconclusive')
    .option('--baseline <run>', 'a run folder or the name of a baseline')
    .option('--candidate <run>', 'a run folder')
    .option('--gate <file>', 'the rules: a YAML file, or the name of a gate of ours', 'rollout')
    .option('--model-a <name>', 'the model of the baseline (default: models of equal name)')
    .option('--model-b <name>', 'the model of the candidate')
    .option('--datasets <names>', 'only these', list)
    .option('--force', 'judge what is common in spite of differences; the result is marked')
    .option('--remeasure', 'time both models now, interleaved, as the gate says')
    .option('--file-a <file>', 'for --remeasure: where the file of model a is')
    .option('--file-b <file>', 'for --remeasure: where the file of model b is')
    .option('--json', 'print the verdict as JSON')
    .option('--junit <file>', 'write JUnit XML as well')
    .option('--markdown <file>', 'write a comment for a pull request as well')
    .option('--html <file>', 'write a page as well')
    .option('--self-test', 'whether the gate catches planted faults; needs nothing else')
    .action(async (options) => {
      const { checkCommand } = await import('./commands/check.js');
      setStatus(await checkCommand(options, context));
    });
}

function addBaseline(program: Command, context: CliContext): void {
  const load = () => import('./commands/baseline.js');
  const baseline = program
    .command('baseline')
    .description('runs to be compared with later, kept by name in baselines/ as small files');
  baseline
    .command('set')
    .description('keep the scores and fingerprints of a run under a name')
    .argument('<name>', 'such as production')
    .requiredOption('--run <folder>', 'a finished run')
    .option('--models <names>', 'only these models of the run', list)
    .option('--replace', 'overwrite a baseline of that name')
    .action(async (name: string, options) => (await load()).setBaseline(name, options, context));
  baseline
    .command('show')
    .description('what a baseline is of')
    .argument('<name>', 'its name')
    .option('--json', 'as JSON')
    .action(async (name: string, options) => (await load()).showBaseline(name, options, context));
  baseline
    .command('list')
    .description('all baselines in baselines/')
    .option('--json', 'as JSON')
    .action(async (options) => (await load()).listAllBaselines(options, context));
}

function addRank(program: Command, context: CliContext): void {
  program
    .command('rank')
    .description('the models of a run in tiers that can be told apart; leaked cells are left out')
    .argument('<run>', 'a run folder or the name of a baseline')
    .option('--metrics <ids>', 'rank by each of these (default: iou)', list)
    .addOption(format(['terminal', 'markdown', 'json']))
    .action(async (run: string, options) => {
      const { rankCommand } = await import('./commands/rank.js');
      await rankCommand(run, options, context);
    });
}
