import { join, relative, resolve } from 'node:path';
import type { Summary } from '../../schema/summary.js';
import { loadRunConfig, type LoadedConfig } from '../../store/config.js';
import { prepareRun } from '../../pipeline/prepare.js';
import { run } from '../../pipeline/run.js';
import type { TimeConfig, TimingProfile } from '../../store/time-schema.js';
import { json } from '../../reports/formats/json.js';
import { renderDecisive, terminal } from '../../reports/formats/terminal.js';
import type { CliContext } from '../context.js';
import { createDownloadProgress } from '../download-progress.js';
import { createProgress } from '../progress.js';
import { writeRunReports } from '../run-reports.js';

export interface RunOptions {
  readonly models?: readonly string[];
  readonly datasets?: readonly string[];
  readonly device?: string;
  readonly allowFallback?: boolean;
  readonly profile?: TimingProfile;
  readonly limit?: number;
  readonly shard?: readonly [number, number];
  readonly out?: string;
  readonly resume?: boolean;
  readonly offline?: boolean;
  readonly json?: boolean;
  readonly predict: boolean;
  readonly score: boolean;
  readonly time: boolean;
}

/** Exit status of a run that is done but has failed cells. */
const SOME_CELLS_FAILED = 3;

/** `maskbench run`, and its phases alone: tables on stdout, the run folder's paths on stderr. */
export async function runCommand(
  configPath: string,
  options: RunOptions,
  context: CliContext,
): Promise<number> {
  const loaded = withOverrides(await loadRunConfig(resolve(context.cwd, configPath)), options);
  const prepared = await prepareRun(loaded, {
    models: options.models,
    datasets: options.datasets,
    offline: options.offline === true,
    env: context.env,
    onProgress: createDownloadProgress(context),
    signal: context.signal,
  });
  const out = resolve(context.cwd, options.out ?? join('runs', loaded.config.name));
  const { predict, score, time } = options;
  const summary = await run({
    ...prepared,
    shard: options.shard ?? null,
    out,
    resume: options.resume === true,
    phases: { predict, score, time },
    emit: createProgress(context),
    signal: context.signal,
  });
  await writeRunReports(out, summary);
  context.out(options.json === true ? json.render(summary) : tables(summary));
  const folder = relative(context.cwd, out) || '.';
  context.err(
    `Written to ${folder}: summary.json, predictions/ and, with every table, report.md and report.html\n`,
  );
  const { failed, planned } = summary.cells;
  // Phases alone leave cells undone on purpose; only failures of what was asked for count.
  const unfinished = !predict || !score ? 0 : failed;
  if (unfinished > 0) context.err(`${failed} of ${planned} cells failed; summary.json says why\n`);
  return unfinished > 0 ? SOME_CELLS_FAILED : 0;
}

/** The tables that decide; what a run without scores is about is the times, so it gets all of those. */
function tables(summary: Summary): string {
  return summary.cells.scored > 0 ? renderDecisive(summary) : terminal.render(summary);
}

function withOverrides(loaded: LoadedConfig, options: RunOptions): LoadedConfig {
  const { device, limit, profile, allowFallback } = options;
  const config = {
    ...loaded.config,
    ...(device === undefined ? {} : { device }),
    ...(limit === undefined ? {} : { limit }),
    ...(allowFallback === undefined ? {} : { allowFallback }),
    ...(profile === undefined ? {} : { time: withProfile(loaded.config.time, profile) }),
  };
  return { ...loaded, config };
}

/** Another profile than the config's brings its own counts along; threads and the like stay. */
function withProfile({ threads, together }: TimeConfig, profile: TimingProfile): TimeConfig {
  return { profile, threads, together };
}
