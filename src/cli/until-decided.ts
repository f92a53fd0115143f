import { resolve } from 'node:path';
import type { TimePair } from '../analysis/gate/check.js';
import type { LoadedGate } from '../analysis/gate/gate.js';
import { MaskbenchError } from '../core/errors.js';
import { folderFrom } from '../core/objects/object-address.js';
import type { GateOutcome } from '../schema/verdict.js';
import type { CliContext } from './context.js';
import { lockOptions } from './lock-flags.js';
import { allMean, assertMeant } from './meant-flags.js';

/** The flags of `check` that are about a candidate which is predicted by the check itself. */
export interface UntilDecidedFlags {
  readonly untilDecided?: true | undefined;
  readonly baseline?: string | undefined;
  readonly candidate?: string | undefined;
  readonly candidateConfig?: string | undefined;
  readonly out?: string | undefined;
  readonly resume?: true | undefined;
  readonly orderSeed?: string | undefined;
  readonly offline?: true | undefined;
  readonly wait?: number | undefined;
  readonly ownerTimeout?: number | undefined;
  readonly force?: true | undefined;
  readonly rescore?: number | 'all' | undefined;
  readonly truths?: readonly string[] | undefined;
  readonly rescoreSeed?: string | undefined;
  readonly modelA?: string | undefined;
  readonly modelB?: string | undefined;
  readonly datasets?: readonly string[] | undefined;
}

const OF_THE_RUN = [
  'candidateConfig',
  'out',
  'resume',
  'orderSeed',
  'offline',
  'wait',
  'ownerTimeout',
] as const;

/** @throws MaskbenchError `usage` for flags that mean nothing beside each other. */
export function assertFlagsOfWalk(flags: UntilDecidedFlags): void {
  const isWalk = flags.untilDecided === true;
  assertMeant(
    flags,
    allMean(OF_THE_RUN, [isWalk, 'a check that predicts the candidate itself', 'add --until-decided']),
  );
  assertMeant(flags, {
    candidate: [
      !isWalk || flags.candidateConfig === undefined,
      'a candidate whose run is there',
      'leave out --candidate: --until-decided makes the run of --candidate-config',
    ],
  });
  const ofRuns = ['candidate', 'force', 'rescore', 'truths', 'rescoreSeed'] as const;
  assertMeant(
    flags,
    allMean(ofRuns, [!isWalk, 'a candidate whose run is there', 'leave out --until-decided']),
  );
  if (!isWalk) return;
  for (const [name, value] of [
    ['baseline', flags.baseline],
    ['candidate-config', flags.candidateConfig],
    ['out', flags.out],
  ] as const) {
    if (value !== undefined) continue;
    throw new MaskbenchError('usage', `--${name} is missing`, {
      remedy:
        '--until-decided takes a baseline, the config of the run that it makes of the candidate, and the folder of that run (--out)',
    });
  }
}

/** Predicts, scores and looks until it is decided; progress on stderr. */
export async function walkUntilDecided(
  flags: UntilDecidedFlags,
  loaded: LoadedGate,
  timePair: (() => Promise<TimePair>) | undefined,
  context: CliContext,
): Promise<GateOutcome> {
  const { baseline = '', candidateConfig = '', out = '', modelA, modelB } = flags;
  const { openSide } = await import('../analysis/compare/open-side.js');
  const { checkUntilDecided } = await import('../analysis/gate/until-decided/check-until-decided.js');
  const { prepareRun } = await import('../pipeline/prepare.js');
  const { loadRunConfig } = await import('../store/config.js');
  const { createDownloadProgress } = await import('./download-progress.js');
  const { createProgress } = await import('./progress.js');
  const { comparedSides, tellOutputs } = await import('./tell-outputs.js');
  const before = await openSide(baseline, context.cwd);
  const config = await loadRunConfig(resolve(context.cwd, candidateConfig), context.cwd, {
    // What code is run is for the gate to say, and not for the candidate.
    plugins: context.plugins ?? 'loaded',
  });
  const prepared = await prepareRun(config, {
    models: modelB === undefined ? undefined : [modelB],
    datasets: flags.datasets,
    offline: flags.offline === true,
    env: context.env,
    onProgress: createDownloadProgress(context),
    signal: context.signal,
  });
  const outcome = await checkUntilDecided({
    ...prepared,
    baseline: before,
    loaded,
    choice: { baseline: modelA, candidate: modelB },
    chosen: flags.datasets,
    label: out,
    out: folderFrom(context.cwd, out),
    resume: flags.resume === true,
    orderSeed: flags.orderSeed,
    lock: lockOptions(flags, context),
    timePair,
    emit: createProgress(context),
    signal: context.signal,
  });
  await tellOutputs(comparedSides(before, before, outcome.comparison).slice(0, 1), context);
  return outcome;
}
