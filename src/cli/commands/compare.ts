import { resolve } from 'node:path';
import type { Comparison } from '../../schema/comparison.js';
import { compareSides } from '../../analysis/compare/compare.js';
import { openSide } from '../../analysis/compare/open-side.js';
import { comparisonToHtml } from '../../reports/comparison/html.js';
import { comparisonToMarkdown } from '../../reports/comparison/markdown.js';
import { comparisonToTerminal } from '../../reports/comparison/terminal.js';
import type { CliContext } from '../context.js';
import { readPageAssets } from '../page-assets.js';
import { assertGalleryHasPage, galleryOfComparedPage, type GalleryOptions } from '../page-gallery.js';
import { writeReport } from '../write-report.js';

export type ComparisonFormat = 'terminal' | 'markdown' | 'json' | 'html';

export interface CompareCommandOptions extends Omit<GalleryOptions, 'metric' | 'against'> {
  readonly modelA?: string;
  readonly modelB?: string;
  readonly metrics?: readonly string[];
  readonly datasets?: readonly string[];
  readonly force?: boolean;
  readonly format: ComparisonFormat;
  readonly json?: boolean;
  readonly out?: string;
}

const RENDER: Readonly<Record<Exclude<ComparisonFormat, 'html'>, (comparison: Comparison) => string>> = {
  terminal: comparisonToTerminal,
  markdown: comparisonToMarkdown,
  json: (comparison) => `${JSON.stringify(comparison, null, 2)}\n`,
};

/** `maskbench compare`: two runs or baselines held against each other, image by image. */
export async function compareCommand(
  a: string,
  b: string,
  options: CompareCommandOptions,
  context: CliContext,
): Promise<void> {
  const format = options.json === true ? 'json' : options.format;
  assertGalleryHasPage(options, format);
  const [before, now] = [await openSide(a, context.cwd), await openSide(b, context.cwd)];
  const { comparison } = await compareSides(before, now, {
    models: { baseline: options.modelA, candidate: options.modelB },
    metrics: options.metrics,
    datasets: options.datasets,
    force: options.force === true,
  });
  const out = options.out === undefined ? null : resolve(context.cwd, options.out);
  const text =
    format === 'html'
      ? comparisonToHtml(
          comparison,
          await galleryOfComparedPage(before, now, comparison, out, options),
          await readPageAssets(),
        )
      : RENDER[format](comparison);
  if (out === null) context.out(text);
  else await writeReport(out, text);
}
