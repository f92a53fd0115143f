import { median } from 'simple-statistics';
import { sealOf } from '../../schema/seal.js';
import { TIMED_PHASES, type TimedPhase } from '../../schema/summary.js';
import { predictMs, type PhaseTimes } from '../../runners/phases.js';
import { readJsonl } from '../../core/jsonl.js';
import type { TimingRecord } from '../records.js';
import type { RunFolder } from '../run-folder.js';

/** What the timing pass measured of one cell: medians over its predictions, milliseconds. */
export interface CellTimes {
  readonly n: number;
  readonly sealed: boolean;
  readonly phases: Readonly<Record<TimedPhase, number>>;
}

/** By model, dataset and id, of every model's last complete series. Few images are timed: all fit in memory. */
export async function readCellTimes(
  folder: RunFolder,
): Promise<(...cell: readonly string[]) => CellTimes | undefined> {
  const series = new Map<string, { readonly name: string; readonly sealed: boolean }>();
  for await (const record of readJsonl<TimingRecord>(folder.timings)) {
    if (record.kind !== 'model') continue;
    const sealed = record.pass !== undefined && sealOf(record.pass.parts).kind === 'sealed';
    series.set(record.model, { name: record.series, sealed });
  }
  const phases = new Map<string, PhaseTimes[]>();
  for await (const record of readJsonl<TimingRecord>(folder.timings)) {
    if (record.kind !== 'sample' || series.get(record.model)?.name !== record.series) continue;
    const cell = JSON.stringify([record.model, record.dataset, record.id]);
    phases.set(cell, [...(phases.get(cell) ?? []), record.phases]);
  }
  return (...cell) => {
    const own = phases.get(JSON.stringify(cell));
    if (own === undefined) return undefined;
    const medians = TIMED_PHASES.map((phase): [TimedPhase, number] => [
      phase,
      median(own.map((times) => (phase === 'predict' ? predictMs(times) : times[`${phase}Ms`]))),
    ]);
    return {
      n: own.length,
      sealed: series.get(cell[0] ?? '')?.sealed === true,
      phases: Object.fromEntries(medians) as Record<TimedPhase, number>,
    };
  };
}
