import type { LevelRuns } from './level-runs.js';

/**
 * For each run, how far it belongs to the image's core. At threshold k, 1 .. levels, the core is the largest component
 * (connected by edges) of the pixels with a level of at least k; of two of the same size the one that comes first in
 * raster order. The result is the lowest k at which the run is outside the core, or 0 if it never is; thresholds at
 * which no pixel is left do not count.
 *
 * One union-find serves all thresholds: from the highest down, runs are only added.
 */
export function lowestThresholdOutsideCore(runs: LevelRuns, levels: number): Uint8Array {
  const { count, start, level, width } = runs;
  const above = runsAbove(runs);
  const below = runsBelow(runs);
  const byLevel = listByLevel(runs, levels);
  const parent = new Int32Array(count);
  const size = new Int32Array(count);
  const outside = new Uint8Array(count);
  let core = -1;

  const find = (run: number): number => {
    let root = run;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]];
      root = parent[root];
    }
    return root;
  };
  const consider = (root: number): void => {
    if (core < 0 || size[root] > size[core] || (size[root] === size[core] && root < core)) core = root;
  };
  const join = (one: number, other: number): void => {
    const a = find(one);
    const b = find(other);
    if (a === b) return;
    // The root is the component's first run, so that ties between components can be told by their roots.
    const root = Math.min(a, b);
    parent[Math.max(a, b)] = root;
    size[root] = size[a] + size[b];
    consider(root);
  };
  /** Joins a run with the runs of the row next to it, from `neighbour` on, as far as they touch and are there already. */
  const joinRow = (run: number, neighbour: number, offset: number): void => {
    if (neighbour < 0) return;
    const end = start[run + 1] + offset;
    for (let n = neighbour; start[n] < end; n++) if (level[n] >= level[run]) join(run, n);
  };

  for (let k = levels; k >= 1; k--) {
    for (let run = byLevel.first[k]; run >= 0; run = byLevel.next[run]) {
      parent[run] = run;
      size[run] = start[run + 1] - start[run];
      consider(run);
    }
    for (let run = byLevel.first[k]; run >= 0; run = byLevel.next[run]) {
      if (start[run] % width !== 0 && level[run - 1] >= k) join(run, run - 1);
      if (start[run + 1] % width !== 0 && level[run + 1] >= k) join(run, run + 1);
      joinRow(run, above[run], -width);
      joinRow(run, below[run], width);
    }
    if (core < 0) continue;
    for (let run = 0; run < count; run++) {
      if (level[run] < k || find(run) !== core) outside[run] = k;
    }
  }
  return outside;
}

/** For each run the run above its first pixel, -1 in the first row. */
function runsAbove({ count, start, width }: LevelRuns): Int32Array {
  const above = new Int32Array(count);
  for (let run = 0, other = 0; run < count; run++) {
    const pixel = start[run] - width;
    if (pixel >= 0) while (start[other + 1] <= pixel) other++;
    above[run] = pixel < 0 ? -1 : other;
  }
  return above;
}

/** For each run the run below its first pixel, -1 in the last row. */
function runsBelow({ count, start, width }: LevelRuns): Int32Array {
  const below = new Int32Array(count);
  const pixels = start[count];
  for (let run = 0, other = 0; run < count; run++) {
    const pixel = start[run] + width;
    if (pixel < pixels) while (start[other + 1] <= pixel) other++;
    below[run] = pixel < pixels ? other : -1;
  }
  return below;
}

/** The runs of each level as a linked list, -1 at its end. */
function listByLevel(
  { count, level }: LevelRuns,
  levels: number,
): { readonly first: Int32Array; readonly next: Int32Array } {
  const first = new Int32Array(levels + 1).fill(-1);
  const next = new Int32Array(count);
  for (let run = count - 1; run >= 0; run--) {
    next[run] = first[level[run]];
    first[level[run]] = run;
  }
  return { first, next };
}
