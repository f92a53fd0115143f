import type { GpuInstance } from './gpu.js';
import { numberOf } from './nvidia-csv.js';

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

/**
 * Reads the answer to `PROCESS_ARGUMENTS`. The driver knows no namespaces: inside a container the numbers are those of the
 * host, or the list is empty (NVIDIA/nvidia-docker, issues 179 and 1483). On a divided card it does not say the instance.
 */
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
    const [, profile, device, uuid] =
      /^\s+MIG (\S+)\s+Device\s+(\d+):\s+\(UUID: (MIG-[^)]+)\)/.exec(line) ?? [];
    if (profile !== undefined && uuid !== undefined) {
      own?.push({ profile, uuid, device: Number(device), memoryBytes: nominalBytes(profile) });
    }
  }
  return cards;
}

/**
 * What is left of an instance's size by its name: `1g.10gb` has 9,984 MiB on an H100, `3g.20gb` of an A100 19,968, and slices of
 * other cards less than nine tenths. So 85 % of it, where the driver does not tell more exactly.
 */
const NOMINAL_SHARE = 0.85;

function nominalBytes(profile: string): number | null {
  const gigabytes = /(\d+)gb/.exec(profile)?.[1];
  return gigabytes === undefined ? null : NOMINAL_SHARE * Number(gigabytes) * 2 ** 30;
}

interface InstanceMemory {
  /** Index of the card, and number of the instance on it (`Device` of `nvidia-smi -L`). */
  readonly index: number;
  readonly device: number;
  readonly usedBytes: number;
  readonly memoryBytes: number;
}

/** `|  0    2   0   0  |   26MiB / 40448MiB  | ...`: card, GPU instance, compute instance, device; used and all. */
const INSTANCE_ROW = /^\|\s*(\d+)\s+\d+\s+\d+\s+(\d+)\s*\|\s*(\d+)MiB\s*\/\s*(\d+)MiB/gm;

/** The memory of MIG instances, which only the table says that nvidia-smi prints without any argument. */
export function parseInstanceMemory(table: string): readonly InstanceMemory[] {
  return [...table.matchAll(INSTANCE_ROW)].map((row) => {
    const [index, device, used, all] = row.slice(1).map(Number);
    return { index, device, usedBytes: used * 2 ** 20, memoryBytes: all * 2 ** 20 };
  });
}
