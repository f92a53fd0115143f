import { conditionsOf, type Conditions, type Stretch } from '../seal/conditions.js';
import type { MachineFiles } from '../seal/machine-files.js';
import { takeSnapshot } from '../seal/snapshot.js';

/** Looks at the machine before and after every stretch of work; nothing is read in between. */
export interface Watch {
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Of all stretches so far. */
  conditions(): Conditions;
}

/** `children` names the processes of ours that live at the moment. */
export function createWatch(files: MachineFiles, children: () => readonly number[]): Watch {
  const stretches: Stretch[] = [];
  return {
    async during(work) {
      const before = takeSnapshot(files, children());
      try {
        return await work();
      } finally {
        stretches.push([before, takeSnapshot(files, children())]);
      }
    },
    conditions: () => conditionsOf(stretches),
  };
}
