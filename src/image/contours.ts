import { forEachRun, type BitMask } from './bit-mask.js';

/** A closed border of foreground pixels, traced from pixel centre to pixel centre. */
export interface Contour {
  /** x0, y0, x1, y1, ... in pixels; a pixel is listed as often as the border passes it. */
  readonly points: Int32Array;
  /** Whether it is the rim of a hole; otherwise it is the outside of an 8-connected component. */
  readonly hole: boolean;
  /** The contour it lies directly in, as an index into the list; -1 at the top. A hole's is its component's outside. */
  readonly parent: number;
}

// Right, upper right, up, ... lower right: counter-clockwise on the screen.
const DX = [1, 1, 0, -1, -1, -1, 0, 1] as const;
const DY = [0, -1, -1, -1, 0, 1, 1, 1] as const;

/**
 * The borders of a mask, in the order, from the start points and with the point sequence of OpenCV's
 * `findContours(RETR_TREE, CHAIN_APPROX_NONE)`: a contour comes before those inside it, and of siblings the one found
 * last in raster order comes first. Foreground is 8-connected, background 4-connected, the outside of the image is
 * background. An empty mask has none.
 *
 * Source: Suzuki and Abe 1985, "Topological structural analysis of digitized binary images by border following".
 */
export function findContours(mask: BitMask): readonly Contour[] {
  const tracer = startTracing(mask);
  forEachRun(mask, (y, from, to) => traceFromRun(tracer, y, from, to));
  endTracing(tracer, mask);
  return inTreeOrder(tracer.found, tracer.coordinates.subarray(0, tracer.used));
}

interface PointRange {
  /** Positions in the tracer's coordinates. */
  readonly start: number;
  readonly end: number;
}

interface Border extends PointRange {
  readonly hole: boolean;
  /** By order of discovery. */
  readonly parent: number;
}

/** What is known while a mask's borders are followed. The functions that work on it are compiled once for all masks. */
interface Tracer {
  readonly found: Border[];
  readonly rowLength: number;
  /** From a cell to its neighbours, in the order of DX and DY. */
  readonly step: Int32Array;
  /**
   * A pixel each, with a frame of one: of foreground the mark of the border that passed it first, or minus that of the last
   * one with background to the right.
   */
  readonly cells: Int32Array;
  /** x0, y0, x1, y1, ... of all borders traced, so many numbers in use. */
  coordinates: Int32Array;
  used: number;
  /** Row and last column of the run before. */
  previousRow: number;
  previousEnd: number;
}

// What a pixel's cell says: background, foreground that no border has passed, or else of which border it is.
const BACKGROUND = 0;
const UNMARKED = 1;
const FIRST_MARK = 2;

/** More cells than this are left to the collector. */
const KEPT_CELLS = 1 << 24;
/** The cells of the last mask, all background again: to wipe a whole image costs more than to trace what a mask has. */
let idleCells: Int32Array | undefined;

function startTracing(mask: BitMask): Tracer {
  const rowLength = mask.width + 2;
  const size = rowLength * (mask.height + 2);
  const cells = idleCells !== undefined && idleCells.length >= size ? idleCells : new Int32Array(size);
  idleCells = undefined;
  fillRuns(mask, cells, UNMARKED);
  return {
    found: [],
    rowLength,
    step: Int32Array.from(DX, (dx, k) => dx + DY[k] * rowLength),
    cells,
    coordinates: new Int32Array(1024),
    used: 0,
    previousRow: -1,
    previousEnd: 0,
  };
}

function endTracing({ cells }: Tracer, mask: BitMask): void {
  fillRuns(mask, cells, BACKGROUND);
  if (cells.length <= KEPT_CELLS) idleCells = cells;
}

function fillRuns(mask: BitMask, cells: Int32Array, value: number): void {
  const rowLength = mask.width + 2;
  forEachRun(mask, (y, from, to) => {
    const row = (y + 1) * rowLength + 1;
    cells.fill(value, row + from, row + to);
  });
}

/**
 * By the time a run is reached, its first pixel is on a border that was traced, or starts the outside of a new component;
 * likewise its last pixel and a hole. What lies to the left tells what the new border lies in.
 */
function traceFromRun(tracer: Tracer, y: number, from: number, to: number): void {
  const { found } = tracer;
  if (labelAt(tracer, from, y) < 0) {
    const left = tracer.previousRow === y ? labelAt(tracer, tracer.previousEnd, y) : -1;
    const parent = belongsIn(found, left, false);
    found.push({ ...trace(tracer, from, y, false), hole: false, parent });
  }
  if (tracer.cells[cellOf(tracer, to - 1, y)] >= 0) {
    let x = to - 1;
    while (labelAt(tracer, x, y) < 0) x--;
    const parent = belongsIn(found, labelAt(tracer, x, y), true);
    found.push({ ...trace(tracer, to - 1, y, true), hole: true, parent });
  }
  tracer.previousRow = y;
  tracer.previousEnd = to - 1;
}

function belongsIn(found: readonly Border[], left: number, hole: boolean): number {
  return left >= 0 && found[left].hole === hole ? found[left].parent : left;
}

function cellOf({ rowLength }: Tracer, x: number, y: number): number {
  return (y + 1) * rowLength + x + 1;
}

/** The border that a pixel is marked with, by order of discovery; negative if no border has passed it. */
function labelAt(tracer: Tracer, x: number, y: number): number {
  return Math.abs(tracer.cells[cellOf(tracer, x, y)]) - FIRST_MARK;
}

function emit(tracer: Tracer, x: number, y: number): void {
  if (tracer.used + 2 > tracer.coordinates.length) {
    const longer = new Int32Array(2 * tracer.coordinates.length);
    longer.set(tracer.coordinates);
    tracer.coordinates = longer;
  }
  tracer.coordinates[tracer.used++] = x;
  tracer.coordinates[tracer.used++] = y;
}

/** Follows the next border found, from where it was. */
function trace(tracer: Tracer, startX: number, startY: number, hole: boolean): PointRange {
  const { cells, step } = tracer;
  const start = tracer.used;
  const origin = cellOf(tracer, startX, startY);
  const mark = FIRST_MARK + tracer.found.length;
  // Clockwise from the background that the border was found by, to the neighbour that the border will come back from.
  const first = hole ? 0 : 4;
  let direction = (first + 7) & 7;
  while (direction !== first && cells[origin + step[direction]] === BACKGROUND)
    direction = (direction + 7) & 7;
  if (direction === first) {
    cells[origin] = -mark;
    emit(tracer, startX, startY);
    return { start, end: tracer.used };
  }
  const last = origin + step[direction];
  let [x, y, p] = [startX, startY, origin];
  for (;;) {
    // Counter-clockwise from where the border came to the next pixel of it, noting whether right was passed over.
    let turn = direction + 1;
    while (cells[p + step[turn & 7]] === BACKGROUND) turn++;
    if (turn > 8) cells[p] = -mark;
    else if (cells[p] === UNMARKED) cells[p] = mark;
    emit(tracer, x, y);
    const to = turn & 7;
    if (p + step[to] === origin && p === last) return { start, end: tracer.used };
    p += step[to];
    x += DX[to];
    y += DY[to];
    direction = to ^ 4;
  }
}

function inTreeOrder(found: readonly Border[], points: Int32Array): readonly Contour[] {
  // Lists of children with the last found in front: index + 1 is the border, 0 the root.
  const firstChild = new Int32Array(found.length + 1).fill(-1);
  const nextSibling = new Int32Array(found.length).fill(-1);
  for (let i = 0; i < found.length; i++) {
    const list = found[i].parent + 1;
    nextSibling[i] = firstChild[list];
    firstChild[list] = i;
  }
  const position = new Int32Array(found.length);
  const contours: Contour[] = [];
  const pending = [firstChild[0]];
  while (pending.length > 0) {
    const i = pending.pop() as number;
    if (i < 0) continue;
    const { start, end, hole, parent } = found[i];
    position[i] = contours.length;
    contours.push({ points: points.subarray(start, end), hole, parent: parent < 0 ? -1 : position[parent] });
    pending.push(nextSibling[i], firstChild[i + 1]);
  }
  return contours;
}
