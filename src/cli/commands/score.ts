import { basename } from 'node:path';
import { describeError, escapeControls, MaskbenchError, SOME_FAILED } from '../../core/errors.js';
import { toError } from '../../core/failure.js';
import { folderFrom } from '../../core/objects/object-address.js';
import type { FolderPlan } from '../../scoring/folders/folder-plan.js';
import type { FolderValues } from '../../scoring/folders/folder-readings.js';
import type { FolderCell, FolderScoring } from '../../scoring/folders/score-folders.js';
import type { CellFailure } from '../../schema/summary.js';
import type { CliContext, DefineCommand } from '../context.js';
import { lockOptions } from '../lock-flags.js';
import type { Meaning } from '../meant-flags.js';
import { flags, OUTPUTS, type Flags } from '../score/flags.js';
import { LAYOUTS, valuesIn } from '../score/folders.js';

/** Lines on stderr for failures, and for warnings. */
const TOLD = 20;

/** `maskbench score`: scores of masks that were made elsewhere. */
export const score: DefineCommand = (context, setStatus) =>
  flags().action(async (options) => {
    const { metricsOf } = await import('../../metrics/registry.js');
    const { formatOf } = await import('../meant-flags.js');
    const format = formatOf(options, 'table');
    const protocols = await protocolsIn(options);
    await assertMeantFor(options, protocols);
    const withPictures =
      metricsOf(protocols).some(({ meta }) => meta.needsPicture) ||
      (options.out !== undefined && options.images !== undefined);
    const plan = await LAYOUTS[options.layout]({ options, withPictures, cwd: context.cwd });
    const { decideFolders } = await import('../../scoring/folders/folder-readings.js');
    const values = await valuesIn(options);
    const readings = await decideFolders(plan, values, context.signal);
    const scoring: FolderScoring = {
      readings,
      protocols,
      conventions: { threshold: options.threshold, empty: options.empty },
      resize: options.resize === true,
    };
    if (options.explain !== undefined) {
      const { explainCells } = await import('../score/explain.js');
      const request = { id: options.explain, json: format === 'json', cwd: context.cwd };
      context.out(await explainCells(plan, scoring, request));
      return;
    }
    tell(
      context,
      [...plan.warnings, ...readings.remarks].map((warning) => `warning: ${escapeControls(warning)}`),
    );
    const failures = await scorePlan(plan, scoring, { ...options, format, values }, context);
    if (failures.length === 0) return;
    tellFailures(failures, plan, options, context);
    setStatus(SOME_FAILED);
  });

const AFFIXES = ['predPrefix', 'predSuffix', 'gtPrefix', 'gtSuffix'] as const;

/** @throws MaskbenchError `usage` for flags that change nothing beside the others. */
async function assertMeantFor(options: Flags, protocols: readonly string[]): Promise<void> {
  const { allMean, assertMeant } = await import('../meant-flags.js');
  const { DEFAULT_CONVENTIONS } = await import('../../metrics/metric.js');
  const { metricsOf, protocolsOf } = await import('../../metrics/registry.js');
  const { out, explain, layout, format } = options;
  const [isRun, isExplained] = [out !== undefined, explain !== undefined];
  const [isPlain, isToolkit] = [layout === 'plain', layout === 'pysodevaltoolkit'];
  const needsPicture = metricsOf(protocols).some(({ meta }) => meta.needsPicture);
  assertMeant(options, {
    ...allMean(['resume', 'shard', 'wait', 'ownerTimeout'], [isRun, 'run folders', 'name one with --out']),
    out: [!isExplained, 'scores, and --explain leaves no run folder', 'leave one of the two out'],
    perImage: [!isExplained, 'scores', 'leave it out: --explain shows one image'],
    ...allMean(
      ['imagePrefix', 'imageSuffix'],
      [options.images !== undefined, 'the names of pictures', 'name their folder with --images'],
    ),
    images: [
      isPlain && (isRun || needsPicture),
      isPlain ? 'the cutout protocol and for --out' : 'a plain pair of folders',
      isPlain ? 'add one of them' : 'leave it out: the layout has its own',
    ],
    ...allMean(
      ['pred', 'gt'],
      [!isToolkit, 'other layouts', 'the files of --datasets-json and --methods-json name them'],
    ),
    ...allMean(['datasetsJson', 'methodsJson'], [isToolkit, 'one layout', 'add --layout pysodevaltoolkit']),
    ...allMean(AFFIXES, [isPlain, 'a plain pair of folders', `leave out --layout ${layout}`]),
  });
  if (isExplained && format === 'csv')
    throw new MaskbenchError('usage', '--format csv is for scores', { remedy: '--explain is text or JSON' });
  const { threshold, empty } = options;
  const uses = (key: 'threshold' | 'empty'): Meaning => [
    protocolsOf(protocols).some(({ conventions }) => conventions.includes(key)),
    'the fixed protocol',
    `${protocols.join(', ')} has none of it`,
  ];
  const set = {
    threshold: threshold === DEFAULT_CONVENTIONS.threshold ? undefined : threshold,
    empty: empty === DEFAULT_CONVENTIONS.empty ? undefined : empty,
  };
  assertMeant(set, { threshold: uses('threshold'), empty: uses('empty') });
}

async function scorePlan(
  plan: FolderPlan,
  scoring: FolderScoring,
  options: Flags & { readonly values: FolderValues },
  context: CliContext,
): Promise<readonly CellFailure[]> {
  const { sumCells } = await import('../../scoring/folders/score-folders.js');
  const outputTo = await OUTPUTS[options.format]();
  const cells = await (options.out === undefined
    ? cellsOf(plan, scoring, context)
    : cellsOfRun(plan, scoring, { ...options, out: options.out }, context));
  const output = outputTo({ plan, scoring, perImage: options.perImage === true, out: context.data });
  const results = await sumCells(cells, plan, scoring, (ofTruth) => {
    for (const cell of ofTruth) output.cell(cell);
  });
  output.end(results);
  return results.failures;
}

/** The cells of a plan as they are scored, with progress. */
async function* cellsOf(
  plan: FolderPlan,
  scoring: FolderScoring,
  context: CliContext,
): AsyncGenerator<readonly FolderCell[], void, undefined> {
  const { countTruths } = await import('../../scoring/folders/folder-plan.js');
  const { scoreFolders } = await import('../../scoring/folders/score-folders.js');
  const { createProgress } = await import('../progress.js');
  const progress = createProgress(context);
  const total = countTruths(plan);
  let done = 0;
  progress({ kind: 'phase-started', phase: 'score', total, label: 'masks' });
  for await (const ofTruth of scoreFolders(plan, scoring, context.signal)) {
    yield ofTruth;
    progress({ kind: 'progress', phase: 'score', done: ++done, total });
  }
  progress({ kind: 'phase-ended', phase: 'score' });
}

/** Scores a plan as a run, which stays in its folder with its reports, and gives the cells that are there in the end. */
async function cellsOfRun(
  plan: FolderPlan,
  scoring: FolderScoring,
  {
    out,
    resume,
    shard: part,
    values,
    ...options
  }: Flags & { readonly out: string; readonly values: FolderValues },
  context: CliContext,
): Promise<AsyncIterable<readonly FolderCell[]>> {
  const { prepareFolders } = await import('../../pipeline/prepare-folders.js');
  const { folderCells } = await import('../../pipeline/folder-cells.js');
  const { run } = await import('../../pipeline/run.js');
  const { runFolder } = await import('../../store/run-folder.js');
  const { createProgress } = await import('../progress.js');
  const { tellRunFolder, writeRunReports } = await import('../write-report.js');
  const { cwd, signal } = context;
  const folder = folderFrom(cwd, out);
  const progress = createProgress(context);
  if (plan.groups.some(({ pictures }) => pictures === undefined))
    context.err('warning: no pictures are given; the run folder uses the ground truths in their place\n');
  const summary = await run({
    ...(await prepareFolders(plan, scoring, { name: basename(folder), cwd, signal, values })),
    shard: part ?? null,
    out: folder,
    resume: resume === true,
    lock: lockOptions(options, context),
    phases: { predict: true, score: true, time: false },
    // Cells that failed are told at the end, as they are without a run folder.
    emit: (event) => (event.kind === 'cell-failed' ? undefined : progress(event)),
    signal,
  });
  tellRunFolder(folder, await writeRunReports(folder, summary), context);
  return folderCells(runFolder(folder), plan);
}

/** Known only once the registry is loaded, which no help text waits for. */
async function protocolsIn({ protocol }: Flags): Promise<readonly string[]> {
  const { DEFAULT_PROTOCOLS, protocols } = await import('../../metrics/registry.js');
  if (protocol === undefined) return DEFAULT_PROTOCOLS;
  const { unknownName } = await import('../../core/names.js');
  const names = protocols().map(({ id }) => id);
  for (const name of protocol) {
    if (!names.includes(name)) throw unknownName('unknown protocol', name, names, { code: 'usage' });
  }
  return [...new Set(protocol)];
}

function tellFailures(
  failures: readonly CellFailure[],
  { several }: FolderPlan,
  options: Flags,
  context: CliContext,
): void {
  tell(
    context,
    failures.map(({ model, dataset, id, failure }) => {
      const name = several ? `${model} ${dataset}/${id}` : id;
      return `failed: ${escapeControls(name)}: ${describeError(toError(failure))}`;
    }),
  );
  const cells = `${failures.length} ${failures.length === 1 ? 'image' : 'images'}`;
  context.err(
    `${cells} could not be scored and ${failures.length === 1 ? 'is' : 'are'} left out of all figures\n`,
  );
  if (options.resize !== true && failures.some(({ failure }) => failure.code === 'data.size-mismatch')) {
    const where = options.out === undefined ? '' : 'in a new folder, ';
    context.err(`${where}--resize resizes predictions to the size of their ground truths\n`);
  }
}

function tell(context: CliContext, lines: readonly string[]): void {
  for (const line of lines.slice(0, TOLD)) context.err(`${line}\n`);
  if (lines.length > TOLD) context.err(`${lines.length - TOLD} more; --format json has them all\n`);
}
