import type { DriftedImage } from './drift.js';

type Compared = Extract<DriftedImage, { status: 'compared' }>;

/** A candidate's drift over all images. */
export interface DriftSummary {
  readonly candidate: string;
  readonly images: number;
  readonly failed: number;
  /** Images whose mattes are equal to the last pixel. */
  readonly identical: number;
  /** Greatest and mean difference, 8-bit levels. */
  readonly maxLevel: number;
  readonly meanLevel: number;
  /** Greatest and mean share of flipped pixels. */
  readonly maxFlipped: number;
  readonly meanFlipped: number;
  readonly meanIou: number;
  readonly minIou: number;
  /** Candidate's mean score less the reference's. */
  readonly scoreChange: number;
  /** How many images part at which stage; null where one of the two is no network, and nothing but mattes is compared. */
  readonly stages: Readonly<Record<string, number>> | null;
}

/** One summary a candidate, in the order of their first records. */
export function summariseDrift(records: readonly DriftedImage[]): readonly DriftSummary[] {
  const names = [...new Set(records.map(({ candidate }) => candidate))];
  return names.map((candidate) => {
    const own = records.filter((record) => record.candidate === candidate);
    const compared = own.filter((record): record is Compared => record.status === 'compared');
    const of = (pick: (record: Compared) => number): readonly number[] => compared.map(pick);
    const stages: Record<string, number> = {};
    for (const { stage } of compared)
      if (stage !== undefined) stages[stage ?? 'none'] = (stages[stage ?? 'none'] ?? 0) + 1;
    return {
      candidate,
      images: compared.length,
      failed: own.length - compared.length,
      identical: compared.filter(({ matte }) => matte.max === 0).length,
      maxLevel: Math.max(0, ...of(({ matte }) => matte.max)),
      meanLevel: mean(of(({ matte }) => matte.mean)),
      maxFlipped: Math.max(0, ...of(({ matte }) => matte.flipped)),
      meanFlipped: mean(of(({ matte }) => matte.flipped)),
      meanIou: mean(of(({ matte }) => matte.iou)),
      minIou: Math.min(1, ...of(({ matte }) => matte.iou)),
      scoreChange: mean(of(scoreChange)),
      stages: compared.some(({ stage }) => stage === undefined) ? null : stages,
    };
  });
}

/** Worst first: by flipped pixels, then by the greatest difference; what failed before everything. */
export function worstFirst(records: readonly DriftedImage[]): readonly DriftedImage[] {
  const badness = (record: DriftedImage): readonly [number, number] =>
    record.status === 'failed' ? [Infinity, Infinity] : [record.matte.flipped, record.matte.max];
  return [...records].sort((a, b) => {
    const [flippedA, maxA] = badness(a);
    const [flippedB, maxB] = badness(b);
    return flippedA === flippedB ? maxB - maxA || 0 : flippedB - flippedA;
  });
}

export function scoreChange({ candidateIou, referenceIou }: Compared): number {
  return candidateIou === null || referenceIou === null ? 0 : candidateIou - referenceIou;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
