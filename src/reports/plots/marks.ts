import * as Plot from '@observablehq/plot';
import { escapeControls } from '../../core/errors.js';
import { INK } from './colours.js';

export interface XY {
  readonly x: number;
  readonly y: number;
}

/** Many dots of one colour as one path: a tenth of the bytes and of the browser's work of as many circles. */
export function dots(points: readonly XY[], colour: string, opacity = 0.5, size = 4): Plot.Markish {
  return Plot.dot(points as XY[], {
    x: 'x',
    y: 'y',
    render: (index, _scales, values, _dimensions, context) => {
      const [xs, ys] = [values.x as ArrayLike<number>, values.y as ArrayLike<number>];
      const d = [...index].map((i) => `M${xs[i].toFixed(1)},${ys[i].toFixed(1)}h0`).join('');
      const path = context.document.createElementNS('http://www.w3.org/2000/svg', 'path');
      path.setAttribute('d', d);
      path.setAttribute('stroke', colour);
      path.setAttribute('stroke-width', String(size));
      path.setAttribute('stroke-linecap', 'round');
      path.setAttribute('stroke-opacity', String(opacity));
      path.setAttribute('fill', 'none');
      return path;
    },
  });
}

/** Names of rows above what they name, so that long ones take no width from the plot. */
export function rowLabels(labels: readonly string[], x: number, lift = 0, dy = -15): Plot.Markish {
  return Plot.text(
    labels.map((label, i) => ({ label: shortened(label), y: i - lift })),
    { x: () => x, y: 'y', text: 'label', textAnchor: 'start', dy, fill: INK },
  );
}

const LONGEST = 46;

/** One line, whatever a name holds. The middle gives way: beginnings and ends tell names apart. */
function shortened(name: string): string {
  const text = escapeControls(name);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 16)}\u2026${text.slice(-15)}`;
}

/** At most `most` of the items, evenly picked. */
export function thinned<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)]);
}
