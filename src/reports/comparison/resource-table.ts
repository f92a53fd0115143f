import { percent, formatMegabytes } from '../../core/text.js';
import type { EnergyRatio } from '../../schema/energy.js';
import { notKnownIn, sealOf, type SealPart } from '../../schema/seal.js';
import { scopeOf } from '../../schema/timing-summary.js';
import type {
  LatencyComparison,
  MachineConditions,
  PairComparison,
  PhaseRatio,
} from '../../schema/comparison.js';
import { SCOPE_WORDS } from '../tables/in-scope.js';
import { formatMs, NO_FIGURE, type Cell, type Row, type Table } from '../tables/table.js';

/** Times by phase, peak memory and file size, with their ratios, and what the times are worth. */
export function resourceTable({ latency, peakRssBytes, baseline, candidate }: PairComparison): Table {
  const memory = peakRssBytes === null ? [] : [bytesRow('peak memory', peakRssBytes)];
  const sizes = [baseline, candidate].some(({ bytes }) => bytes === 0)
    ? []
    : [bytesRow('model file', { baseline: baseline.bytes, candidate: candidate.bytes })];
  const energy = energyOf(latency);
  return {
    title: energy === undefined ? 'Time, memory and size' : 'Time, energy, memory and size',
    caption:
      'Candidate over baseline: a ratio of 1.1 is ten percent more. Times are geometric means over images of their median times.',
    columns: [
      { label: 'What', align: 'left' },
      { label: 'before', align: 'right' },
      { label: 'now', align: 'right' },
      { label: 'ratio', align: 'right' },
      { label: 'interval', align: 'right' },
    ],
    rows: [
      ...phasesOf(latency).map(phaseRow),
      ...(energy === undefined ? [] : [energyRow(energy)]),
      ...memory,
      ...sizes,
    ],
    notes: notesOn(latency),
  };
}

function phasesOf(latency: LatencyComparison): readonly PhaseRatio[] {
  if (latency.kind === 'none') return [];
  return latency.kind === 'stored' ? latency.phases : (latency.rounds[0]?.phases ?? []);
}

function phaseRow({ phase, baselineMs, candidateMs, ratio, lower, upper }: PhaseRatio): Row {
  const interval: Cell =
    lower === null || upper === null ? NO_FIGURE : { text: `${lower.toFixed(3)} to ${upper.toFixed(3)}` };
  return {
    kind: 'measured',
    cells: [
      { text: `${phase}, ms` },
      { text: formatMs(baselineMs), value: baselineMs },
      { text: formatMs(candidateMs), value: candidateMs },
      Number.isFinite(ratio) ? { text: ratio.toFixed(3), value: ratio } : NO_FIGURE,
      interval,
    ],
  };
}

type Energy = EnergyRatio & { readonly lower?: number | null; readonly upper?: number | null };

function energyOf(latency: LatencyComparison): Energy | undefined {
  if (latency.kind === 'none') return undefined;
  if (latency.kind === 'stored') return latency.energy;
  const energy = latency.rounds[0]?.energy;
  return energy?.kind === 'measured' ? energy : undefined;
}

function energyRow({ by, baselineJ, candidateJ, ratio, lower, upper }: Energy): Row {
  const joules = (value: number): Cell => ({ text: value.toPrecision(3), value });
  return {
    kind: 'measured',
    cells: [
      { text: `energy, J/image (${by})` },
      joules(baselineJ),
      joules(candidateJ),
      Number.isFinite(ratio) ? { text: ratio.toFixed(3), value: ratio } : NO_FIGURE,
      lower == null || upper == null ? NO_FIGURE : { text: `${lower.toFixed(3)} to ${upper.toFixed(3)}` },
    ],
  };
}

function bytesRow(what: string, bytes: { readonly baseline: number; readonly candidate: number }): Row {
  const ratio = bytes.candidate / bytes.baseline;
  return {
    kind: 'measured',
    cells: [
      { text: `${what}, MB` },
      { text: formatMegabytes(bytes.baseline), value: bytes.baseline / 1e6 },
      { text: formatMegabytes(bytes.candidate), value: bytes.candidate / 1e6 },
      { text: ratio.toFixed(3), value: ratio },
      NO_FIGURE,
    ],
  };
}

function notesOn(latency: LatencyComparison): readonly string[] {
  switch (latency.kind) {
    case 'none':
      return [`No times are compared: ${latency.reason}.`];
    case 'stored':
      return [
        `Times of ${latency.images} images from the two runs' own timing passes.`,
        ...scopeNotes(latency),
        ...latency.caveats,
      ];
    case 'remeasured':
      return [
        ...latency.rounds.map(
          ({ purpose, processes, repeated, inferencesEach, phases, conditions, seal }) => {
            const level = Math.round((phases[0]?.level ?? 0) * 100);
            return (
              `${purpose === 'confirmation' ? 'Confirmation' : 'Measured for this comparison'}: ` +
              `${processes[0]} processes a side in the order A B B A, ${inferencesEach} predictions each at least; ` +
              `${level} % intervals over processes; ${repeated > 0 ? `${repeated} measured again after a disturbance; ` : ''}` +
              `${describe(conditions)}; ${sealText(seal)}.`
            );
          },
        ),
        ...scopeNotes(latency),
      ];
  }
}

function scopeNotes(latency: Exclude<LatencyComparison, { readonly kind: 'none' }>): readonly string[] {
  const scope = scopeOf(latency);
  return scope === 'predict' ? [] : [`What is called predict is all of the time ${SCOPE_WORDS[scope].time}.`];
}

function describe({ cpu, cores, loadBefore, loadAfter, foreignCpu }: MachineConditions): string {
  const foreign =
    foreignCpu === null
      ? 'the use by other processes is not known'
      : `other processes used ${percent(foreignCpu)} of the processors`;
  return `${cpu}, ${cores} cores, load ${loadBefore.toFixed(1)} to ${loadAfter.toFixed(1)}, ${foreign}`;
}

function sealText(parts: readonly SealPart[]): string {
  const seal = sealOf(parts);
  const notKnown = notKnownIn(parts);
  const sealed = notKnown.length === 0 ? 'sealed' : `sealed (not known: ${notKnown.join(', ')})`;
  return seal.kind === 'sealed' ? sealed : `unsealed (${seal.failed.join(', ')})`;
}
