import type { GrayImage } from '../../image/raster.js';

/** Side of a tile; a tile is two cells wide, and the tile's surroundings reach one cell further on each side. */
export const TILE = 16;
const CELL = TILE / 2;

/** One byte a tile, row-major: 0 where all pixels of the tile and of at least 8 pixels around it have one value, else 1. */
interface TileMap {
  readonly columns: number;
  readonly rows: number;
  readonly busy: Uint8Array;
}

/** Finds the tiles of an image in which something happens. In a mask most tiles are uniform, and need no filter. */
export function findBusyTiles(image: GrayImage): TileMap {
  const { width, height } = image;
  const columns = Math.ceil(width / TILE);
  const rows = Math.ceil(height / TILE);
  const cellColumns = Math.ceil(width / CELL);
  const cellRows = Math.ceil(height / CELL);
  const { low, high } = cellExtremes(image, cellColumns, cellRows);

  const busy = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const bottom = Math.min(2 * row + 3, cellRows);
    for (let column = 0; column < columns; column++) {
      const right = Math.min(2 * column + 3, cellColumns);
      let min = 255;
      let max = 0;
      for (let y = Math.max(0, 2 * row - 1); y < bottom; y++) {
        for (let x = Math.max(0, 2 * column - 1); x < right; x++) {
          const cell = y * cellColumns + x;
          if (low[cell] < min) min = low[cell];
          if (high[cell] > max) max = high[cell];
        }
      }
      if (min < max) busy[row * columns + column] = 1;
    }
  }
  return { columns, rows, busy };
}

function cellExtremes(
  { width, height, data }: GrayImage,
  columns: number,
  rows: number,
): { readonly low: Uint8Array; readonly high: Uint8Array } {
  const low = new Uint8Array(columns * rows).fill(255);
  const high = new Uint8Array(columns * rows);
  for (let y = 0; y < height; y++) {
    let cell = Math.floor(y / CELL) * columns;
    for (let x = 0, i = y * width; x < width; cell++) {
      const end = Math.min(x + CELL, width);
      let min = low[cell];
      let max = high[cell];
      for (; x < end; x++, i++) {
        const v = data[i];
        if (v < min) min = v;
        if (v > max) max = v;
      }
      low[cell] = min;
      high[cell] = max;
    }
  }
  return { low, high };
}
