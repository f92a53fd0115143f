import { existsSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import type { RunRequest } from '../../pipeline/run-request.js';
import { jsonText } from '../../reports/formats/json.js';
import { terminal } from '../../reports/formats/terminal.js';
import { MaskbenchError, SOME_FAILED, type ExitStatus } from '../../core/errors.js';
import type { RankingReport } from '../../schema/ranking.js';
import { deviceLabel } from '../../reports/tables/device-label.js';
import { counted } from '../../core/text.js';
import type { Summary } from '../../schema/summary.js';
import type { LoadedConfig } from '../../store/config.js';
import type { CheckedOrigin } from '../../store/origin.js';
import type { TimeConfig, TimingProfile } from '../../store/settings-schema.js';
import { keysOf, shard } from '../arguments.js';
import { embedFlag, noEmbedFlag } from '../command-with-pictures.js';
import { lockOptions, ownerTimeoutFlag, waitFlag } from '../lock-flags.js';
import { mattesFlag, repredictFlag, type RepredictFlags } from '../mattes-flags.js';
import { assertMeant } from '../meant-flags.js';
import { allowUploadFlag, retryUnknownFlag, type ServiceFlags } from '../service-flags.js';
import { limitFlag, sampleByFlag, sampleFlag, seedFlag, takenImages } from '../sample-flags.js';
import { textWidth, type CliContext, type DefineCommand, type FlagsOf } from '../context.js';
import { assertNoData, commandOnData, describedBy, loadDescribed } from '../run/describe-run.js';
import { outFolder } from '../run/out-folder.js';

/** The compiler holds these names to the profiles that there are. */
const PROFILES: Readonly<Record<TimingProfile, true>> = { quick: true, standard: true, publishable: true };

/** A command on a run's config, or on what flags describe, with the flags that `run` and `time` share. */
export const commandOnConfig = (name: string) =>
  commandOnData(name)
    .argument('[config]', 'YAML file of the run, or the name of one that comes along: quickstart, post')
    .option(
      '--device <device>',
      'cpu, webgpu, cuda:0, tensorrt:0, coreml or dml; several together: cuda:0,cuda:1, cuda:all',
    )
    .option(
      '--allow-fallback',
      'continue where no part of a model runs on the requested device; the report says so',
    )
    .addOption(new Option('--profile <profile>', 'how thoroughly time is measured').choices(keysOf(PROFILES)))
    .addOption(limitFlag())
    .addOption(sampleFlag())
    .addOption(seedFlag())
    .addOption(sampleByFlag())
    .option('--resize', 'resize mattes whose ground truth has another size')
    .addOption(mattesFlag())
    .option('--out <folder>', 'the run folder; {name}, {date} and {time} are replaced (default: runs/{name})')
    .option('--resume', 'continue the run in that folder')
    .addOption(new Option('--overwrite', 'remove the run in that folder first').conflicts('resume'))
    .addOption(waitFlag())
    .addOption(ownerTimeoutFlag())
    .addOption(embedFlag())
    .addOption(noEmbedFlag())
    .option('--offline', 'use only cached files, never the network')
    .option('--json', 'print the summary as JSON instead of tables');

type Flags = FlagsOf<typeof commandOnConfig> &
  ServiceFlags &
  RepredictFlags & { readonly shard?: readonly [number, number] };

/** `maskbench run`: all phases of a run, or some. */
export const run: DefineCommand = (context, setStatus) =>
  commandOnConfig('run')
    .option('--shard <i/n>', 'process only part i of n of the samples, to divide a run among machines', shard)
    .addOption(allowUploadFlag())
    .addOption(retryUnknownFlag())
    .addOption(repredictFlag())
    .option('--no-time', 'skip the timing pass')
    .option('--no-score', 'skip scoring')
    .addOption(
      new Option('--only <phase>', 'run only this phase; score continues an existing run')
        .choices(['predict', 'score', 'time'])
        .conflicts(['time', 'score']),
    )
    .action(async (config, { only, score, time, ...flags }) => {
      const isTimed = only === undefined ? time : only === 'time';
      const how = only === undefined ? 'leave out --no-time' : `leave out --only ${only}`;
      assertMeant(flags, {
        profile: [isTimed, 'the timing pass', how],
        overwrite: [only !== 'score', 'a run that is begun anew', how],
        repredict: [only === undefined || only === 'predict', 'a run that predicts', how],
      });
      const phases =
        only === undefined
          ? { predict: true, score, time }
          : { predict: only === 'predict', score: only === 'score', time: only === 'time' };
      // Mattes that are to be scored alone are those of a run that is there.
      const resumed = only === 'score' ? { ...flags, resume: true as const } : flags;
      setStatus(await runPhases(config, resumed, phases, context));
    });

/** Tables on stdout, the run folder's paths on stderr. */
export async function runPhases(
  config: string | undefined,
  flags: Flags,
  phases: RunRequest['phases'],
  context: CliContext,
): Promise<ExitStatus> {
  const { cwd } = context;
  const { models, datasets } = flags;
  const { maxMegapixels } = context;
  const asked = { ...flags, ...(maxMegapixels === undefined ? {} : { maxMegapixels }) };
  if (config === undefined) {
    const described = withOverrides(await loadDescribed(flags, cwd), asked);
    return runLoaded({ ...described, cwd }, flags, phases, context);
  }
  assertNoData(flags);
  const { loadRunConfig } = await import('../../store/config.js');
  const loaded = withOverrides(await loadRunConfig(config, cwd, context), asked);
  const chosen = {
    ...(models === undefined ? {} : { models }),
    ...(datasets === undefined ? {} : { datasets }),
  };
  return runLoaded({ ...loaded, cwd, ...chosen }, flags, phases, context);
}

type Overrides = Partial<
  Pick<
    Flags,
    'device' | 'profile' | 'allowFallback' | 'resize' | 'mattes' | 'limit' | 'sample' | 'seed' | 'sampleBy'
  >
> &
  Pick<CliContext, 'maxMegapixels'>;

type LoadedFlags = Pick<
  Flags,
  'images' | 'out' | 'resume' | 'overwrite' | 'shard' | 'offline' | 'json' | 'embed' | 'wait' | 'ownerTimeout'
> &
  ServiceFlags &
  RepredictFlags;

type RunnerOf = (typeof import('../../runners/runner-of.js'))['runnerOf'];

/** @throws MaskbenchError `usage` if the run that is to be removed holds what the new one reads: a dataset, weights or masks. */
function assertReadElsewhere(
  out: string,
  runnerOf: RunnerOf,
  { models, datasets }: Pick<RunRequest, 'models' | 'datasets'>,
): void {
  const inside = (text: string): boolean => text === out || text.startsWith(`${out}${sep}`);
  const masks = models.flatMap((model) => {
    const pathOf = runnerOf(model.spec).masks?.(model).pathOf;
    return pathOf === undefined ? [] : datasets.map(({ name }) => pathOf({ dataset: name, id: 'any' }));
  });
  const assets = textsIn(models.map((model) => model.assets));
  const read = [...datasets.map(({ root }) => root), ...assets, ...masks];
  const own = read.find(inside);
  if (own === undefined) return;
  throw new MaskbenchError('usage', `the new run reads files of the run that --overwrite removes (${own})`, {
    where: out,
    remedy: 'choose another folder with --out',
  });
}

/** Every text in a value of plain data, at any depth. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}

/** A run whose config was read, with all that flags change of it. */
export async function runLoaded(
  origin: Omit<CheckedOrigin, 'phases' | 'shard'>,
  flags: LoadedFlags,
  phases: RunRequest['phases'],
  context: CliContext,
): Promise<ExitStatus> {
  const { config, folder, cwd, models, datasets } = origin;
  const { prepareRun } = await import('../../pipeline/prepare.js');
  const { run: runPrepared } = await import('../../pipeline/run.js');
  const { limitPixels } = await import('../../image/pixel-limit.js');
  const { removeRun } = await import('../../pipeline/clean-runs.js');
  const { runFolder } = await import('../../store/run-folder.js');
  const { createDownloadProgress } = await import('../download-progress.js');
  const { createProgress } = await import('../progress.js');
  const { tellRunFolder, writeRunReports } = await import('../write-report.js');
  // For the reports, too.
  limitPixels(config.maxMegapixels);
  const prepared = await prepareRun(
    { config, folder },
    {
      models,
      datasets,
      cwd,
      offline: flags.offline === true,
      env: context.env,
      onProgress: createDownloadProgress(context),
      signal: context.signal,
    },
  );
  const out = outFolder(flags.out, { name: config.name, cwd: context.cwd, now: new Date() });
  const label = relative(context.cwd, out) || '.';
  const lock = lockOptions(flags, context);
  if (flags.overwrite === true && existsSync(runFolder(out).manifest)) {
    const { runnerOf } = await import('../../runners/runner-of.js');
    assertReadElsewhere(out, runnerOf, prepared);
    await removeRun(out, lock);
  }
  const progress = createProgress(context);
  const failed = new Set<string>();
  const untimed = new Set<string>();
  const summary = await runPrepared({
    ...prepared,
    described: flags.images === undefined ? undefined : describedBy(config),
    shard: flags.shard ?? null,
    out,
    label,
    resume: flags.resume === true,
    lock,
    origin: {
      config,
      folder,
      cwd,
      phases,
      ...(models === undefined ? {} : { models }),
      ...(datasets === undefined ? {} : { datasets }),
    },
    phases,
    allowUpload: flags.allowUpload === true,
    retryUnknown: flags.retryUnknown === true,
    repredict: flags.repredict === true,
    emit: (event) => {
      if (event.kind === 'cell-failed') failed.add(`${event.model} ${event.dataset}/${event.id}`);
      if (event.kind === 'time-failed') untimed.add(event.model);
      progress(event);
    },
    signal: context.signal,
  });
  const reports = await writeRunReports(out, summary, flags);
  context.out(
    flags.json === true ? jsonText(summary) : await tables(summary, reports.ranking, textWidth(context)),
  );
  tellRunFolder(out, reports, context);
  // Phases alone leave cells undone on purpose; only failures of what was asked for count.
  const unfinished = phases.predict && phases.score ? summary.cells.failed : failed.size;
  if (unfinished > 0)
    context.err(`${unfinished} of ${summary.cells.planned} cells failed; summary.json says why\n`);
  if (untimed.size > 0) {
    const all = counted(prepared.models.length, 'model');
    context.err(`${untimed.size} of ${all} could not be timed as asked for; --resume tries again\n`);
  }
  return unfinished > 0 || untimed.size > 0 ? SOME_FAILED : 0;
}

/** The tables that decide, and what scenarios came to; a run without scores is about its times, so it gets all of those. */
async function tables(summary: Summary, ranking: RankingReport | undefined, width: number): Promise<string> {
  const { reportDocument } = await import('../../reports/document.js');
  const { decisiveTables } = await import('../../reports/tables/tables-of.js');
  const { scenarioTables } = await import('../../reports/tables/scenario-tables.js');
  const rankings = [ranking];
  const document = reportDocument([summary], { rankings });
  const decisive = () => [
    ...decisiveTables([summary], { rankings }),
    ...scenarioTables(summary, deviceLabel(summary)),
  ];
  const shown = summary.cells.scored > 0 ? { ...document, tables: decisive() } : document;
  return terminal.render(shown, { width });
}

/** A config with what flags change of it. */
export function withOverrides(loaded: LoadedConfig, flags: Overrides): LoadedConfig {
  const { device, profile, allowFallback, resize, mattes, maxMegapixels } = flags;
  const { limit: _limit, sample: _sample, ...rest } = loaded.config;
  const config = {
    ...rest,
    ...takenImages(flags, loaded.config),
    ...(device === undefined ? {} : { device }),
    ...(maxMegapixels === undefined ? {} : { maxMegapixels }),
    ...(allowFallback === undefined ? {} : { allowFallback }),
    ...(mattes === undefined ? {} : { mattes }),
    ...(resize === undefined ? {} : { scoring: { ...loaded.config.scoring, resize } }),
    ...(profile === undefined ? {} : { time: withProfile(loaded.config.time, profile) }),
  };
  return { ...loaded, config };
}

/** Another profile than the config's brings its own counts along; threads and the like stay. */
function withProfile({ threads, together }: TimeConfig, profile: TimingProfile): TimeConfig {
  return { profile, threads, together };
}
