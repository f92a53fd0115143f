import { clockLimits } from './clock-limits.js';
import type { Gpu, GpuSettings, GpuState } from './gpu.js';

/** What changes while a card computes. */
export const STATE_COLUMNS = [
  'timestamp',
  'index',
  'memory.used',
  'utilization.gpu',
  'temperature.gpu',
  'power.draw',
  'power.draw.instant',
  'power.limit',
  'pstate',
  'clocks.sm',
  'clocks.mem',
  'clocks.max.sm',
  'clocks_event_reasons.active',
  // The same by the name that drivers before 535 have for it.
  'clocks_throttle_reasons.active',
] as const;

/** All that is asked of a card. A driver that does not know a column refuses the query by that column's name. */
export const COLUMNS = [
  ...STATE_COLUMNS,
  'uuid',
  'name',
  'driver_version',
  'memory.total',
  'power.default_limit',
  'clocks.max.mem',
  'mig.mode.current',
  'compute_mode',
  'persistence_mode',
  'ecc.mode.current',
] as const;
export type Column = (typeof COLUMNS)[number];

/** By which of the others a column is told where a driver does not know it. */
export const FORMER_NAMES: Readonly<Partial<Record<Column, Column>>> = {
  'clocks_event_reasons.active': 'clocks_throttle_reasons.active',
};

export function queryArguments(columns: readonly Column[]): readonly string[] {
  return [`--query-gpu=${columns.join(',')}`, '--format=csv,noheader,nounits'];
}

/** The column that a driver refuses; undefined where the answer is none of that kind. */
export function refusedColumn(answer: string): Column | undefined {
  const name = /Field "([^"]+)" is not a valid field to query/i.exec(answer)?.[1];
  return COLUMNS.find((column) => column === name);
}

/** One card as `nvidia-smi --query-gpu` tells of it. */
interface NvidiaRow {
  /** When it was asked, by the calendar's clock of the process that asked, milliseconds; null where that is not told. */
  readonly askedMs: number | null;
  readonly gpu: Omit<Gpu, 'instances'>;
  readonly settings: Omit<GpuSettings, 'notTold'>;
  readonly divided: boolean;
  readonly state: GpuState;
}

/** Reads the answer to `queryArguments`. Lines that are no row of it (warnings of a driver) are left out. */
export function parseNvidiaCsv(text: string, columns: readonly Column[]): readonly NvidiaRow[] {
  const index = columns.indexOf('index');
  return text.split('\n').flatMap((line) => {
    const fields = line.split(',').map((field) => field.trim());
    const isRow = fields.length === columns.length && /^\d+$/.test(fields[index] ?? '');
    return isRow ? [toRow(new Map(columns.map((column, i) => [column, fields[i]])))] : [];
  });
}

function toRow(fields: ReadonlyMap<Column, string>): NvidiaRow {
  const field = (column: Column): string => fields.get(column) ?? '';
  const text = (column: Column): string | null => textOf(field(column));
  const number = (column: Column): number | null => numberOf(field(column));
  const mebibytes = (column: Column): number | null => {
    const value = number(column);
    return value === null ? null : value * 2 ** 20;
  };
  const index = Number(field('index'));
  const limits = clockLimits(field('clocks_event_reasons.active') || field('clocks_throttle_reasons.active'));
  return {
    askedMs: parseTimestamp(field('timestamp')),
    gpu: {
      vendor: 'nvidia',
      index,
      uuid: text('uuid'),
      name: text('name') ?? 'unknown NVIDIA GPU',
      driver: text('driver_version'),
      memoryBytes: mebibytes('memory.total'),
    },
    settings: {
      computeMode: text('compute_mode'),
      persistence: text('persistence_mode'),
      ecc: text('ecc.mode.current'),
      powerLimitW: number('power.limit'),
      defaultPowerLimitW: number('power.default_limit'),
      maxSmClockMhz: number('clocks.max.sm'),
      maxMemoryClockMhz: number('clocks.max.mem'),
    },
    divided: field('mig.mode.current') === 'Enabled',
    state: {
      index,
      memoryUsedBytes: mebibytes('memory.used'),
      utilization: numberOf(field('utilization.gpu')),
      temperatureC: number('temperature.gpu'),
      // On Ampere and newer cards `power.draw` is a mean over a second.
      powerW: number('power.draw.instant') ?? number('power.draw'),
      powerLimitW: number('power.limit'),
      performanceState: text('pstate'),
      smClockMhz: number('clocks.sm'),
      memoryClockMhz: number('clocks.mem'),
      maxSmClockMhz: number('clocks.max.sm'),
      limits: limits ?? [],
      limitsTold: limits !== null,
    },
  };
}

/** `2026/07/14 08:12:38.696`, in the time zone of the process that asked, which is ours. */
function parseTimestamp(text: string): number | null {
  const parts = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return null;
  const [year, month, day, hour, minute, second, ms] = parts;
  return new Date(year, month - 1, day, hour, minute, second, ms).getTime();
}

/** `[N/A]`, `[Not Supported]`, `[Unknown Error]`, `ERR!` and their like are no values. */
function textOf(field: string): string | null {
  return field === '' || /^\[.*\]$|^N\/A$|^ERR!$/i.test(field) ? null : field;
}

export function numberOf(field: string): number | null {
  return /^-?\d+(\.\d+)?$/.test(field) ? Number(field) : null;
}
