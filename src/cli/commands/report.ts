import { resolve } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import { MaskbenchError } from '../../core/errors.js';
import { folderFrom } from '../../core/objects/object-address.js';
import type { RankingReport } from '../../schema/ranking.js';
import type { ReportDocument } from '../../reports/document.js';
import { FORMATS, formatNamed, tableFormats } from '../../reports/formats/registry.js';
import { list } from '../arguments.js';
import { commandWithPictures } from '../command-with-pictures.js';
import { textWidth, type CliContext, type DefineCommand, type FlagsOf } from '../context.js';
import { EXPORTS } from '../exports/index.js';

const flags = () =>
  commandWithPictures('report')
    .argument('<run...>', 'run folders')
    .addOption(
      new Option('--format <format>', 'output format')
        .choices([...FORMATS, ...EXPORTS].map(({ name }) => name))
        .default('terminal'),
    )
    .option('--json', 'short for --format json')
    .option(
      '--out <file>',
      'write to a file instead of stdout; with svg and png: a folder, one file per plot',
    )
    .option('--intervals', 'markdown and latex: show the 95 % interval beside every mean score')
    .option('--columns <ids>', 'the metrics that the table of accuracy shows, such as iou,sod.s', list)
    .option('--by <attribute>', 'scores by split, group, category, ipq, components ... of the samples')
    .option('--against <run>', 'with --format html: a run or baseline before, to show what changed')
    .option('--metric <id>', 'the metric for --by, or for choosing the pictures, such as iou or sod.s');

type Flags = FlagsOf<typeof flags>;

/** `maskbench report`: what run folders hold, in any format. */
export const report: DefineCommand = (context) =>
  flags().action(async (runs, given) => {
    const { formatOf } = await import('../meant-flags.js');
    const name = formatOf(given, 'terminal');
    const options = { ...given, format: name };
    const { out, intervals = false } = options;
    await assertMeantFor(options);
    const exporter = EXPORTS.find((one) => one.name === name);
    if (options.by === undefined && exporter !== undefined) {
      await exporter.write(absolute(runs, context), out, context);
      return;
    }
    const document = await (options.by === undefined
      ? runsDocument(runs, options, context)
      : slicesOf(runs, options.by, options, context));
    const text = await formatNamed(name).render(document, {
      intervals,
      ...(out === undefined ? { width: textWidth(context) } : {}),
    });
    if (out === undefined) context.data(text);
    else {
      const { writeReport } = await import('../write-report.js');
      await writeReport(resolve(context.cwd, out), text);
      const { tellFile } = await import('../write-report.js');
      tellFile(out, text, context);
    }
  });

/** Formats for reading, whose cells can have an interval and whose table of accuracy can have other columns. */
const WITH_INTERVALS = ['markdown', 'latex'];
const WITH_COLUMNS = ['terminal', ...WITH_INTERVALS, 'html'];

/** @throws MaskbenchError `usage` for flags that change nothing in this format. */
async function assertMeantFor(options: Flags): Promise<void> {
  const { assertGalleryHasPage } = await import('../page-gallery.js');
  const { assertMeant } = await import('../meant-flags.js');
  const { format, by } = options;
  const isPage = FORMATS.some(({ name, needsPage }) => name === format && needsPage === true);
  const among = (names: readonly string[]): string => names.join(', ');
  assertMeant(options, {
    intervals: [
      WITH_INTERVALS.includes(format) && by === undefined,
      `the tables of a run as ${among(WITH_INTERVALS)}`,
      by === undefined ? `add --format ${WITH_INTERVALS[0]}` : 'slices have theirs always',
    ],
    columns: [
      WITH_COLUMNS.includes(format) && by === undefined,
      `the table of accuracy as ${among(WITH_COLUMNS)}`,
      by === undefined ? 'leave it out: this format has every metric' : 'with --by name one by --metric',
    ],
    metric: [by !== undefined || isPage, 'slices and pages', 'add --by <attribute> or --format html'],
  });
  assertGalleryHasPage(options, isPage, format);
}

/** The runs' summaries; for a page with all that their folders have, and pictures. */
async function runsDocument(
  runs: readonly string[],
  options: Flags,
  context: CliContext,
): Promise<ReportDocument> {
  const { format, columns } = options;
  const isPage = formatNamed(format).needsPage === true;
  const { galleryOfPage } = await import('../page-gallery.js');
  const { gatherRuns, readSummaries } = await import('../write-report.js');
  const { reportDocument } = await import('../../reports/document.js');
  const folders = absolute(runs, context);
  if (!isPage) {
    const summaries = await readSummaries(folders);
    const { rankingOf } = await import('../../analysis/gather-page.js');
    const rankings: (RankingReport | undefined)[] = [];
    for (const [i, summary] of summaries.entries()) rankings.push(await rankingOf(folders[i], summary));
    return reportDocument(summaries, { columns, rankings });
  }
  const { readPageAssets } = await import('../write-report.js');
  const out = options.out === undefined ? null : resolve(context.cwd, options.out);
  const gathered = await gatherRuns(folders);
  const gallery = await galleryOfPage(runs, out, options, context.cwd);
  const document = reportDocument(
    gathered.runs.map(({ summary }) => summary),
    { columns, rankings: gathered.runs.map(({ ranking }) => ranking) },
  );
  const input = { ...document.page?.input, ...gathered, ...(gallery === null ? {} : { gallery }) };
  return { ...document, page: { input, ...(await readPageAssets()) } };
}

async function slicesOf(
  [run = '', ...others]: readonly string[],
  attribute: string,
  { format, metric }: Flags,
  context: CliContext,
): Promise<ReportDocument> {
  if (others.length > 0) throw new MaskbenchError('usage', '--by takes one run');
  if (!tableFormats().some(({ name }) => name === format)) {
    throw new MaskbenchError('usage', `there are no slices as ${format}`, {
      remedy: `with --by the formats are ${tableFormats()
        .map(({ name }) => name)
        .join(', ')}`,
    });
  }
  const { sliceScores } = await import('../../analysis/slices/slice-scores.js');
  const { readEvidence } = await import('../../store/evidence.js');
  const { readManifest, runFolder } = await import('../../store/run-folder.js');
  const { slicesDocument } = await import('../slices-document.js');
  const request = metric === undefined ? { attribute } : { attribute, metric };
  const folder = runFolder(folderFrom(context.cwd, run));
  const evidence = await readEvidence(folder, await readManifest(folder));
  return slicesDocument(await sliceScores(folder, request), evidence);
}

function absolute(runs: readonly string[], { cwd }: CliContext): readonly string[] {
  return runs.map((run) => folderFrom(cwd, run));
}
