import { emptyBits, type BitMask } from './bit-mask.js';
import { growTo, KEPT_BYTES, loadKernel } from './kernel.js';

interface Kernel {
  readonly memory: WebAssembly.Memory;
  thin(tilesEnd: number, fates: number, due: number, queue: number, column: number): void;
}

const TILE_BYTES = 16;
const TILE_ROWS = 8;

let kept: Kernel | undefined;

/**
 * The skeleton of a mask by Zhang and Suen's thinning, equal pixel by pixel to scikit-image's `skeletonize` (2-D).
 * A subset of the mask; an empty mask gives an empty skeleton. The outside of the image is background.
 *
 * Source: Zhang and Suen 1984, "A fast parallel algorithm for thinning digital patterns", with scikit-image's table.
 *
 * @throws MaskbenchError `runner.out-of-memory` where the mask and what is known of it do not fit into 4 GiB.
 */
export function skeletonize(mask: BitMask): BitMask {
  const kernel = (kept ??= loadKernel<Kernel>('thinning'));
  const { memory } = kernel;
  const tilesDown = Math.ceil(mask.height / TILE_ROWS) + 1;
  const tiles = (2 * mask.stride + 2) * tilesDown + 1;
  // The tiles, what goes of each, a word for each, and room for all in the queue.
  const fates = TILE_BYTES * tiles;
  const due = 2 * fates;
  const queue = due + 4 * tiles;
  const end = queue + 4 * tiles;
  growTo(memory, end, `a mask of ${mask.width} x ${mask.height} pixels is too large to be scored`);
  new Uint8Array(memory.buffer).fill(0, 0, fates).fill(0, due, queue);
  const rows = new Uint16Array(memory.buffer, 0, fates / 2);
  fillTiles(mask, rows, tilesDown);
  kernel.thin(fates, fates, due, queue, TILE_BYTES * tilesDown);
  const skeleton = readTiles(mask, rows, tilesDown);
  if (end > KEPT_BYTES) kept = undefined;
  return skeleton;
}

// A word of a mask is a row of two tiles side by side: of columns of tiles that begin with an empty column and an empty tile.
function fillTiles({ height, stride, words }: BitMask, rows: Uint16Array, tilesDown: number): void {
  const column = TILE_ROWS * tilesDown;
  for (let y = 0, i = 0; y < height; y++) {
    for (let at = column + TILE_ROWS + y, end = i + stride; i < end; i++, at += 2 * column) {
      const word = words[i];
      if (word === 0) continue;
      rows[at] = word;
      rows[at + column] = word >>> 16;
    }
  }
}

function readTiles(mask: BitMask, rows: Uint16Array, tilesDown: number): BitMask {
  const skeleton = emptyBits(mask.width, mask.height);
  const column = TILE_ROWS * tilesDown;
  for (let y = 0, i = 0; y < mask.height; y++) {
    for (let at = column + TILE_ROWS + y, end = i + mask.stride; i < end; i++, at += 2 * column) {
      if (mask.words[i] !== 0) skeleton.words[i] = rows[at] | (rows[at + column] << 16);
    }
  }
  return skeleton;
}
