import { resolve } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import { jsonText } from '../../reports/formats/json.js';
import { list } from '../arguments.js';
import { commandWithPictures } from '../command-with-pictures.js';
import { textWidth, type DefineCommand } from '../context.js';

/** `maskbench compare`: two runs or baselines compared with each other, image by image. */
export const compare: DefineCommand = (context) =>
  commandWithPictures('compare')
    .argument('<a>', 'a run folder or the name of a baseline: the model before')
    .argument('<b>', 'a run folder or the name of a baseline: the model now')
    .option('--model-a <name>', 'the model of a (default: models of equal name are compared)')
    .option('--model-b <name>', 'the model of b; a and b may be the same run')
    .option('--metrics <ids>', 'only these metrics; slices and changed images use the first', list)
    .option('--datasets <names>', 'only these', list)
    .option('--force', 'compare what both runs have in common, despite differences; the result is marked')
    .addOption(
      new Option('--format <format>', 'output format')
        .choices(['terminal', 'markdown', 'json', 'html'])
        .default('terminal' as const),
    )
    .option('--json', 'short for --format json')
    .option('--out <file>', 'write to a file instead of stdout')
    .action(async (a, b, options) => {
      const { compareSides } = await import('../../analysis/compare/compare.js');
      const { openSide } = await import('../../analysis/compare/open-side.js');
      const { assertGalleryHasPage, galleryOfComparedPage } = await import('../page-gallery.js');
      const { formatOf } = await import('../meant-flags.js');
      const format = formatOf(options, 'terminal');
      assertGalleryHasPage(options, format === 'html', format);
      const any = { unfinished: true };
      const [before, now] = [await openSide(a, context.cwd, any), await openSide(b, context.cwd, any)];
      const { comparison } = await compareSides(before, now, {
        models: { baseline: options.modelA, candidate: options.modelB },
        metrics: options.metrics,
        datasets: options.datasets,
        force: options.force === true,
      });
      const { comparedSides, tellOutputs } = await import('../tell-outputs.js');
      await tellOutputs(comparedSides(before, now, comparison), context);
      const out = options.out === undefined ? null : resolve(context.cwd, options.out);
      const width = out === null ? textWidth(context) : undefined;
      const render = {
        json: () => jsonText(comparison),
        terminal: async () =>
          (await import('../../reports/comparison/terminal.js')).comparisonToTerminal(comparison, width),
        markdown: async () =>
          (await import('../../reports/comparison/markdown.js')).comparisonToMarkdown(comparison),
        async html() {
          const { comparisonToHtml } = await import('../../reports/comparison/html.js');
          const { readPageAssets } = await import('../write-report.js');
          const gallery = await galleryOfComparedPage(before, now, comparison, out, options);
          return comparisonToHtml(comparison, gallery, await readPageAssets());
        },
      }[format];
      const text = await render();
      if (out === null) context.data(text);
      else {
        const { tellFile, writeReport } = await import('../write-report.js');
        await writeReport(out, text);
        tellFile(options.out ?? '', text, context);
      }
    });
