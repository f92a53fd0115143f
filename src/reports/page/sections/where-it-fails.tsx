import type { VNode } from 'preact';
import type { PageRun, SliceTable } from '../../../schema/page-input.js';
import { attributeLabel } from '../../plots/attribute-label.js';
import { attributes } from '../../plots/attributes.js';
import { slicesPlot } from '../../plots/slices.js';
import { roughMark } from '../../../schema/caution.js';
import { formatScore, type Row, type Table } from '../../tables/table.js';
import { DataTable } from '../parts/data-table.js';
import { plotGroup } from '../parts/plot-figure.js';
import type { Section } from '../section.js';

/** On which kinds of images a model loses: by ground truth and by slice. */
export const whereItFails: Section = {
  id: 'where',
  title: 'Where it fails',
  isFolded: true,
  render(input) {
    const groups = [attributes, slicesPlot].map((family) => plotGroup(family, input));
    if (groups.every((group) => group === null)) return null;
    return (
      <>
        {groups}
        {input.runs.map((run) => (
          <SliceTables run={run} />
        ))}
      </>
    );
  },
};

/** The figures behind the plots, folded up: there are many. */
function SliceTables({ run }: { readonly run: PageRun }): VNode | null {
  const slices = run.slices ?? [];
  return slices.length === 0 ? null : (
    <details class="more">
      <summary>All slices in figures</summary>
      {slices.map((table) => (
        <DataTable table={sliceTable(run, table)} />
      ))}
    </details>
  );
}

const FEWEST = 30;

function sliceTable({ summary }: PageRun, { attribute, metric, how, rows }: SliceTable): Table {
  const name = summary.metrics?.find(({ id }) => id === metric)?.name ?? metric;
  const models = summary.models.map((model) => model.name);
  const titles = new Map(summary.datasets.map((dataset) => [dataset.name, dataset.title]));
  const keys = [...new Set(rows.map(({ dataset, slice }) => JSON.stringify([dataset, slice])))];
  return {
    title: `${name} by ${attributeLabel(attribute).label}`,
    caption: `Mean and 95 % interval over the images of a slice; ${how}. * fewer than ${FEWEST} images: information only.`,
    columns: [
      { label: 'Slice', align: 'left' },
      { label: 'Dataset', align: 'left' },
      { label: 'n', align: 'right' },
      ...models.map((label) => ({ label, align: 'right' as const })),
    ],
    rows: keys.map((key): Row => {
      const [dataset, slice] = JSON.parse(key) as [string, string];
      const own = rows.filter((row) => row.dataset === dataset && row.slice === slice);
      const n = Math.max(...own.map((row) => row.n));
      const counted = Math.max(...own.map((row) => row.units ?? row.n));
      const cells = models.map((model) => {
        const row = own.find((one) => one.model === model);
        if (row === undefined) return { text: '-' };
        const interval =
          'undefined' in row.interval
            ? ''
            : ` [${row.interval.map(formatScore).join(', ')}]${roughMark(row.caution)}`;
        return {
          text: `${formatScore(row.mean)}${interval}`,
          value: row.mean,
          ...(row.caution === undefined ? {} : { caution: row.caution }),
        };
      });
      return {
        kind: 'measured',
        cells: [
          { text: slice },
          { text: titles.get(dataset) ?? dataset },
          {
            text: `${counted === n ? n : `${counted} units of ${n}`}${counted < FEWEST ? ' *' : ''}`,
            value: counted,
          },
          ...cells,
        ],
      };
    }),
    notes: [],
  };
}
