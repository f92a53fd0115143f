import { describe, expect, it } from 'vitest';
import { cli, IS_BUILT } from '../support/cli.js';

const FOLDERS = ['score', '--pred', 'p', '--gt', 'g'];

/** None of these reads a file: what is said of the flags comes first. */
const VAIN: readonly (readonly [argv: readonly string[], says: string])[] = [
  [
    ['report', 'r', '--intervals'],
    '--intervals is for the tables of a run as markdown, latex; add --format markdown',
  ],
  [['report', 'r', '--intervals', '--format', 'csv'], '--intervals is for'],
  [['report', 'r', '--intervals', '--by', 'split', '--format', 'markdown'], 'slices have theirs always'],
  [
    ['report', 'r', '--metric', 'iou'],
    '--metric is for slices and pages; add --by <attribute> or --format html',
  ],
  [['report', 'r', '--columns', 'iou', '--format', 'csv'], '--columns is for the table of accuracy'],
  [['report', 'r', '--columns', 'iou', '--format', 'parquet', '--out', 'x'], '--columns is for'],
  [['report', 'r', '--columns', 'iou', '--by', 'split'], 'with --by name one by --metric'],
  [
    ['report', 'r', '--against', 'q'],
    '--against is for pages, and the format is terminal; add --format html',
  ],
  [['report', 'r', '--no-gallery', '--format', 'svg', '--out', 'x'], '--no-gallery is for pages'],
  [['report', 'r', '--format', 'html', '--no-gallery', '--gallery-size', '9'], 'leave out --no-gallery'],
  [
    ['report', 'r', '--format', 'html', '--no-embed'],
    '--no-embed is for pages that are files; name one with --out',
  ],
  [['compare', 'a', 'b', '--gallery-size', '9'], '--gallery-size is for pages'],
  [
    ['compare', 'a', 'b', '--json', '--format', 'html'],
    '--json is for the format json; leave out --format html',
  ],
  [
    ['check', '--baseline', 'a', '--candidate', 'b', '--file-a', 'x'],
    '--file-a is for models that are timed now; add --remeasure',
  ],
  [
    ['check', '--baseline', 'a', '--candidate', 'b', '--candidate-config', 'c.yaml', '--until-decided'],
    'leave out --candidate: --until-decided makes the run of --candidate-config',
  ],
  [['check', '--baseline', 'a', '--candidate', 'b', '--until-decided'], 'leave out --until-decided'],
  [['check', '--self-test', '--baseline', 'a'], '--baseline is for runs; leave out --self-test'],
  [['check', '--self-test', '--junit', 'x.xml'], '--junit is for runs; leave out --self-test'],
  [['models', 'verify', '--dataset', 'x'], '--dataset is for models that are scored; add --score'],
  [
    ['run', 'c.yaml', '--no-time', '--profile', 'quick'],
    '--profile is for the timing pass; leave out --no-time',
  ],
  [['run', 'c.yaml', '--only', 'score', '--profile', 'quick'], 'leave out --only score'],
  [[...FOLDERS, '--resume'], '--resume is for run folders; name one with --out'],
  [[...FOLDERS, '--shard', '1/2'], '--shard is for run folders; name one with --out'],
  [[...FOLDERS, '--images', 'i'], '--images is for the cutout protocol and for --out; add one of them'],
  [[...FOLDERS, '--explain', 'a', '--out', 'o'], '--explain leaves no run folder'],
  [[...FOLDERS, '--explain', 'a', '--per-image'], '--per-image is for scores'],
  [[...FOLDERS, '--explain', 'a', '--format', 'csv'], '--format csv is for scores'],
  [[...FOLDERS, '--json', '--format', 'csv'], '--json is for the format json; leave out --format csv'],
  [[...FOLDERS, '--protocol', 'sod', '--threshold', '9'], '--threshold is for the fixed protocol'],
  [[...FOLDERS, '--protocol', 'matting', '--empty', 'skip'], '--empty is for the fixed protocol'],
  [[...FOLDERS, '--datasets-json', 'd'], '--datasets-json is for one layout; add --layout pysodevaltoolkit'],
  [[...FOLDERS, '--layout', 'birefnet', '--gt-suffix', 'x'], '--gt-suffix is for a plain pair of folders'],
  [[...FOLDERS, '--layout', 'birefnet', '--images', 'i'], 'the layout has its own'],
  [['score', '--gt', 'g', '--layout', 'pysodevaltoolkit'], '--gt is for other layouts'],
];

describe.skipIf(!IS_BUILT)('a flag that changes nothing', () => {
  it.each(VAIN.map(([argv, says]) => ({ argv, says, line: argv.join(' ') })))(
    'is refused: $line',
    async ({ argv, says }) => {
      const { status, out, err } = await cli(argv, '/');
      expect([status, out]).toEqual([64, '']);
      expect(err).toContain(says);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
    },
  );
});
