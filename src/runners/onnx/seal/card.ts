import type { QuietLook } from '../devices/card-watch.js';

/** What shows whether a card was ours alone and not slowed down. */
export type CardEvidence =
  /** `canTell`: its driver could have told. */
  | { readonly kind: 'untold'; readonly why: string; readonly canTell: boolean }
  | {
      readonly kind: 'read';
      /** We have an instance of a divided card (MIG). */
      readonly divided: boolean;
      readonly before: QuietLook;
      readonly after: QuietLook;
      /** Whether our processes were in the driver's list of processes. */
      readonly seen: boolean;
      /** Others in that list. */
      readonly others: readonly number[];
      readonly readings: number;
      /** Turns that are long enough for a reading, and those of them that have one. */
      readonly turns: { readonly long: number; readonly read: number };
      /** Whether the driver tells why clocks are low, and what it told that spoils a measurement, each reason once. */
      readonly limitsTold: boolean;
      readonly throttling: readonly string[];
    };

interface Findings {
  readonly troubles: readonly string[];
  readonly notKnown: readonly string[];
  /** Whether what is not known could have been made known. */
  readonly couldKnow: boolean;
}

const NOTHING: Findings = { troubles: [], notKnown: [], couldKnow: false };

/** What a driver keeps for itself on a card that nobody uses: 0 to 59 MiB in what was recorded (test/fixtures/devices). */
export const KEPT_BYTES = 100 * 2 ** 20;
/** The least that a process of CUDA takes is more. */
export const GROWN_BYTES = 64 * 2 ** 20;

/** Whether others computed on the card. */
export function cardUse(card: CardEvidence | null): Findings {
  if (card === null) return NOTHING;
  if (card.kind === 'untold') {
    return { troubles: [], notKnown: [`who computes on the card (${card.why})`], couldKnow: card.canTell };
  }
  const { before, after, divided, seen, others } = card;
  const looks = [
    { when: 'before', ...before },
    { when: 'after', ...after },
  ];
  const listed = new Set([...others, ...looks.flatMap(({ processes }) => processes ?? [])]);
  const grown =
    before.memoryUsedBytes === null || after.memoryUsedBytes === null
      ? 0
      : after.memoryUsedBytes - before.memoryUsedBytes;
  const troubles = [
    ...[...listed].map((pid) => `process ${pid} computes on the card`),
    ...looks
      .filter(({ utilization }) => (utilization ?? 0) > 0)
      .map(
        ({ when, utilization }) => `others used ${utilization} % of the card ${when}, while we did nothing`,
      ),
    ...(grown > GROWN_BYTES ? [`others took ${gibibytes(grown)} of the card meanwhile`] : []),
  ];
  const held = before.memoryUsedBytes;
  const useTold = looks.every(({ utilization }) => utilization !== null);
  const memoryTold = held !== null && after.memoryUsedBytes !== null;
  return {
    troubles,
    notKnown: [
      ...(seen || useTold ? [] : ['who computes on the card']),
      ...(memoryTold ? [] : ['who holds memory of the card']),
      ...(held !== null && held > KEPT_BYTES ? [`who holds ${gibibytes(held)} of the card`] : []),
      ...(divided ? ['other instances of the divided card'] : []),
    ],
    couldKnow: true,
  };
}

/** Of the turns that are long enough: a reading may come late on a busy machine, but a reader that died has none to the end. */
const TURNS_READ = 0.9;

/** Whether heat or the board slowed the card down. */
export function cardClocks(card: CardEvidence | null): Findings {
  if (card === null) return NOTHING;
  if (card.kind === 'untold') {
    return { troubles: [], notKnown: [`GPU clocks (${card.why})`], couldKnow: card.canTell };
  }
  const { readings, turns, limitsTold, throttling } = card;
  const unread =
    readings === 0
      ? ['GPU clocks (no reading came)']
      : turns.read < TURNS_READ * turns.long
        ? [`GPU clocks (read in ${turns.read} of ${turns.long} turns)`]
        : [];
  return {
    troubles: throttling.map((reason) => `GPU: ${reason}`),
    notKnown:
      unread.length > 0 || limitsTold ? unread : ['GPU clocks (the driver does not tell why they are low)'],
    couldKnow: true,
  };
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
