import { join } from 'node:path';
import { listSystemFolder, type MachineFiles, readSystemFile } from './machine-files.js';

/** How the processors' clocks are set at one moment. Most virtual machines tell nothing of it. */
export interface Frequency {
  /** Of the fastest processor, MHz; null where the system does not tell. */
  readonly fastestMhz: number | null;
  /** Driver and governor of the processors, each pair once, e.g. `acpi-cpufreq schedutil`. */
  readonly policies: readonly string[];
}

/** Read right after work has ended, when the processor that did it still runs as it did. */
export function readFrequency({ sys }: MachineFiles): Frequency {
  const root = join(sys, 'devices/system/cpu');
  const processors = listSystemFolder(root, /^cpu\d+$/).map((cpu) => join(root, cpu, 'cpufreq'));
  const kilohertz = processors.flatMap((folder) => readSystemFile(folder, 'scaling_cur_freq') ?? []);
  const policies = processors.flatMap((folder) => {
    const governor = readSystemFile(folder, 'scaling_governor');
    const driver = readSystemFile(folder, 'scaling_driver') ?? 'unknown';
    return governor === null ? [] : [`${driver} ${governor}`];
  });
  return {
    fastestMhz: kilohertz.length === 0 ? null : Math.max(...kilohertz.map(Number)) / 1e3,
    policies: [...new Set(policies)],
  };
}

/** The processors' frequency governors, each once; empty where the system does not tell. */
export function readGovernors(files: MachineFiles): readonly string[] {
  return [...new Set(readFrequency(files).policies.map((policy) => policy.split(' ')[1]))];
}

/** Drivers whose `powersave` lets the processor choose its clock; elsewhere it is the lowest clock, whatever the load. */
const CHOOSING = ['intel_pstate', 'amd-pstate-epp', 'amd-pstate'];

/** Policies under which processors stay at their lowest clock. */
export function slowPolicies(policies: readonly string[]): readonly string[] {
  return policies.filter((policy) => {
    const [driver, governor] = policy.split(' ');
    return governor === 'powersave' && !CHOOSING.includes(driver);
  });
}
