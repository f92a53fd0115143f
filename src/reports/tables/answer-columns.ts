import { formatMegabytes } from '../../core/text.js';
import { roughMark } from '../../schema/caution.js';
import type { RankingTable } from '../../schema/ranking.js';
import type { AccuracyRow, ModelSummary, Summary, TimingRow } from '../../schema/summary.js';
import { energyOf, joulesText, priceOfEnergy, threeDigits } from './energy-table.js';
import { placementMark } from './inference-time-table.js';
import { sealMark } from './seal-mark.js';
import { formatMs, formatScore, intervalIn, NO_FIGURE, type Cell, type Column } from './table.js';

export interface Headline {
  readonly id: string;
  readonly name: string;
  readonly better: 'higher' | 'lower';
}

export interface ModelRow {
  readonly model: ModelSummary;
  readonly rank: RankingTable['ranks'][number] | undefined;
  readonly score: AccuracyRow | undefined;
  readonly time: TimingRow | undefined;
}

export interface Of {
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

/** What the table says of a model, column by column. The only list. */
export const ANSWER_COLUMNS: readonly Field[] = [
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
    isThere: ({ device, timing }) => timing.length > 0 && device.price?.perHour !== undefined,
    column: ({ device }) => right(`${device.price?.currency ?? ''} /1,000`),
    // Of an hour of the device, the share that a thousand predictions one after another take.
    cell: ({ time }, { device: { price } }) =>
      time === undefined || price?.perHour === undefined
        ? NO_FIGURE
        : number((price.perHour * time.phases.predict.mean) / 3600),
  },
  {
    isThere: ({ models }) => models.some(({ service }) => service?.cost !== undefined),
    column: () => right('calls /1,000'),
    cell({ model: { service } }) {
      const cost = service?.cost;
      return cost?.per1000 === undefined
        ? NO_FIGURE
        : { text: `${cost.currency} ${threeDigits(cost.per1000)}`, value: cost.per1000 };
    },
  },
  {
    isThere: ({ models }) => models.some(energyOf),
    column: () => right('J/image', 'lower'),
    cell({ model, time }) {
      const energy = energyOf(model);
      if (time === undefined || energy === undefined) return NO_FIGURE;
      const mark = sealMark(time);
      const isContested = mark === '' && energy.by !== 'power-samples';
      return {
        text: `${joulesText(energy)}${mark}`,
        value: energy.joulesEach,
        ...(isContested ? { contest: '' } : {}),
      };
    },
  },
  {
    isThere: ({ models, device }) => models.some(energyOf) && device.price?.perKWh !== undefined,
    column: ({ device }) => right(`${device.price?.currency ?? ''} /1,000 energy`),
    cell({ model }, { device: { price } }) {
      const energy = energyOf(model);
      return energy === undefined || price?.perKWh === undefined
        ? NO_FIGURE
        : number(priceOfEnergy(energy, price.perKWh));
    },
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
export function isOfCard({ gpu }: Summary['device']): boolean {
  return gpu !== undefined;
}

/** Of the time in the same row, which carries its mark. */
function number(value: number): Cell {
  return { text: threeDigits(value), value };
}

/** A licence without what is said about it in brackets. */
export function shortLicence(licence: string): string {
  return licence.replace(/\s*\(.*/su, '');
}
