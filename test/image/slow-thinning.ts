import { packAtLeast, unpackBits, type BitMask } from '../../src/image/bit-mask.js';

// Thinning by the rules, pixel by pixel over the whole mask in every pass.

const FIRST_PASS = 1;
const SECOND_PASS = 2;

/**
 * Where scikit-image's table departs from the rules in Zhang and Suen's paper, as pairs of neighbour code and passes
 * in which such a pixel goes (0 none, 1 first, 2 second, 3 both). The figures are observed from scikit-image 0.25.
 */
const DEPARTURES: readonly (readonly [code: number, passes: number])[] = [
  [3, 1], [6, 1], [10, 3], [11, 1], [12, 1], [14, 1], [24, 2], [26, 2], [40, 3], [48, 0], [56, 2], [96, 2], [104, 2],
  [108, 2], [129, 0], [130, 3], [131, 1], [134, 1], [160, 3], [161, 1], [176, 2], [192, 2], [194, 1], [198, 1], [224, 2],
]; // prettier-ignore

/** Clockwise from the upper left: bits 0 to 7 of a code. */
const NEIGHBOURS = [[-1, -1], [0, -1], [1, -1], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0]] as const; // prettier-ignore

const REMOVAL = removalTable();

export function slowSkeleton(mask: BitMask): BitMask {
  const { width, height } = mask;
  const alive = unpackBits(mask, 1);
  const rowLength = width + 2;
  const codeAt = (p: number): number =>
    NEIGHBOURS.reduce((code, [dx, dy], k) => code | (alive[p + dy * rowLength + dx] << k), 0);
  let idle = 0;
  for (let pass = FIRST_PASS; idle < 2; pass = pass === FIRST_PASS ? SECOND_PASS : FIRST_PASS) {
    const gone: number[] = [];
    alive.forEach((of, p) => {
      if (of === 1 && (REMOVAL[codeAt(p)] & pass) !== 0) gone.push(p);
    });
    for (const p of gone) alive[p] = 0;
    idle = gone.length === 0 ? idle + 1 : 0;
  }
  const data = Uint8Array.from(
    { length: width * height },
    (_, i) => alive[(Math.floor(i / width) + 1) * rowLength + (i % width) + 1],
  );
  return packAtLeast({ width, height, data }, 1);
}

// The paper's rules: two to six neighbours, one change from background to foreground around the pixel, and one of the
// four direct neighbours empty in each of two triples that depend on the pass.
function removalTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (let code = 0; code < 256; code++) {
    const at = (k: number): number => (code >> (k & 7)) & 1;
    let count = 0;
    let changes = 0;
    for (let k = 0; k < 8; k++) {
      count += at(k);
      if (at(k) === 0 && at(k + 1) === 1) changes++;
    }
    if (count < 2 || count > 6 || changes !== 1) continue;
    const [up, right, down, left] = [at(1), at(3), at(5), at(7)];
    if ((up & right & down) === 0 && (right & down & left) === 0) table[code] |= FIRST_PASS;
    if ((up & right & left) === 0 && (up & down & left) === 0) table[code] |= SECOND_PASS;
  }
  for (const [code, passes] of DEPARTURES) table[code] = passes;
  return table;
}
