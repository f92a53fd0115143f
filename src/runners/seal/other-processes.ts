import { listSystemFolder, readSystemFile, type MachineFiles } from './machine-files.js';

/** Inference processes of Maskbench that belong to another run on this machine; none where that cannot be told. */
export function otherInferenceProcesses(files: MachineFiles, ours: readonly number[]): readonly number[] {
  return listSystemFolder(files.proc, /^\d+$/)
    .map(Number)
    .filter((pid) => {
      if (ours.includes(pid)) return false;
      const command = readSystemFile(files.proc, String(pid), 'cmdline') ?? '';
      return /runners\/child\/(?:predict|time|probe)-child\.js/.test(command);
    });
}
