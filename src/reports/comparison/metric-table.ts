import type { MetricComparison, PairComparison } from '../../schema/comparison.js';
import { countedUnits, type Row, type Table } from '../tables/table.js';
import { figureCell, gainNotes, intervalCell, pCell, signedCell } from './figures.js';

/** Every metric on every dataset: before, now, the gain with its interval, p, images better, same and worse. */
export function metricTable({ metrics, leaked, baseline, candidate }: PairComparison): Table {
  const rows = metrics.map((row): Row => {
    const short = `${row.wins}/${row.ties}/${row.losses}`;
    // in parts, so that a narrow terminal can break it
    const moved = { text: short.length > 9 ? short.replaceAll('/', ' /') : short };
    return {
      kind: 'measured',
      cells: [
        { text: row.title },
        { text: row.dataset ?? 'all' },
        figureCell(row.baseline),
        figureCell(row.candidate),
        signedCell(row.gain?.mean ?? null),
        intervalCell(row.gain),
        pCell(row.p, row.adjusted),
        moved,
      ],
    };
  });
  return {
    title: 'Scores',
    caption: `Mean over images of ${baseline.name} (before) and ${candidate.name} (now); gains are paired by image, + is better.${metrics.some(({ dataset }) => dataset === null) ? ' "all" is the mean of the datasets, each weighing the same.' : ''}`,
    columns: [
      { label: 'Metric', align: 'left' },
      { label: 'Dataset', align: 'left' },
      { label: 'before', align: 'right' },
      { label: 'now', align: 'right' },
      { label: 'gain', align: 'right' },
      { label: '95 % interval', align: 'right' },
      { label: 'p', align: 'right' },
      { label: '+/=/-', align: 'right' },
    ],
    rows,
    notes: [
      'p: two-sided sign-flip test; * is below 0.05 after Holm over the rows. +/=/-: images better, same, worse; together all that were compared.',
      ...unitNotes(metrics),
      ...gainNotes(metrics.map(({ gain }) => gain)),
      ...undefinedNotes(metrics),
      ...leaked.map(
        ({ dataset, tags }) =>
          `A model was trained on pictures of ${dataset} (${tags.join(', ')}): not held out, no evidence, left out of gates.`,
      ),
    ],
  };
}

/** What the rows of each dataset count, where that is not images. */
function unitNotes(rows: readonly MetricComparison[]): readonly string[] {
  const counted = rows.flatMap(({ dataset, n, units }) =>
    units === undefined ? [] : [`${dataset ?? 'all'}: ${countedUnits(n, units)}`],
  );
  return counted.length === 0
    ? []
    : [
        `Means, intervals and p count independent units, each by the mean of its images (+/=/- count images): ${[...new Set(counted)].join('; ')}.`,
      ];
}

function undefinedNotes(rows: readonly MetricComparison[]): readonly string[] {
  return rows
    .filter(({ undefinedBaseline, undefinedCandidate }) => undefinedBaseline + undefinedCandidate > 0)
    .map(
      ({ title, dataset, undefinedBaseline, undefinedCandidate }) =>
        `${title} on ${dataset ?? 'all'} is undefined before only on ${undefinedBaseline} images, now only on ${undefinedCandidate}; they are in neither mean.`,
    );
}
