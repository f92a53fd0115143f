import { resolve } from 'node:path';
import { describeError, escapeControls, MaskbenchError } from '../../core/errors.js';
import { toError } from '../../core/failure.js';
import { nearest } from '../../core/yaml-file.js';
import { planBirefnetFolders } from '../../scoring/folders/birefnet-layout.js';
import { countTruths, type FolderPlan } from '../../scoring/folders/folder-plan.js';
import { planPlainFolders, type Affixes } from '../../scoring/folders/plain-layout.js';
import { planToolkitFolders } from '../../scoring/folders/pysodevaltoolkit-layout.js';
import { scoreFolders, type FolderScoring } from '../../scoring/folders/score-folders.js';
import { tallyFolders, type FolderFailure } from '../../scoring/folders/tally.js';
import type { Conventions } from '../../metrics/metric.js';
import { DEFAULT_PROTOCOLS, metricsOf, PROTOCOL_IDS } from '../../metrics/registry.js';
import type { CliContext } from '../context.js';
import { createProgress } from '../progress.js';
import { csvOutput } from '../score/csv.js';
import { explainCells } from '../score/explain.js';
import { jsonOutput } from '../score/json.js';
import type { OutputRequest, ScoreOutput } from '../score/output.js';
import { tableOutput } from '../score/table.js';

export interface ScoreOptions {
  readonly pred?: string;
  readonly gt?: string;
  readonly images?: string;
  readonly layout: 'plain' | 'birefnet' | 'pysodevaltoolkit';
  readonly datasetsJson?: string;
  readonly methodsJson?: string;
  readonly predPrefix?: string;
  readonly predSuffix?: string;
  readonly gtPrefix?: string;
  readonly gtSuffix?: string;
  readonly method?: string;
  readonly datasets?: readonly string[];
  readonly protocol?: readonly string[];
  readonly threshold: number;
  readonly empty: Conventions['empty'];
  readonly resize?: boolean;
  readonly format: ScoreFormat;
  readonly perImage?: boolean;
  readonly explain?: string;
}

export type ScoreFormat = 'table' | 'json' | 'csv';

const OUTPUTS: Readonly<Record<ScoreFormat, (request: OutputRequest) => ScoreOutput>> = {
  table: tableOutput,
  json: jsonOutput,
  csv: csvOutput,
};

/** Exit status when images could not be scored. */
const SOME_CELLS_FAILED = 3;
/** Lines on stderr for failures, and for warnings. */
const TOLD = 20;

/** `maskbench score`: scores of masks that were made elsewhere. */
export async function scoreCommand(options: ScoreOptions, context: CliContext): Promise<number> {
  const protocols = protocolsIn(options);
  const plan = await planOf(options, protocols, context.cwd);
  const scoring: FolderScoring = {
    protocols,
    conventions: { threshold: options.threshold, empty: options.empty },
    resize: options.resize === true,
  };
  if (options.explain !== undefined) {
    const request = { id: options.explain, json: options.format === 'json', cwd: context.cwd };
    context.out(await explainCells(plan, scoring, request));
    return 0;
  }
  tell(
    context,
    plan.warnings.map((warning) => `warning: ${escapeControls(warning)}`),
  );
  const perImage = options.perImage === true;
  const output = OUTPUTS[options.format]({ plan, scoring, perImage, out: context.out });
  const tally = tallyFolders(plan, scoring);
  const progress = createProgress(context);
  const total = countTruths(plan);
  let done = 0;
  progress({ kind: 'phase-started', phase: 'score', total, label: 'masks' });
  for await (const cells of scoreFolders(plan, scoring, context.signal)) {
    for (const cell of cells) {
      output.cell(cell);
      tally.add(cell);
    }
    progress({ kind: 'progress', phase: 'score', done: ++done, total });
  }
  progress({ kind: 'phase-ended', phase: 'score' });
  const results = tally.finish();
  output.end(results);
  if (results.failures.length === 0) return 0;
  tellFailures(results.failures, plan, options, context);
  return SOME_CELLS_FAILED;
}

/** Known only once the registry is loaded, which no help text waits for. */
function protocolsIn({ protocol = DEFAULT_PROTOCOLS }: ScoreOptions): readonly string[] {
  for (const name of protocol) {
    if (PROTOCOL_IDS.includes(name)) continue;
    const near = nearest(name, PROTOCOL_IDS);
    throw new MaskbenchError('usage', `unknown protocol "${name}"`, {
      remedy: near === undefined ? `known are ${PROTOCOL_IDS.join(', ')}` : `did you mean "${near}"?`,
    });
  }
  return [...new Set(protocol)];
}

function tellFailures(
  failures: readonly FolderFailure[],
  { several }: FolderPlan,
  options: ScoreOptions,
  context: CliContext,
): void {
  tell(
    context,
    failures.map(({ method, dataset, id, failure }) => {
      const name = several ? `${method} ${dataset}/${id}` : id;
      return `failed: ${escapeControls(name)}: ${describeError(toError(failure))}`;
    }),
  );
  const cells = `${failures.length} ${failures.length === 1 ? 'image' : 'images'}`;
  context.err(`${cells} could not be scored and ${failures.length === 1 ? 'is' : 'are'} in no figure\n`);
  if (options.resize !== true && failures.some(({ failure }) => failure.code === 'data.size-mismatch')) {
    context.err('--resize brings predictions to the size of their ground truths\n');
  }
}

function tell(context: CliContext, lines: readonly string[]): void {
  for (const line of lines.slice(0, TOLD)) context.err(`${line}\n`);
  if (lines.length > TOLD) context.err(`${lines.length - TOLD} more; --format json has them all\n`);
}

async function planOf(options: ScoreOptions, protocols: readonly string[], cwd: string): Promise<FolderPlan> {
  const { layout, datasets, method } = options;
  const chosen = {
    ...(method === undefined ? {} : { methods: [method] }),
    ...(datasets === undefined ? {} : { datasets }),
  };
  const withPictures = metricsOf(protocols).some(({ meta }) => meta.needsPicture);
  if (layout === 'pysodevaltoolkit') {
    const datasetsFile = resolve(
      cwd,
      needed(options.datasetsJson, '--datasets-json', 'the file of datasets'),
    );
    const methodsFile = resolve(cwd, needed(options.methodsJson, '--methods-json', 'the file of methods'));
    return planToolkitFolders({ datasetsFile, methodsFile, cwd, withPictures, ...chosen });
  }
  const predictions = resolve(cwd, needed(options.pred, '--pred', 'the folder of predictions'));
  const truths = resolve(cwd, needed(options.gt, '--gt', 'the folder of ground truths'));
  if (layout === 'birefnet') return planBirefnetFolders({ predictions, truths, withPictures, ...chosen });
  const images = withPictures
    ? { images: resolve(cwd, needed(options.images, '--images', 'the folder of the pictures themselves')) }
    : {};
  return planPlainFolders({
    predictions,
    truths,
    ...images,
    predictionNames: affixes(options.predPrefix, options.predSuffix),
    truthNames: affixes(options.gtPrefix, options.gtSuffix),
    ...(method === undefined ? {} : { method }),
  });
}

function affixes(prefix: string | undefined, suffix: string | undefined): Affixes {
  return { ...(prefix === undefined ? {} : { prefix }), ...(suffix === undefined ? {} : { suffix }) };
}

function needed(value: string | undefined, option: string, what: string): string {
  if (value !== undefined) return value;
  throw new MaskbenchError('usage', `${option} is missing`, { remedy: `name ${what} with it` });
}
