interface Spot {
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly text: string;
}

interface PlacedLabel {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'end' | 'middle';
  readonly text: string;
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

/** A label beside each spot where it covers least: to the right, left, above or below; shortened where it must be. */
export function placeLabels(spots: readonly Spot[], frame: Box): readonly PlacedLabel[] {
  const taken: Box[] = spots.map(({ x, y, r }) => ({ left: x - r, right: x + r, top: y - r, bottom: y + r }));
  return spots.map((spot, i) => {
    const text = fitted(spot.text, frame.right - frame.left);
    const width = text.length * CHARACTER;
    const options = candidates(spot, text).map((label) => {
      const box = boxOf(label, width);
      const covered = taken.reduce((sum, other, k) => sum + (k === i ? 0 : overlap(box, other)), 0);
      const outside = width * HEIGHT - overlap(box, frame);
      return { label, box, cost: covered + 3 * outside };
    });
    const best = options.reduce((a, b) => (b.cost < a.cost - 1 ? b : a));
    taken.push(best.box);
    return best.label;
  });
}

function candidates({ x, y, r }: Spot, text: string): readonly PlacedLabel[] {
  const gap = r + 5;
  return [
    { x: x + gap, y: y + 4, anchor: 'start', text },
    { x: x - gap, y: y + 4, anchor: 'end', text },
    { x, y: y - gap, anchor: 'middle', text },
    { x, y: y + gap + 9, anchor: 'middle', text },
    { x: x + 4, y: y - gap, anchor: 'start', text },
    { x: x - 4, y: y - gap, anchor: 'end', text },
    { x: x + 4, y: y + gap + 9, anchor: 'start', text },
    { x: x - 4, y: y + gap + 9, anchor: 'end', text },
  ];
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
  const most = Math.max(8, Math.floor((0.75 * width) / CHARACTER));
  return text.length <= most ? text : `${text.slice(0, most - 9)}\u2026${text.slice(-8)}`;
}
