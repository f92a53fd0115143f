import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { ProcessorSummary } from '../../../schema/hardware.js';
import { listSystemFolder, readSystemFile, THIS_MACHINE, type MachineFiles } from '../seal/machine-files.js';
import { readMemoryLimit, readProcessorLimits } from '../seal/control-groups.js';
import { readGovernors } from '../seal/frequency.js';

/** The processors of this machine, and how much of them this process may use. Null: the system does not tell. */
export interface Processor extends ProcessorSummary {
  readonly model: string;
  /** Logical cores of the machine, and those that this process may run on. */
  readonly logicalCores: number;
  readonly usableCores: number;
  readonly memoryBytes: number;
  readonly governors: readonly string[];
}

export function describeProcessor(files: MachineFiles = THIS_MACHINE): Processor {
  const info = readSystemFile(files.proc, 'cpuinfo');
  const topology = info === null ? null : countCores(info);
  return {
    model: modelOf(info) ?? cpus()[0]?.model.trim() ?? 'unknown',
    logicalCores: topology?.logical ?? cpus().length,
    usableCores: availableParallelism(),
    physicalCores: topology?.physical ?? null,
    sockets: topology?.sockets ?? null,
    caches: readCaches(files),
    memoryBytes: totalmem(),
    limits: readLimits(files),
    virtual: info === null ? null : /^flags\s*:.*\bhypervisor\b/m.test(info),
    governors: readGovernors(files),
  };
}

/** x86 says `model name`; most ARM kernels give only the implementer's numbers. */
function modelOf(info: string | null): string | undefined {
  return /^(?:model name|Model|Hardware)\s*:\s*(.+)$/m.exec(info ?? '')?.[1].trim();
}

function countCores(info: string): {
  readonly logical: number;
  readonly physical: number | null;
  readonly sockets: number | null;
} {
  const processors = info.split(/\n\s*\n/).filter((text) => /^processor\s*:/m.test(text));
  const cores = new Set<string>();
  const sockets = new Set<string>();
  for (const text of processors) {
    const socket = /^physical id\s*:\s*(\d+)/m.exec(text)?.[1];
    const core = /^core id\s*:\s*(\d+)/m.exec(text)?.[1];
    if (socket !== undefined) sockets.add(socket);
    if (core !== undefined) cores.add(`${socket ?? 0}/${core}`);
  }
  return { logical: processors.length, physical: cores.size || null, sockets: sockets.size || null };
}

function readCaches({ sys }: MachineFiles): readonly string[] {
  const root = join(sys, 'devices/system/cpu/cpu0/cache');
  return [...listSystemFolder(root, /^index\d+$/)].sort().flatMap((index) => {
    const level = readSystemFile(root, index, 'level');
    const size = readSystemFile(root, index, 'size');
    const kind = { Data: 'd', Instruction: 'i' }[readSystemFile(root, index, 'type') ?? ''] ?? '';
    return level === null || size === null ? [] : [`L${level}${kind} ${size}`];
  });
}

/** The tightest of all control groups that this process is in. */
function readLimits(files: MachineFiles): Processor['limits'] {
  const cores = readProcessorLimits(files).groups.flatMap((group) => group.cores ?? []);
  const memory = readMemoryLimit(files);
  return {
    cores: cores.length === 0 ? null : Math.min(...cores),
    memoryBytes: memory !== null && memory < totalmem() ? memory : null,
  };
}
