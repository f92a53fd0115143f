import { availableParallelism } from 'node:os';
import { EXIT_STATUS, escapeControls, MaskbenchError } from '../../core/errors.js';
import { loadDataset } from '../../datasets/load.js';
import { verifyModel, type Verification } from '../../analysis/verify/verify-model.js';
import { loadModelSpec } from '../../runners/load-spec.js';
import { runnerOf } from '../../runners/runner-of.js';
import { plainTable } from '../../reports/formats/plain-table.js';
import type { CliContext } from '../context.js';
import { createDownloadProgress } from '../download-progress.js';

export interface ScoreModelsOptions {
  /** In place of the one that the spec records its score for. */
  readonly dataset?: string;
  readonly json?: boolean;
}

/** Alternatives that are shown. */
const SHOWN = 5;

/** `maskbench models verify --score`: 65 if a model does not score as its spec records, or cannot be fed so. */
export async function scoreModels(
  names: readonly string[],
  { dataset: named, json }: ScoreModelsOptions,
  context: CliContext,
): Promise<number> {
  if (names.length === 0) {
    throw new MaskbenchError('usage', 'name the models to score', {
      remedy: 'maskbench models verify isnet-fp16 --score',
    });
  }
  let status = 0;
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
    const dataset = await loadDataset(reference, { cwd: context.cwd, env: context.env });
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
      context.out(
        `${JSON.stringify({ model: spec.name, dataset: dataset.name, ...verification }, null, 2)}\n`,
      );
    } else context.out(describe(spec.name, dataset.name, verification));
    if (verification.verdict === 'differs' || verification.hints.length > 0)
      status = EXIT_STATUS['model.output'];
  }
  return status;
}

function describe(model: string, dataset: string, v: Verification): string {
  const head = `${escapeControls(model)} on ${dataset}: IoU ${v.iou.toFixed(4)}, MAE ${v.mae.toFixed(4)} over ${v.images} images`;
  const failed = v.failed > 0 ? `, ${v.failed} without a matte` : '';
  const verdict =
    v.verdict === 'unrecorded'
      ? 'the spec records no score for it'
      : `${v.verdict} (${recordedText(v.expected)})`;
  const lines = [`${head}${failed}: ${verdict}`, ...v.hints.map((hint) => `  ${hint}`)];
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
