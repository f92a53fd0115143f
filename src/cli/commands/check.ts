import { resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import type { GateOutcome, Verdict } from '../../schema/verdict.js';
import { checkGate, type TimePair } from '../../analysis/gate/check.js';
import { loadGate, measureOf, type LoadedGate } from '../../analysis/gate/gate.js';
import { openSide } from '../../analysis/compare/open-side.js';
import { runSelfTest } from '../../analysis/gate/self-test/run.js';
import { createTimePair } from '../../analysis/gate/remeasure/time-pair.js';
import { outcomeToAnnotations } from '../../reports/comparison/annotations.js';
import { outcomeToHtml } from '../../reports/comparison/html.js';
import { outcomeToJunit } from '../../reports/comparison/junit.js';
import { outcomeToMarkdown } from '../../reports/comparison/markdown.js';
import { outcomeToTerminal } from '../../reports/comparison/terminal.js';
import type { CliContext } from '../context.js';
import { createProgress } from '../progress.js';
import { writeReport } from '../write-report.js';

export interface CheckCommandOptions {
  readonly baseline?: string;
  readonly candidate?: string;
  readonly gate: string;
  readonly modelA?: string;
  readonly modelB?: string;
  readonly fileA?: string;
  readonly fileB?: string;
  readonly datasets?: readonly string[];
  readonly force?: boolean;
  readonly remeasure?: boolean;
  readonly selfTest?: boolean;
  readonly json?: boolean;
  readonly junit?: string;
  readonly markdown?: string;
  readonly html?: string;
}

const STATUS: Readonly<Record<Verdict, number>> = { pass: 0, fail: 1, inconclusive: 2 };

/** `maskbench check`: the verdict on stdout and as exit status, and in the files asked for. */
export async function checkCommand(options: CheckCommandOptions, context: CliContext): Promise<number> {
  const loaded = await loadGate(options.gate, context.cwd);
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
  await writeFiles(outcome, options, context);
  context.out(options.json === true ? `${JSON.stringify(outcome, null, 2)}\n` : outcomeToTerminal(outcome));
  // GitHub reads annotations from both streams; stdout may be somebody's JSON.
  if (context.env['GITHUB_ACTIONS'] === 'true') context.err(outcomeToAnnotations(outcome));
  return STATUS[outcome.verdict];
}

async function timing(
  candidate: string,
  { gate }: LoadedGate,
  { fileA, fileB }: CheckCommandOptions,
  context: CliContext,
): Promise<TimePair> {
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
  { junit, markdown, html }: CheckCommandOptions,
  { cwd }: CliContext,
): Promise<void> {
  if (junit !== undefined) await writeReport(resolve(cwd, junit), outcomeToJunit(outcome));
  if (markdown !== undefined) await writeReport(resolve(cwd, markdown), outcomeToMarkdown(outcome));
  if (html !== undefined) await writeReport(resolve(cwd, html), outcomeToHtml(outcome));
}

/** Status 1 if the gate does not say of every planted fault what it must. */
async function selfTest(
  loaded: LoadedGate,
  { json }: CheckCommandOptions,
  context: CliContext,
): Promise<number> {
  const results = await runSelfTest(loaded);
  if (json === true) context.out(`${JSON.stringify(results, null, 2)}\n`);
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
