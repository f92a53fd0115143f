import { groupBy } from '../../core/group.js';
import type { EnergySummary } from '../../schema/energy.js';
import type { ModelSummary, Summary } from '../../schema/summary.js';
import { sealMark, sealOfRow } from './seal-mark.js';
import { type Cell, type Column, NO_FIGURE, type Row, type Table } from './table.js';

/** Before a figure that no counter told. */
const SAMPLED_MARK = '~';
export const SAMPLED_NOTE = `${SAMPLED_MARK} no counter: the mean of the power that was read five times a second, times the time.`;

type Measured = Extract<EnergySummary, { kind: 'measured' }>;

/** Undefined where it is not known, or nobody asked. */
export function energyOf({ timing }: ModelSummary): Measured | undefined {
  const energy = timing?.pass?.energy;
  return energy?.kind === 'measured' ? energy : undefined;
}

/** Joules with three digits, marked where no counter told them. */
export function joulesText({ by, joulesEach }: Measured): string {
  return `${by === 'power-samples' ? SAMPLED_MARK : ''}${threeDigits(joulesEach)}`;
}

/** Of a thousand predictions, in the currency of the config. */
export function priceOfEnergy({ joulesEach }: Measured, perKWh: number): number {
  return ((1000 * joulesEach) / 3.6e6) * perKWh;
}

export function threeDigits(value: number): string {
  const rounded = value.toPrecision(3);
  return value < 1000 ? rounded : String(Number(rounded));
}

/** What a prediction of each model takes of the device's energy. Null where it is known of none. */
export function energyTable(summary: Summary, device: string): Table | null {
  const { models, timing } = summary;
  const { price } = summary.device;
  const perKWh = price?.perKWh;
  const known = models.flatMap((model) => energyOf(model) ?? []);
  const [first] = known;
  if (first === undefined) return null;
  const rows = models.flatMap((model): Row[] => {
    const row = timing.find((one) => one.model === model.name && one.dataset === null);
    if (row === undefined || model.timing?.pass?.energy === undefined) return [];
    const energy = energyOf(model);
    const figures =
      energy === undefined
        ? Array<Cell>(4).fill(NO_FIGURE)
        : cellsOf(energy, sealOfRow(row).kind === 'sealed');
    const cost =
      perKWh === undefined ? [] : [energy === undefined ? NO_FIGURE : number(priceOfEnergy(energy, perKWh))];
    return [{ kind: 'measured', cells: [{ text: `${model.name}${sealMark(row)}` }, ...figures, ...cost] }];
  });
  const right = (label: string, better?: 'lower'): Column => ({
    label,
    align: 'right',
    ...(better === undefined ? {} : { better }),
  });
  return {
    title: `Energy on ${device}`,
    caption: `Joules of ${[...new Set(known.map(({ of }) => of))].join(', ')} for one prediction: all that was used in the recorded stretches of a model\u2019s turns, over the predictions in them; W: the mean power meanwhile; idle W: with nothing of ours running, not subtracted. The rest of the machine is not in it.`,
    columns: [
      { label: 'Model', align: 'left' },
      right('J/image', 'lower'),
      right('W'),
      right('idle W'),
      right('Wh /1,000'),
      ...(perKWh === undefined ? [] : [right(`${price?.currency ?? ''} /1,000`)]),
    ],
    rows,
    notes: [
      ...(known.some(({ by }) => by === 'power-samples') ? [SAMPLED_NOTE] : []),
      ...unknownEnergy(summary),
      ...(perKWh === undefined
        ? []
        : [`A kilowatt-hour costs ${perKWh} ${price?.currency ?? ''} (from the config).`]),
    ],
  };
}

function cellsOf(energy: Measured, sealed: boolean): readonly Cell[] {
  const { by, joulesEach, watts, idleW } = energy;
  const contest = sealed && by !== 'power-samples' ? { contest: '' } : {};
  return [
    { text: joulesText(energy), value: joulesEach, ...contest },
    number(watts),
    idleW === null ? NO_FIGURE : number(idleW),
    number((1000 * joulesEach) / 3600),
  ];
}

function number(value: number): Cell {
  return { text: threeDigits(value), value };
}

/** Why the energy of some models is not known, each reason once; empty where nobody asked. */
export function unknownEnergy({ models }: Pick<Summary, 'models'>): readonly string[] {
  const unknown = models.flatMap(({ name, timing }) => {
    const energy = timing?.pass?.energy;
    return energy?.kind === 'not known' ? [{ name, reason: energy.reason }] : [];
  });
  return [...groupBy(unknown, ({ reason }) => reason)].map(([reason, own]) => {
    const whose = own.length === models.length ? '' : ` of ${own.map(({ name }) => name).join(', ')}`;
    return `The energy${whose} is not known: ${reason}.`;
  });
}
