import { availableParallelism } from 'node:os';
import { Command } from '@commander-js/extra-typings';
import type { Verification } from '../../../analysis/verify/verify-model.js';
import {
  describeError,
  EXIT_STATUS,
  escapeControls,
  exitStatusOf,
  type ExitStatus,
  MaskbenchError,
} from '../../../core/errors.js';
import type { FileVerification } from '../../../models/sources/verify-file.js';
import { jsonText } from '../../../reports/formats/json.js';
import { plainTable } from '../../../reports/formats/plain-table.js';
import type { LoadedSpec } from '../../../runners/runner.js';
import type { CliContext, DefineCommand, FlagsOf } from '../../context.js';

const flags = () =>
  new Command('verify')
    .description('check that models are complete and run, or that they score as their specs record')
    .argument('[model...]', 'names, or YAML files (default: all that are cached)')
    .option('--score', 'predict a few samples: does the model score as recorded, and if not, what is wrong?')
    .option('--dataset <dataset>', 'with --score: another dataset, by name or YAML file')
    .option('--json', 'as JSON');

type Flags = FlagsOf<typeof flags>;

/** `maskbench models verify`. */
export const verify: DefineCommand = (context, setStatus) =>
  flags().action(async (names, options) => {
    const { allMean, assertMeant } = await import('../../meant-flags.js');
    const isScored = options.score === true;
    assertMeant(options, allMean(['dataset'], [isScored, 'models that are scored', 'add --score']));
    setStatus(await (isScored ? scoreAgain(names, options, context) : lookAgain(names, options, context)));
  });

/**
 * Hashes, parses and loads again what is here, and fetches nothing; 65 if a file is not what it should be, 64 if it contradicts its
 * spec, 69 if it is not here, so that nothing can be said of it.
 */
async function lookAgain(
  names: readonly string[],
  { json }: Flags,
  context: CliContext,
): Promise<ExitStatus> {
  const { listModelNames, loadModelSpec } = await import('../../../runners/load-spec.js');
  let status: ExitStatus = 0;
  const files: FoundFile[] = [];
  const tell = (file: FoundFile): void => {
    files.push(file);
    if (json !== true) context.out(`${file.label}: ${inWords(file)}\n`);
  };
  const raise = (found: ExitStatus): void => {
    if (found > status) status = found;
  };
  for (const name of names.length > 0 ? names : await listModelNames()) {
    const loaded = await loadModelSpec(name, context.cwd);
    const verified = await verifyFiles(loaded, context);
    const missing = verified.filter(({ verification }) => verification.kind === 'absent');
    // All that are cached are asked for where none is named: not one of which nothing is.
    for (const { label } of names.length > 0 || missing.length < verified.length ? missing : []) {
      tell({ label, found: 'absent', reason: `it is not in the cache (maskbench models pull ${name})` });
      raise(EXIT_STATUS['source.unreachable']);
    }
    if (verified.length === 0 && names.length > 0)
      tell({
        label: loaded.spec.name,
        found: 'none',
        reason: 'has no files, so that there is nothing to verify',
      });
    const intact = verified.every(({ verification }) => verification.kind === 'intact');
    const error = intact && verified.length > 0 ? await tryToRun(loaded, context) : undefined;
    for (const { label, verification } of verified) {
      if (verification.kind === 'absent') continue;
      const wrong = verification.kind === 'damaged' ? verification.error : error;
      if (verification.kind === 'intact' && wrong === undefined) {
        tell({ label, found: 'ok', sha256: verification.sha256 });
        continue;
      }
      const isMissing = wrong?.code === 'data.missing';
      const found = verification.kind === 'intact' ? 'does not run' : isMissing ? 'missing' : 'damaged';
      tell({ label, found, reason: describeError(wrong) });
      raise(exitStatusOf(wrong));
    }
  }
  if (json === true) context.out(jsonText(files));
  return status;
}

/** What was found of a file, as `--json` prints it. */
interface FoundFile {
  /** The model's name, with the file's role where there are several. */
  readonly label: string;
  readonly found: 'ok' | 'absent' | 'none' | 'missing' | 'damaged' | 'does not run';
  readonly sha256?: string;
  readonly reason?: string;
}

function inWords({ found, sha256 = '', reason = '' }: FoundFile): string {
  if (found === 'ok') return `ok, sha256 ${sha256}`;
  if (found === 'none') return reason;
  return `${found === 'absent' ? 'NOT VERIFIED' : found.toUpperCase()}, ${reason}`;
}

interface VerifiedFile {
  readonly label: string;
  readonly verification: FileVerification;
}

async function verifyFiles(
  { spec, folder }: LoadedSpec,
  { env, signal }: CliContext,
): Promise<readonly VerifiedFile[]> {
  const { verifyModelFile } = await import('../../../models/sources/verify-file.js');
  const verified: VerifiedFile[] = [];
  for (const [role, sources] of Object.entries(spec.files ?? {})) {
    const label = role === 'model' ? spec.name : `${spec.name} (${role})`;
    const options = { name: label, baseDir: folder, env, signal };
    verified.push({ label, verification: await verifyModelFile(sources, options) });
  }
  return verified;
}

/** Why a model whose files are intact cannot be run on the CPU as its spec says, if so. */
async function tryToRun(
  loaded: LoadedSpec,
  { env, signal }: CliContext,
): Promise<MaskbenchError | undefined> {
  const { runnerOf } = await import('../../../runners/runner-of.js');
  const { runnerOptionsSchema } = await import('../../../runners/onnx/session-options.js');
  const runner = runnerOf(loaded.spec);
  try {
    const model = await runner.ensure(loaded, { env, offline: true, signal });
    await runner.tryOut?.(model, {
      device: { provider: 'cpu', index: 0 },
      options: runnerOptionsSchema.parse({}),
      threads: availableParallelism(),
      onlyInDoubt: false,
      signal,
    });
    return undefined;
  } catch (error) {
    if (error instanceof MaskbenchError && error.code !== 'cancelled') return error;
    throw error;
  }
}

/** Alternatives that are shown. */
const SHOWN = 5;

/** 65 if a model does not score as its spec records. */
async function scoreAgain(
  names: readonly string[],
  { dataset: named, json }: Flags,
  context: CliContext,
): Promise<ExitStatus> {
  const { verifyModel } = await import('../../../analysis/verify/verify-model.js');
  const { loadDataset } = await import('../../../datasets/load.js');
  const { loadModelSpec } = await import('../../../runners/load-spec.js');
  const { runnerOf } = await import('../../../runners/runner-of.js');
  const { createDownloadProgress } = await import('../../download-progress.js');
  if (names.length === 0) {
    throw new MaskbenchError('usage', 'name the models to score', {
      remedy: 'maskbench models verify isnet-fp16 --score',
    });
  }
  let status: ExitStatus = 0;
  for (const name of names) {
    const loaded = await loadModelSpec(name, context.cwd);
    const { spec } = loaded;
    const runner = runnerOf(spec);
    if (runner.stages === undefined) {
      throw new MaskbenchError('usage', `${spec.name} is ${runner.title}; there is no network to verify`, {
        where: name,
      });
    }
    const reference = named ?? spec.expected?.dataset ?? 'samples-humans';
    const dataset = await loadDataset(reference, context);
    const model = await runner.ensure(loaded, {
      env: context.env,
      onProgress: createDownloadProgress(context),
      signal: context.signal,
    });
    const verification = await verifyModel({
      network: runner.stages(model),
      dataset,
      threads: availableParallelism(),
      onTry: (mistake) => context.err(`${spec.name}: trying whether ${mistake}\n`),
      signal: context.signal,
    });
    if (json === true) {
      context.out(jsonText({ model: spec.name, dataset: dataset.name, ...verification }));
    } else context.out(describe(spec.name, dataset.name, verification));
    if (verification.verdict === 'differs' || verification.hints.length > 0)
      status = EXIT_STATUS['model.output'];
  }
  return status;
}

function describe(model: string, dataset: string, v: Verification): string {
  const head = `${escapeControls(model)} on ${dataset}: IoU ${v.iou.toFixed(4)}, MAE ${v.mae.toFixed(4)} over ${v.images} images`;
  const failed = v.failed > 0 ? `, ${v.failed} without a matte` : '';
  const constant = v.constant > 0 ? `, ${v.constant} mattes constant` : '';
  const verdict =
    v.verdict === 'unrecorded'
      ? 'the spec records no score for it'
      : `${v.verdict} (${recordedText(v.expected)})`;
  const lines = [
    `${head}${failed}${constant}: ${verdict}`,
    ...v.hints.map((hint) => `  ${escapeControls(hint)}`),
  ];
  if (v.verdict === 'unrecorded' && v.hints.length === 0) {
    const record = `{ dataset: ${dataset}, iou: ${v.iou.toFixed(4)}, mae: ${v.mae.toFixed(4)} }`;
    lines.push(`  if that is right, record it in the spec: expected: ${record}`);
  }
  if (v.alternatives.length > 0) {
    const [best] = v.alternatives;
    lines.push(`  likely: ${best.mistake}; with ${best.fix} the IoU is ${best.iou.toFixed(4)}`);
    const rows = v.alternatives
      .slice(0, SHOWN)
      .map(({ mistake, fix, iou, mae }) => [mistake, fix, iou.toFixed(4), mae.toFixed(4)]);
    lines.push('', plainTable(['if', 'then', 'IoU', 'MAE'], rows));
  } else if (v.verdict === 'differs') {
    lines.push('  none of the usual mistakes explains it: other bytes, another network, or another dataset');
  }
  return `${lines.join('\n')}\n`;
}

function recordedText(expected: Verification['expected']): string {
  if (expected === null) return '';
  const { iou, mae } = expected;
  return mae === null ? iou.toFixed(4) : `${iou.toFixed(4)}, ${mae.toFixed(4)}`;
}
