import type { VNode } from 'preact';
import { evidenceMark } from '../../../schema/evidence.js';
import type { Summary } from '../../../schema/summary.js';
import { deviceLabel } from '../../tables/device-label.js';
import { formatMegabytes } from '../../../core/text.js';
import { type Table } from '../../tables/table.js';
import { cardTables } from '../../tables/tables-of.js';
import { DataTable } from '../parts/data-table.js';
import type { Section } from '../section.js';

/** What was run and on what: enough to run it again. */
export const about: Section = {
  id: 'about',
  title: 'What was run',
  isFolded: true,
  render: ({ runs }) => (
    <>
      {runs.map(({ summary }) => (
        <About summary={summary} />
      ))}
    </>
  ),
};

function About({ summary }: { readonly summary: Summary }): VNode {
  const { device, signatures, intervals, evidence } = summary;
  const facts: readonly (readonly [string, string])[] = [
    ['Run', `${summary.name}, ${summary.createdAt}, Maskbench ${summary.maskbenchVersion}`],
    ...(evidence === undefined ? [] : [['Evidence', evidenceMark(evidence)] as const]),
    ['Device', deviceLabel(summary)],
    [
      'Machine',
      `${device.cpu}, ${device.cores} cores, ${Math.round(device.memoryBytes / 1e9)} GB, ${device.os}`,
    ],
    ...(device.gpu?.driver ? [['Driver', device.gpu.driver] as const] : []),
    [
      'Software',
      Object.entries(device.software)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ['Signature', signatures.join('\n')],
    ...(intervals === undefined
      ? []
      : [
          [
            'Intervals',
            `${100 * intervals.level} %, ${intervals.mean}; of means of datasets: ${intervals.meanOfDatasets}; ${intervals.resamples} resamples, seed ${intervals.seed}`,
          ] as const,
        ]),
  ];
  return (
    <>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      {cardTables([summary]).map((table) => (
        <DataTable table={table} />
      ))}
      <DataTable table={modelTable(summary)} />
      <DataTable table={datasetTable(summary)} />
    </>
  );
}

function modelTable({ models }: Summary): Table {
  return {
    title: 'Models',
    caption: 'The bytes that were loaded, by the beginning of their SHA-256.',
    columns: [
      { label: 'Model', align: 'left' },
      { label: 'MB', align: 'right' },
      { label: 'SHA-256', align: 'left' },
      { label: 'Trained on', align: 'left' },
      { label: 'Licence', align: 'left' },
    ],
    rows: models.map(({ name, bytes, sha256, trainedOn, licence }) => ({
      kind: 'measured',
      cells: [
        { text: name },
        { text: formatMegabytes(bytes), value: bytes },
        { text: sha256.slice(0, 12) },
        { text: trainedOn.join(', ') || 'not told' },
        { text: licence ?? 'not told' },
      ],
    })),
    notes: [],
  };
}

function datasetTable({ datasets }: Summary): Table {
  return {
    title: 'Datasets',
    caption:
      'The fingerprint covers names, contents and sizes of all samples; problems are files that do not form a usable pair.',
    columns: [
      { label: 'Dataset', align: 'left' },
      { label: 'samples', align: 'right' },
      { label: 'problems', align: 'right' },
      { label: 'Fingerprint', align: 'left' },
    ],
    rows: datasets.map(({ title, samples, problems, fingerprint }) => ({
      kind: 'measured',
      cells: [
        { text: title },
        { text: String(samples), value: samples },
        { text: String(problems), value: problems },
        { text: fingerprint.slice(0, 12) },
      ],
    })),
    notes: [],
  };
}
