import { forEachRun, type BitMask } from './bit-mask.js';

/** The 8-connected components of a mask, numbered from 1 in raster order of their first pixels. */
export interface Components {
  readonly count: number;
  /** `labels[y * width + x]`: the pixel's component, 0 for background. */
  readonly labels: Int32Array;
  /** `areas[component]` in pixels; `areas[0]` is 0. */
  readonly areas: Int32Array;
}

/**
 * Labels the components of a mask, diagonal neighbours connected, with the numbers that scikit-image's `label` gives.
 * An empty mask has none.
 */
export function labelComponents(mask: BitMask): Components {
  const { width, height } = mask;
  const { ys, froms, tos, parents } = connectRuns(mask);
  const labels = new Int32Array(width * height);
  const numbers = new Int32Array(parents.length);
  const areas = [0];
  for (let i = 0; i < parents.length; i++) {
    // A parent is never later than its child, so it has its number already; a root starts a component.
    if (parents[i] === i) numbers[i] = areas.push(0) - 1;
    else numbers[i] = numbers[parents[i]];
    areas[numbers[i]] += tos[i] - froms[i];
    labels.fill(numbers[i], ys[i] * width + froms[i], ys[i] * width + tos[i]);
  }
  return { count: areas.length - 1, labels, areas: Int32Array.from(areas) };
}

/** The runs of a mask in raster order, with union-find links to an earlier run of the same component. */
interface Runs {
  readonly ys: number[];
  readonly froms: number[];
  readonly tos: number[];
  readonly parents: number[];
}

function connectRuns(mask: BitMask): Runs {
  const ys: number[] = [];
  const froms: number[] = [];
  const tos: number[] = [];
  const parents: number[] = [];
  // The first run of the row above that may still touch a run of this row, and where this row starts.
  let above = 0;
  let rowStart = 0;
  let row = -1;
  forEachRun(mask, (y, from, to) => {
    const run = parents.push(parents.length) - 1;
    ys.push(y);
    froms.push(from);
    tos.push(to);
    if (y !== row) {
      above = y === row + 1 ? rowStart : run;
      rowStart = run;
      row = y;
    }
    // Half-open runs touch, diagonally or directly, when neither ends before the other starts.
    while (above < rowStart && tos[above] < from) above++;
    for (let i = above; i < rowStart && froms[i] <= to; i++) join(parents, i, run);
  });
  return { ys, froms, tos, parents };
}

function join(parents: number[], a: number, b: number): void {
  const rootA = rootOf(parents, a);
  const rootB = rootOf(parents, b);
  if (rootA < rootB) parents[rootB] = rootA;
  else parents[rootA] = rootB;
}

function rootOf(parents: number[], run: number): number {
  let i = run;
  while (parents[i] !== i) {
    parents[i] = parents[parents[i]];
    i = parents[i];
  }
  return i;
}
