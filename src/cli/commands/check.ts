import { resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { TimePair } from '../../analysis/gate/check.js';
import type { Side } from '../../analysis/compare/side.js';
import type { LoadedGate } from '../../analysis/gate/gate.js';
import { MaskbenchError, type ExitStatus } from '../../core/errors.js';
import { jsonText } from '../../reports/formats/json.js';
import type { GateOutcome, Verdict } from '../../schema/verdict.js';
import { count, list } from '../arguments.js';
import { textWidth, type CliContext, type DefineCommand, type FlagsOf } from '../context.js';
import { ownerTimeoutFlag, waitFlag } from '../lock-flags.js';

const imagesOrAll = (text: string): number | 'all' => (text === 'all' ? text : count(text));

const flags = () =>
  new Command('check')
    .option('--baseline <run>', 'a run folder, the name of a baseline, or one in git: main:baselines/name')
    .option('--candidate <run>', 'a run folder')
    .option(
      '--until-decided',
      'predict and score the candidate now, in random order, only until the gate has decided; with --candidate-config and --out',
    )
    .option('--candidate-config <file>', 'for --until-decided: the config of a run of the candidate')
    .option('--out <folder>', 'for --until-decided: the folder of that run; it is marked as partial')
    .option('--resume', 'for --until-decided: continue in that folder')
    .option('--order-seed <text>', 'for --until-decided: the seed of the order of images (default: random)')
    .option('--offline', 'for --until-decided: use only cached files, never the network')
    .addOption(waitFlag())
    .addOption(ownerTimeoutFlag())
    .option(
      '--gate <file>',
      'the rules: a YAML file, one in git (main:gates/mine.yaml), or the name of a built-in gate',
      'rollout',
    )
    .option('--model-a <name>', 'the model of the baseline (default: models of equal name)')
    .option('--model-b <name>', 'the model of the candidate')
    .option('--datasets <names>', 'only these datasets', list)
    .option(
      '--force',
      'judge what both sides have in common, despite differences; the result is marked, a pass has exit status 4',
    )
    .option('--remeasure', 'time both models now, interleaved, as the gate specifies')
    .option('--file-a <file>', 'for --remeasure: where the file of model a is')
    .option('--file-b <file>', 'for --remeasure: where the file of model b is')
    .option('--rescore <n>', 'first compute the scores of n images again, or of "all"', imagesOrAll)
    .option('--truths <datasets>', 'for --rescore: your own datasets, by name or YAML file', list)
    .option('--rescore-seed <text>', 'for --rescore: the seed that selects the images (default: random)')
    .option('--json', 'print the verdict as JSON')
    .option('--junit <file>', 'also write JUnit XML')
    .option('--markdown <file>', 'also write a comment for a pull request')
    .option('--html <file>', 'also write a page')
    .option('--self-test', 'test whether the gate catches planted faults; needs no runs');

type Flags = FlagsOf<typeof flags>;

/** `maskbench check`: the verdict on stdout and as exit status, and in the files asked for. */
export const check: DefineCommand = (context, setStatus) =>
  flags().action(async (options) => setStatus(await judge(options, context)));

const STATUS: Readonly<Record<Verdict, ExitStatus>> = { pass: 0, fail: 1, inconclusive: 2 };
/** A pass of what is common only: nobody takes it for a pass. */
const FORCED_PASS: ExitStatus = 4;

async function judge(options: Flags, context: CliContext): Promise<ExitStatus> {
  const { openSide } = await import('../../analysis/compare/open-side.js');
  const { checkGate } = await import('../../analysis/gate/check.js');
  const { assertDecidable, loadGate } = await import('../../analysis/gate/gate.js');
  const loaded = await loadGate(options.gate, context.cwd, context);
  const { allMean, assertMeant } = await import('../meant-flags.js');
  const { selfTest: isSelfTest, gate: _gate, json: _json, ...ofRuns } = options;
  const names = Object.keys(ofRuns) as (keyof typeof ofRuns)[];
  assertMeant(ofRuns, allMean(names, [isSelfTest !== true, 'runs', 'leave out --self-test']));
  const timed = options.remeasure === true;
  assertMeant(options, allMean(['fileA', 'fileB'], [timed, 'models that are timed now', 'add --remeasure']));
  if (options.selfTest === true) return selfTest(loaded, options, context);
  const { assertFlagsOfWalk, walkUntilDecided } = await import('../until-decided.js');
  assertFlagsOfWalk(options);
  if (timed) await warnOfMeasure(loaded, context);
  if (options.untilDecided === true) {
    const { out = '' } = options;
    const timePair = timed ? () => timing(out, loaded, options, context) : undefined;
    return tell(await walkUntilDecided(options, loaded, timePair, context), options, context);
  }
  assertDecidable(loaded.gate, options.remeasure === true);
  const { baseline, candidate } = options;
  if (baseline === undefined || candidate === undefined) {
    throw new MaskbenchError('usage', `--${baseline === undefined ? 'baseline' : 'candidate'} is missing`, {
      remedy: 'give both: a run folder or a baseline, and the run folder of the candidate',
    });
  }
  const sides = [await openSide(baseline, context.cwd), await openSide(candidate, context.cwd)] as const;
  const remarks = await rescoreRuns(sides, options, context);
  const checked = await checkGate(...sides, loaded, {
    models: { baseline: options.modelA, candidate: options.modelB },
    datasets: options.datasets,
    force: options.force === true,
    remeasure: options.remeasure === true ? await timing(candidate, loaded, options, context) : undefined,
  });
  const { comparison } = checked;
  const { comparedSides, tellOutputs } = await import('../tell-outputs.js');
  await tellOutputs(comparedSides(...sides, comparison), context);
  const outcome = { ...checked, comparison: { ...comparison, remarks: [...comparison.remarks, ...remarks] } };
  return tell(outcome, options, context);
}

/** Writes and prints a verdict. @returns its exit status. */
async function tell(outcome: GateOutcome, options: Flags, context: CliContext): Promise<ExitStatus> {
  const { outcomeToTerminal } = await import('../../reports/comparison/terminal.js');
  await writeFiles(outcome, options, context);
  context.out(options.json === true ? jsonText(outcome) : outcomeToTerminal(outcome, textWidth(context)));
  // GitHub reads annotations from both streams; stdout may be somebody's JSON.
  if (context.env['GITHUB_ACTIONS'] === 'true') {
    const { outcomeToAnnotations } = await import('../../reports/comparison/annotations.js');
    context.err(outcomeToAnnotations(outcome));
  }
  const forced = outcome.verdict === 'pass' && outcome.comparison.forced.length > 0;
  return forced ? FORCED_PASS : STATUS[outcome.verdict];
}

/** Computes scores of each run folder again, where that is asked for, and says so. */
async function rescoreRuns(
  sides: readonly Side[],
  { rescore: images, truths: references, rescoreSeed = globalThis.crypto.randomUUID(), datasets }: Flags,
  context: CliContext,
): Promise<readonly string[]> {
  if (images === undefined) return [];
  const { rescore } = await import('../../analysis/gate/rescore.js');
  const { loadDataset } = await import('../../datasets/load.js');
  if (references === undefined || sides.at(-1)?.folder === undefined) {
    throw new MaskbenchError('usage', '--rescore takes the mattes of a run and your own ground truths', {
      remedy: 'name a run folder as candidate, and with --truths the datasets on this machine',
    });
  }
  const truths = await Promise.all(references.map((reference) => loadDataset(reference, context)));
  const remarks: string[] = [];
  for (const { folder, facts } of sides) {
    if (folder === undefined) continue;
    const request = { folder, truths, images, seed: rescoreSeed, datasets, signal: context.signal };
    const { images: done, of } = await rescore(request);
    remarks.push(
      `Scores of ${done} of ${of} images of ${facts.label} were computed again from its mattes and the ground truths of ${truths.map(({ name }) => name).join(', ')} here: they match the recorded ones (seed ${rescoreSeed}).`,
    );
  }
  return remarks;
}

/** Says before minutes go into it that the times of a gate cannot decide. */
async function warnOfMeasure({ gate }: LoadedGate, { err }: CliContext): Promise<void> {
  const { measureOf } = await import('../../analysis/gate/gate.js');
  const { whyNeverSealed } = await import('../../analysis/gate/remeasure/measure.js');
  const why = whyNeverSealed(measureOf(gate));
  if (why !== undefined) err(`warning: ${why}\n`);
}

async function timing(
  candidate: string,
  { gate }: LoadedGate,
  { fileA, fileB }: Flags,
  context: CliContext,
): Promise<TimePair> {
  const { measureOf } = await import('../../analysis/gate/gate.js');
  const { createTimePair } = await import('../../analysis/gate/remeasure/time-pair.js');
  const { createProgress } = await import('../progress.js');
  const emit = createProgress(context);
  const at = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : resolve(context.cwd, file);
  return createTimePair({
    run: resolve(context.cwd, candidate),
    measure: measureOf(gate),
    files: { baseline: at(fileA), candidate: at(fileB) },
    cwd: context.cwd,
    env: context.env,
    signal: context.signal,
    onProcess: (pair, done, total) => {
      const label = `${pair.baseline.name} and ${pair.candidate.name}`;
      if (done === 0) emit({ kind: 'phase-started', phase: 'time', total, label });
      emit({ kind: 'progress', phase: 'time', done, total });
      if (done === total) emit({ kind: 'phase-ended', phase: 'time' });
    },
  });
}

async function writeFiles(
  outcome: GateOutcome,
  { junit, markdown, html }: Flags,
  { cwd }: CliContext,
): Promise<void> {
  const { outcomeToJunit } = await import('../../reports/comparison/junit.js');
  const { outcomeToMarkdown } = await import('../../reports/comparison/markdown.js');
  const { writeReport } = await import('../write-report.js');
  if (junit !== undefined) await writeReport(resolve(cwd, junit), outcomeToJunit(outcome));
  if (markdown !== undefined) await writeReport(resolve(cwd, markdown), outcomeToMarkdown(outcome));
  if (html === undefined) return;
  const { outcomeToHtml } = await import('../../reports/comparison/html.js');
  await writeReport(resolve(cwd, html), outcomeToHtml(outcome));
}

/** Status 1 if the gate does not say of every planted fault what it must, 2 if no rule of it could be tested. */
async function selfTest(loaded: LoadedGate, { json }: Flags, context: CliContext): Promise<ExitStatus> {
  const { runSelfTest } = await import('../../analysis/gate/self-test/run.js');
  const results = await runSelfTest(loaded);
  const tested = results.filter(({ leftOut }) => leftOut === null);
  if (json === true) context.out(jsonText(results));
  else {
    for (const { planted, expected, verdict, failed, ok } of tested) {
      context.out(`${ok === true ? 'ok    ' : 'WRONG '} ${planted}: ${verdict} (expected: ${expected})\n`);
      if (failed.length > 0) context.out(`       ${failed.join(', ')}\n`);
    }
    for (const { planted, leftOut } of results)
      if (leftOut !== null) context.out(`left   ${planted}: not tested, ${leftOut}\n`);
  }
  const wrong = tested.filter(({ ok }) => ok !== true).length;
  if (wrong > 0)
    context.err(`the gate "${loaded.gate.name}" misjudges ${wrong} of ${tested.length} planted cases\n`);
  if (tested.length === 0) context.err(`no rule of the gate "${loaded.gate.name}" can be tested this way\n`);
  return wrong > 0 ? STATUS.fail : tested.length === 0 ? STATUS.inconclusive : STATUS.pass;
}
