interface Spot {
  readonly x: number;
  readonly y: number;
  readonly r: number;
  /** Ends of its interval's bar; a label across one is legible, but better elsewhere. */
  readonly bar?: readonly [number, number];
  readonly text: string;
}

interface PlacedLabel {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'end' | 'middle';
  readonly text: string;
  /** It is not beside its spot: a line leads there. */
  readonly isFar: boolean;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Of 12 px text; a guess suffices to keep labels apart. */
const CHARACTER = 6.4;
const HEIGHT = 14;
/** What a square pixel under a label costs, by what is there. */
const COSTS = { label: 4, spot: 2, bar: 0.5, outside: 6 };
/** Of a label that is not beside its spot, and of every line of text that it is away. */
const FAR = { any: 100, line: 25, lines: 16 };
/** Later labels may have taken a better place from earlier ones. */
const ROUNDS = 4;

interface Candidate {
  readonly label: PlacedLabel;
  readonly box: Box;
  readonly cost: number;
}

/**
 * A label beside each spot where it covers least: to the right, left, above or below, or where there is no room for it, as
 * near as there is; shortened where it must be.
 */
export function placeLabels(spots: readonly Spot[], frame: Box): readonly PlacedLabel[] {
  const covered = (box: Box): number =>
    spots.reduce((sum, { x, y, r, bar: [low, high] = [y, y] }) => {
      const spot = { left: x - r, right: x + r, top: y - r, bottom: y + r };
      const bar = { left: x - 1, right: x + 1, top: Math.min(low, high), bottom: Math.max(low, high) };
      return sum + COSTS.spot * overlap(box, spot) + COSTS.bar * overlap(box, bar);
    }, 0);
  const options = spots.map((spot): readonly Candidate[] => {
    const text = fitted(spot.text, frame.right - frame.left);
    const width = text.length * CHARACTER;
    return [...beside(spot, text), ...away(spot, text, width, frame)].map(({ label, cost }) => {
      const box = boxOf(label, width);
      const outside = width * HEIGHT - overlap(box, frame);
      return { label, box, cost: cost + covered(box) + COSTS.outside * outside };
    });
  });
  const placed: Candidate[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, own] of options.entries()) {
      const others = placed.filter((_, k) => k !== i);
      const total = ({ box, cost }: Candidate): number =>
        others.reduce((sum, other) => sum + COSTS.label * overlap(box, other.box), cost);
      placed[i] = own.reduce((a, b) => (total(b) < total(a) - 1 ? b : a));
    }
  }
  return placed.map(({ label }) => label);
}

type Option = Pick<Candidate, 'label' | 'cost'>;

function beside({ x, y, r }: Spot, text: string): readonly Option[] {
  const gap = r + 5;
  const at = (dx: number, dy: number, anchor: PlacedLabel['anchor']): Option => ({
    label: { x: x + dx, y: y + dy, anchor, text, isFar: false },
    cost: 0,
  });
  return [
    at(gap, 4, 'start'),
    at(-gap, 4, 'end'),
    at(0, -gap, 'middle'),
    at(0, gap + 9, 'middle'),
    at(4, -gap, 'start'),
    at(-4, -gap, 'end'),
    at(4, gap + 9, 'start'),
    at(-4, gap + 9, 'end'),
  ];
}

/** Lines of text above and below, moved to the side as far as the frame asks for. */
function away({ x, y, r }: Spot, text: string, width: number, { left, right }: Box): readonly Option[] {
  return Array.from({ length: FAR.lines }, (_, k) => k + 1).flatMap((line) =>
    [-1, 1].flatMap((side) =>
      [x - width - r, x - width / 2, x + r].map((wanted): Option => ({
        label: {
          x: Math.max(left, Math.min(wanted, right - width)),
          y: y + 4 + side * line * HEIGHT,
          anchor: 'start',
          text,
          isFar: true,
        },
        cost: FAR.any + FAR.line * line,
      })),
    ),
  );
}

function boxOf({ x, y, anchor }: PlacedLabel, width: number): Box {
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return { left, right: left + width, top: y - HEIGHT + 3, bottom: y + 3 };
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

function fitted(text: string, width: number): string {
  const most = Math.max(8, Math.floor((0.5 * width) / CHARACTER));
  return text.length <= most ? text : `${text.slice(0, most - 9)}\u2026${text.slice(-8)}`;
}

/** Where a line from a spot to its far label ends: at the label's nearest edge. */
export function labelEnd(
  { x, y, text }: PlacedLabel,
  spot: Pick<Spot, 'x' | 'y'>,
): readonly [number, number] {
  const right = x + text.length * CHARACTER;
  return [Math.max(x, Math.min(spot.x, right)), y < spot.y ? y + 2 : y - HEIGHT + 5];
}
