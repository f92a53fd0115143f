import type { ClockLimit, Gpu, GpuInstance, GpuState } from './gpu.js';

/** The columns that are asked for, in this order; drivers before 535 know the last one by its former name. */
const COLUMNS = [
  'index',
  'uuid',
  'name',
  'driver_version',
  'memory.total',
  'memory.used',
  'temperature.gpu',
  'power.draw',
  'power.limit',
  'pstate',
  'clocks.sm',
  'clocks.mem',
  'clocks.max.sm',
  'mig.mode.current',
] as const;

export type LimitsColumn = 'clocks_event_reasons.active' | 'clocks_throttle_reasons.active';

/** `--query-gpu=...` for the driver that knows the column of clock limits by this name. */
export function queryArguments(limits: LimitsColumn): readonly string[] {
  return [`--query-gpu=${[...COLUMNS, limits].join(',')}`, '--format=csv,noheader,nounits'];
}

/** One card as `nvidia-smi --query-gpu` tells of it. */
interface NvidiaRow {
  readonly gpu: Omit<Gpu, 'instances'>;
  readonly divided: boolean;
  readonly state: GpuState;
}

/** Reads the answer to `queryArguments`. Lines that are no row of it (warnings of a driver) are left out. */
export function parseNvidiaCsv(text: string): readonly NvidiaRow[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(',').map((field) => field.trim());
    return fields.length === COLUMNS.length + 1 && /^\d+$/.test(fields[0]) ? [toRow(fields)] : [];
  });
}

function toRow(fields: readonly string[]): NvidiaRow {
  const field = (column: (typeof COLUMNS)[number]): string => fields[COLUMNS.indexOf(column)];
  const number = (column: (typeof COLUMNS)[number]): number | null => numberOf(field(column));
  const mebibytes = (column: 'memory.total' | 'memory.used'): number | null => {
    const value = number(column);
    return value === null ? null : value * 2 ** 20;
  };
  const index = Number(field('index'));
  return {
    gpu: {
      vendor: 'nvidia',
      index,
      uuid: textOf(field('uuid')),
      name: textOf(field('name')) ?? 'unknown NVIDIA GPU',
      driver: textOf(field('driver_version')),
      memoryBytes: mebibytes('memory.total'),
    },
    divided: field('mig.mode.current') === 'Enabled',
    state: {
      index,
      memoryUsedBytes: mebibytes('memory.used'),
      temperatureC: number('temperature.gpu'),
      powerW: number('power.draw'),
      powerLimitW: number('power.limit'),
      performanceState: textOf(field('pstate')),
      smClockMhz: number('clocks.sm'),
      memoryClockMhz: number('clocks.mem'),
      maxSmClockMhz: number('clocks.max.sm'),
      limits: clockLimits(fields[COLUMNS.length]),
    },
  };
}

/** `[N/A]`, `[Not Supported]`, `[Unknown Error]`, `ERR!` and their like are no values. */
function textOf(field: string): string | null {
  return field === '' || /^\[.*\]$|^N\/A$|^ERR!$/i.test(field) ? null : field;
}

function numberOf(field: string): number | null {
  return /^-?\d+(\.\d+)?$/.test(field) ? Number(field) : null;
}

/** A process that computes on a card. */
export interface GpuProcess {
  readonly gpu: string;
  readonly pid: number;
  readonly memoryBytes: number | null;
}

export const PROCESS_ARGUMENTS: readonly string[] = [
  '--query-compute-apps=gpu_uuid,pid,used_gpu_memory',
  '--format=csv,noheader,nounits',
];

/** Reads the answer to `PROCESS_ARGUMENTS`. Inside a container the numbers may be those of the host, or missing. */
export function parseNvidiaProcesses(text: string): readonly GpuProcess[] {
  return text.split('\n').flatMap((line): GpuProcess[] => {
    const [gpu = '', pid = '', memory = ''] = line.split(',').map((field) => field.trim());
    if (!/^(GPU|MIG)-/.test(gpu) || !/^\d+$/.test(pid)) return [];
    const mebibytes = numberOf(memory);
    return [{ gpu, pid: Number(pid), memoryBytes: mebibytes === null ? null : mebibytes * 2 ** 20 }];
  });
}

/** The MIG instances in the answer to `nvidia-smi -L`, by the uuid of their card. */
export function parseNvidiaList(text: string): ReadonlyMap<string, readonly GpuInstance[]> {
  const cards = new Map<string, GpuInstance[]>();
  let own: GpuInstance[] | undefined;
  for (const line of text.split('\n')) {
    const card = /^GPU \d+: .*\(UUID: (GPU-[^)]+)\)/.exec(line)?.[1];
    if (card !== undefined) cards.set(card, (own = []));
    const [, profile, uuid] = /^\s+MIG (\S+)\s+Device\s+\d+:\s+\(UUID: (MIG-[^)]+)\)/.exec(line) ?? [];
    if (profile !== undefined && uuid !== undefined) own?.push({ profile, uuid });
  }
  return cards;
}

/**
 * The bits of NVML's clock event (formerly throttle) reasons. A power cap in software is how a card at full load keeps
 * to its rating, and no fault of the measurement; heat and the board's emergency brakes are.
 */
const REASONS: readonly (ClockLimit & { readonly bit: number })[] = [
  { bit: 0x1, reason: 'idle', throttles: false },
  { bit: 0x2, reason: 'application clocks setting', throttles: false },
  { bit: 0x4, reason: 'software power cap', throttles: false },
  { bit: 0x8, reason: 'hardware slowdown', throttles: true },
  { bit: 0x10, reason: 'sync boost', throttles: false },
  { bit: 0x20, reason: 'software thermal slowdown', throttles: true },
  { bit: 0x40, reason: 'hardware thermal slowdown', throttles: true },
  { bit: 0x80, reason: 'hardware power brake', throttles: true },
  { bit: 0x100, reason: 'display clock setting', throttles: false },
];

/** The reasons behind a mask such as `0x0000000000000044`; none for what is not a mask. */
export function clockLimits(mask: string): readonly ClockLimit[] {
  if (!/^0x[0-9a-fA-F]{1,16}$/.test(mask)) return [];
  const bits = BigInt(mask);
  const known = REASONS.filter(({ bit }) => (bits & BigInt(bit)) !== 0n);
  const rest = REASONS.reduce((left, { bit }) => left & ~BigInt(bit), bits);
  return [
    ...known.map(({ reason, throttles }) => ({ reason, throttles })),
    ...(rest === 0n ? [] : [{ reason: `unknown reason 0x${rest.toString(16)}`, throttles: true }]),
  ];
}
