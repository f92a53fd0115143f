import type { MovedImage, PairComparison } from '../../schema/comparison.js';
import type { Row, Table } from '../tables/table.js';
import { figureCell, signedCell } from './figures.js';

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
