import { resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { TimePair } from '../../analysis/gate/check.js';
import type { LoadedGate } from '../../analysis/gate/gate.js';
import { MaskbenchError, type ExitStatus } from '../../core/errors.js';
import { jsonText } from '../../reports/formats/json.js';
import type { GateOutcome, Verdict } from '../../schema/verdict.js';
import { list } from '../arguments.js';
import type { CliContext, DefineCommand, FlagsOf } from '../context.js';

const flags = () =>
  new Command('check')
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
    .option('--self-test', 'whether the gate catches planted faults; needs nothing else');

type Flags = FlagsOf<typeof flags>;

/** `maskbench check`: the verdict on stdout and as exit status, and in the files asked for. */
export const check: DefineCommand = (context, setStatus) =>
  flags().action(async (options) => setStatus(await judge(options, context)));

const STATUS: Readonly<Record<Verdict, ExitStatus>> = { pass: 0, fail: 1, inconclusive: 2 };

async function judge(options: Flags, context: CliContext): Promise<ExitStatus> {
  const { openSide } = await import('../../analysis/compare/open-side.js');
  const { checkGate } = await import('../../analysis/gate/check.js');
  const { loadGate } = await import('../../analysis/gate/gate.js');
  const { outcomeToTerminal } = await import('../../reports/comparison/terminal.js');
  const loaded = await loadGate(options.gate, context.cwd);
  const { allMean, assertMeant } = await import('../meant-flags.js');
  const { selfTest: isSelfTest, gate: _gate, json: _json, ...ofRuns } = options;
  const names = Object.keys(ofRuns) as (keyof typeof ofRuns)[];
  assertMeant(ofRuns, allMean(names, [isSelfTest !== true, 'runs', 'leave out --self-test']));
  const timed = options.remeasure === true;
  assertMeant(options, allMean(['fileA', 'fileB'], [timed, 'models that are timed now', 'add --remeasure']));
  if (options.selfTest === true) return selfTest(loaded, options, context);
  const { baseline, candidate } = options;
  if (baseline === undefined || candidate === undefined) {
    throw new MaskbenchError('usage', `--${baseline === undefined ? 'baseline' : 'candidate'} is missing`, {
      remedy: 'give both: a run folder or a baseline, and the run folder of the candidate',
    });
  }
  const sides = [await openSide(baseline, context.cwd), await openSide(candidate, context.cwd)] as const;
  const outcome = await checkGate(...sides, loaded, {
    models: { baseline: options.modelA, candidate: options.modelB },
    datasets: options.datasets,
    force: options.force === true,
    remeasure: options.remeasure === true ? await timing(candidate, loaded, options, context) : undefined,
  });
  const { comparedSides, tellOutputs } = await import('../tell-outputs.js');
  await tellOutputs(comparedSides(...sides, outcome.comparison), context);
  await writeFiles(outcome, options, context);
  context.out(options.json === true ? jsonText(outcome) : outcomeToTerminal(outcome));
  // GitHub reads annotations from both streams; stdout may be somebody's JSON.
  if (context.env['GITHUB_ACTIONS'] === 'true') {
    const { outcomeToAnnotations } = await import('../../reports/comparison/annotations.js');
    context.err(outcomeToAnnotations(outcome));
  }
  return STATUS[outcome.verdict];
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

/** Status 1 if the gate does not say of every planted fault what it must. */
async function selfTest(loaded: LoadedGate, { json }: Flags, context: CliContext): Promise<ExitStatus> {
  const { runSelfTest } = await import('../../analysis/gate/self-test/run.js');
  const results = await runSelfTest(loaded);
  if (json === true) context.out(jsonText(results));
  else {
    for (const { planted, expected, verdict, failed, ok } of results) {
      context.out(`${ok ? 'ok    ' : 'WRONG '} ${planted}: ${verdict} (expected: ${expected})\n`);
      if (failed.length > 0) context.out(`       ${failed.join(', ')}\n`);
    }
  }
  const wrong = results.filter(({ ok }) => !ok).length;
  if (wrong > 0)
    context.err(`the gate "${loaded.gate.name}" misjudges ${wrong} of ${results.length} planted cases\n`);
  return wrong > 0 ? STATUS.fail : STATUS.pass;
}
