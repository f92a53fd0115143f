import type { MovedImage, PairComparison } from '../../schema/comparison.js';
import type { Row, Table } from '../tables/table.js';
import { countCell, figureCell, gainNotes, intervalCell, pCell, signedCell } from './figures.js';

/** Slices shown; all are in the JSON. */
const SHOWN = 12;

/** The slices of enough images with the lowest gains. Null if there are none. */
export function sliceTable({ slices }: PairComparison): Table | null {
  if (slices === null) return null;
  const large = slices.rows.filter(({ n, units = n }) => units >= slices.minimum);
  if (large.length === 0) return null;
  const worst = [...large].sort((a, b) => a.gain.mean - b.gain.mean).slice(0, SHOWN);
  const small = slices.rows.length - large.length;
  return {
    title: `Slices of ${slices.metric}, the lowest gains first`,
    caption:
      'Images of all datasets, each weighing the same, by the attributes of the dataset and of the ground truth; numbers in thirds.',
    columns: [
      { label: 'Slice', align: 'left' },
      { label: 'before', align: 'right' },
      { label: 'now', align: 'right' },
      { label: 'gain', align: 'right' },
      { label: '95 % interval', align: 'right' },
      { label: 'p', align: 'right' },
      { label: 'n', align: 'right' },
    ],
    rows: worst.map(({ attribute, value, baseline, candidate, gain, p, adjusted, n, units }): Row => ({
      kind: 'measured',
      cells: [
        { text: `${attribute} ${value}` },
        figureCell(baseline),
        figureCell(candidate),
        signedCell(gain.mean),
        intervalCell(gain),
        pCell(p, adjusted),
        units === undefined ? countCell(n) : { text: `${units} of ${n}`, value: units },
      ],
    })),
    notes: [
      `p: sign-flip test; * is below 0.05 after Benjamini-Hochberg over ${large.length} slices: for looking around, not for gates.`,
      ...(worst.some(({ units }) => units !== undefined)
        ? ['n: independent units, each counting by the mean of its images, of so many images.']
        : []),
      ...gainNotes(worst.map(({ gain }) => gain)),
      ...(large.length > worst.length
        ? [`${large.length - worst.length} slices with higher gains are in the JSON.`]
        : []),
      ...(small > 0
        ? [`${small} slices under ${slices.minimum} images are in the JSON, for information only.`]
        : []),
    ],
  };
}

/** The images whose score fell and rose most. Null if none moved. */
export function movedTable({ moved }: PairComparison): Table | null {
  if (moved === null || moved.losses.length + moved.gains.length === 0) return null;
  return {
    title: `Images that moved most, by ${moved.metric}`,
    caption: 'The largest losses, worst first, then the largest gains.',
    columns: [
      { label: 'Dataset', align: 'left' },
      { label: 'Image', align: 'left' },
      { label: 'before', align: 'right' },
      { label: 'now', align: 'right' },
      { label: 'gain', align: 'right' },
    ],
    rows: [...moved.losses, ...moved.gains].map(toRow),
    notes: [],
  };
}

function toRow({ dataset, id, baseline, candidate, gain }: MovedImage): Row {
  return {
    kind: 'measured',
    cells: [{ text: dataset }, { text: id }, figureCell(baseline), figureCell(candidate), signedCell(gain)],
  };
}
