import type { AccuracyRow, Summary } from '../../schema/summary.js';
import { intervalIn, LEAK_MARK, NO_FIGURE, type Cell, type Row, type Table } from './table.js';

/** Columns by metric id; `cutout.halo` is the sum of its two. */
const MEASURES = [
  { id: 'cutout.halo_white', group: 'Halo', label: 'white' },
  { id: 'cutout.halo_black', group: 'Halo', label: 'black' },
  { id: 'cutout.lost_detail', group: 'Lost', label: 'detail' },
  { id: 'cutout.opacity_loss', group: 'Lost', label: 'opacity' },
  { id: 'cutout.rim_white', group: 'Rim', label: 'white' },
  { id: 'cutout.rim_black', group: 'Rim', label: 'black' },
  { id: 'cutout.white', group: 'Image', label: 'white' },
  { id: 'cutout.black', group: 'Image', label: 'black' },
] as const;

/** What a user sees of the cut-outs, in percent. Null where the `cutout` protocol is not scored. */
export function cutoutTable({ accuracy, datasets }: Summary): Table | null {
  const scored = accuracy.filter(({ metrics }) => MEASURES[0].id in metrics);
  if (scored.length === 0) return null;
  const several = datasets.length > 1;
  const titles = new Map(datasets.map(({ name, title }) => [name, title]));
  const shown = scored.filter(({ dataset }) => several || dataset !== null);
  const models = [...new Set(shown.map(({ model }) => model))];
  return {
    title: 'Cut-out quality',
    caption:
      'Percent, less is better: old background in the rim outside of the subject, detail and opacity lost, and colour off in the rim and in the whole image, on white and on black (docs/metrics-cutout.md).',
    columns: [
      { label: 'Model', align: 'left' },
      { label: 'Dataset', align: 'left' },
      ...MEASURES.map(({ group, label }) => ({
        group,
        label,
        align: 'right' as const,
        better: 'lower' as const,
      })),
    ],
    rows: models.flatMap((model) =>
      shown.filter((row) => row.model === model).map((row) => rowOf(row, titles)),
    ),
    notes: shown.some(({ leaked }) => leaked.length > 0)
      ? [`${LEAK_MARK} trained on pictures of the dataset: not held out, not to be ranked.`]
      : [],
  };
}

function percent(share: number): string {
  return (100 * share).toFixed(2);
}

function rowOf({ model, dataset, leaked, metrics }: AccuracyRow, titles: ReadonlyMap<string, string>): Row {
  const name = dataset === null ? 'mean' : (titles.get(dataset) ?? dataset);
  const figures = MEASURES.map(({ id }): Cell => {
    const { mean = null, interval } = metrics[id] ?? {};
    if (mean === null) return NO_FIGURE;
    const contest = leaked.length > 0 ? {} : { contest: dataset ?? '' };
    return { text: percent(mean), value: mean, ...contest, ...intervalIn(interval, percent) };
  });
  const mark = leaked.length > 0 ? ` ${LEAK_MARK}` : '';
  return { kind: 'measured', cells: [{ text: model }, { text: `${name}${mark}` }, ...figures] };
}
