import { counted, formatMegabytes, listed } from '../../core/text.js';
import { roughMark, roughNote } from '../../schema/caution.js';
import type { RankingReport, RankingTable } from '../../schema/ranking.js';
import type { AccuracyRow, ModelSummary, Summary, TimingRow } from '../../schema/summary.js';
import { placementMark } from './inference-time-table.js';
import { sealMark, UNSEALED_MARK } from './seal-mark.js';
import {
  formatMs,
  formatScore,
  intervalIn,
  LEAK_MARK,
  NO_FIGURE,
  type Cell,
  type Column,
  type Row,
  type Table,
} from './table.js';

/** The ranking over all datasets, or over the only dataset. */
export function overallTable(ranking: RankingReport | undefined): RankingTable | undefined {
  const tables = ranking?.tables ?? [];
  return tables.find(({ dataset }) => dataset === null) ?? (tables.length === 1 ? tables[0] : undefined);
}

/** From so many images on a mean of a dataset begins to mean something; gates and slices have the same limit. */
const FEW_IMAGES = 30;

/** Which datasets of a run have too few images; undefined where none has, or nothing was scored. */
export function fewImages({ datasets, cells }: Summary): string | undefined {
  const small = datasets.filter(({ samples }) => samples < FEW_IMAGES);
  if (small.length === 0 || cells.scored === 0) return undefined;
  return `${listed(small.map(({ title, samples }) => `${title} has ${counted(samples, 'image')}`))}: too few to draw conclusions from.`;
}

/**
 * What a run says of each model, in one row: tier and headline score, time and throughput, memory, size, licence and, with a
 * price, cost. Best mean first; models that are in no tier after the others. Null where nothing was scored or timed.
 *
 * @param ranking of the run; without one there are no tiers, and the score is the headline of its first protocol
 */
export function answerTable(summary: Summary, ranking?: RankingReport): Table | null {
  const { models } = summary;
  const tiers = overallTable(ranking);
  const metric = headlineOf(summary, tiers);
  const of = { device: summary.device, metric, tiers };
  const fields = FIELDS.filter(({ isThere }) => isThere(summary, of));
  const rows = models.map((model) => ({
    model,
    rank: tiers?.ranks.find((rank) => rank.model === model.name),
    score: metric && accuracyOf(summary, model.name),
    time: summary.timing.find((row) => row.model === model.name && row.dataset === null),
  }));
  if (rows.every(({ score, time }) => score === undefined && time === undefined)) return null;
  const places = new Map(tiers?.ranks.map(({ model }, i) => [model, i]));
  const place = (name: string): number => places.get(name) ?? places.size;
  const sorted = [...rows].sort((a, b) => place(a.model.name) - place(b.model.name));
  return {
    title: 'In short',
    caption: captionOf(summary, metric, tiers),
    columns: [{ label: 'Model', align: 'left' }, ...fields.map(({ column }) => column(of))],
    rows: sorted.map((row): Row => ({
      kind: 'measured',
      cells: [{ text: nameOf(row) }, ...fields.map(({ cell }) => cell(row, of))],
    })),
    notes: notesOf(summary, of, rows),
  };
}

interface Headline {
  readonly id: string;
  readonly name: string;
  readonly better: 'higher' | 'lower';
}

interface ModelRow {
  readonly model: ModelSummary;
  readonly rank: RankingTable['ranks'][number] | undefined;
  readonly score: AccuracyRow | undefined;
  readonly time: TimingRow | undefined;
}

interface Of {
  readonly device: Summary['device'];
  readonly metric: Headline | undefined;
  readonly tiers: RankingTable | undefined;
}

/** A column of the table, for runs that have what it shows. */
interface Field {
  isThere(summary: Summary, of: Of): boolean;
  column(of: Of): Column;
  cell(row: ModelRow, of: Of): Cell;
}

const isTimed = ({ timing }: Summary): boolean => timing.length > 0;
const isScored = (_: Summary, { metric }: Of): boolean => metric !== undefined;
const right = (label: string, better?: Column['better']): Column => ({
  label,
  align: 'right',
  ...(better === undefined ? {} : { better }),
});

const FIELDS: readonly Field[] = [
  {
    isThere: (_, { tiers }) => tiers !== undefined,
    column: () => right('tier'),
    cell: ({ rank }) => (rank === undefined ? NO_FIGURE : { text: String(rank.tier), value: rank.tier }),
  },
  {
    isThere: isScored,
    column: ({ metric }) => right(metric?.name ?? '', metric?.better),
    cell({ score }, { metric }) {
      const { mean = null } = score?.metrics[metric?.id ?? ''] ?? {};
      if (score === undefined || mean === null) return NO_FIGURE;
      return {
        text: formatScore(mean),
        value: mean,
        ...(score.leaked.length > 0 ? {} : { contest: '' }),
      };
    },
  },
  {
    isThere: ({ accuracy }, { metric }) =>
      accuracy.some(({ metrics }) => Array.isArray(metrics[metric?.id ?? '']?.interval)),
    column: () => right('95\u00a0%'),
    cell({ score }, { metric }) {
      const mean = score?.metrics[metric?.id ?? ''];
      const { interval } = intervalIn(mean?.interval, formatScore);
      if (interval === undefined) return NO_FIGURE;
      // As narrow as it can be: this table is to fit.
      const joint = interval.some((end) => end.startsWith('-')) ? ' to ' : '-';
      return { text: `${interval.join(joint)}${roughMark(mean?.caution)}` };
    },
  },
  {
    isThere: isTimed,
    column: () => right('ms', 'lower'),
    cell({ model, time }) {
      if (time === undefined) return NO_FIGURE;
      const { mean } = time.phases.predict;
      const mark = `${placementMark(model.timing?.pass?.placement)}${sealMark(time)}`;
      return { text: `${formatMs(mean)}${mark}`, value: mean, ...(mark === '' ? { contest: '' } : {}) };
    },
  },
  {
    isThere: isTimed,
    column: () => right('/s'),
    cell: ({ time }) => (time === undefined ? NO_FIGURE : number(1000 / time.phases.predict.mean)),
  },
  {
    isThere: ({ device, timing }) => timing.length > 0 && device.price !== undefined,
    column: ({ device }) => right(`${device.price?.currency ?? ''} /1,000`),
    // Of an hour of the device, the share that a thousand predictions one after another take.
    cell: ({ time }, { device: { price } }) =>
      time === undefined || price === undefined
        ? NO_FIGURE
        : number((price.perHour * time.phases.predict.mean) / 3600),
  },
  {
    isThere: isTimed,
    column: () => right('memory MB'),
    cell({ model: { timing } }, { device }) {
      const bytes = (isOfCard(device) ? timing?.pass?.gpuMemoryBytes : timing?.peakRssBytes) ?? null;
      return bytes === null ? NO_FIGURE : { text: formatMegabytes(bytes), value: bytes };
    },
  },
  {
    isThere: ({ models }) => models.some(({ bytes }) => bytes > 0),
    column: () => right('file MB'),
    cell: ({ model: { bytes } }) =>
      bytes === 0 ? NO_FIGURE : { text: formatMegabytes(bytes), value: bytes },
  },
  {
    isThere: ({ models }) => models.some(({ licence }) => licence !== null),
    column: () => ({ label: 'Licence', align: 'left' }),
    cell: ({ model: { licence } }) => ({ text: licence === null ? 'not stated' : shortLicence(licence) }),
  },
];

/** Whose memory is told: never the one for some models and the other for others. */
function isOfCard({ gpu }: Summary['device']): boolean {
  return gpu !== undefined;
}

/** Of the time in the same row, which carries its mark. */
function number(value: number): Cell {
  const rounded = value.toPrecision(3);
  return { text: value < 1000 ? rounded : String(Number(rounded)), value };
}

/** A licence without what is said about it in brackets. */
function shortLicence(licence: string): string {
  return licence.replace(/\s*\(.*/su, '');
}

function nameOf({ model, score }: ModelRow): string {
  return score !== undefined && score.leaked.length > 0 ? `${model.name} ${LEAK_MARK}` : model.name;
}

function accuracyOf({ accuracy, datasets }: Summary, name: string): AccuracyRow | undefined {
  const own = accuracy.filter(({ model }) => model === name);
  return own.find(({ dataset }) => dataset === (datasets.length === 1 ? datasets[0].name : null));
}

function headlineOf(
  { cells, metrics = [], protocols = [] }: Summary,
  tiers: RankingTable | undefined,
): Headline | undefined {
  if (cells.scored === 0) return undefined;
  const id = tiers?.metric ?? protocols[0]?.headline ?? metrics[0]?.id;
  return metrics.find((metric) => metric.id === id);
}

function captionOf(
  { datasets, device, timing }: Summary,
  metric: Headline | undefined,
  tiers: RankingTable | undefined,
): string {
  const where =
    datasets.length > 1 ? 'mean over the datasets, each weighing the same' : 'mean over the images';
  const parts = [
    ...(metric === undefined
      ? []
      : [`${metric.name} (${metric.better} is better): ${where}, and its 95 % interval.`]),
    ...(tiers === undefined
      ? []
      : [
          'Tier: models of one tier are not told apart by these images, which does not show that they are equal.',
        ]),
    ...(timing.length === 0
      ? []
      : [
          `ms: mean time of one prediction, files decoded beforehand; /s: images per second, one after another; memory: ${isOfCard(device) ? 'of the card' : 'peak of the process'}.`,
        ]),
  ];
  return parts.join(' ');
}

function notesOf(
  summary: Summary,
  { device, metric, tiers }: Of,
  rows: readonly ModelRow[],
): readonly string[] {
  const { cells } = summary;
  const rough = roughNote(rows.map(({ score }) => score?.metrics[metric?.id ?? '']?.caution));
  const few = fewImages(summary);
  const unsealed = rows.some(({ time }) => time !== undefined && sealMark(time) !== '');
  const leaked = rows.some(({ score }) => score !== undefined && score.leaked.length > 0);
  return [
    ...(rough === null ? [] : [rough]),
    ...(unsealed
      ? [
          `${UNSEALED_MARK} not sealed: some condition of a valid time did not hold on this machine; below the times stands which.`,
        ]
      : []),
    ...(leaked ? [`${LEAK_MARK} trained on pictures of these datasets: not held out, in no tier.`] : []),
    ...(tiers?.excluded ?? [])
      .filter(({ model }) =>
        rows.every((row) => row.model.name !== model || (row.score?.leaked.length ?? 0) === 0),
      )
      .map(({ model, reason }) => `${model} is in no tier: ${reason}.`),
    ...licenceNotes(rows),
    ...(device.price === undefined || rows.every(({ time }) => time === undefined)
      ? []
      : [`An hour of this device costs ${device.price.perHour} ${device.price.currency} (from the config).`]),
    ...(few === undefined ? [] : [`Few images: ${few}`]),
    ...(cells.failed > 0
      ? [`${cells.failed} of ${cells.planned} cells (one picture by one model) failed or are open.`]
      : []),
  ];
}

/** What is said about licences beyond their names, once for all models that it is said of. */
function licenceNotes(rows: readonly ModelRow[]): readonly string[] {
  const models = new Map<string, string[]>();
  for (const { model } of rows) {
    const { licence, name } = model;
    if (licence === null || shortLicence(licence) === licence) continue;
    models.set(licence, [...(models.get(licence) ?? []), name]);
  }
  return [...models].map(([licence, names]) => `Licence of ${names.join(', ')}: ${licence}.`);
}
