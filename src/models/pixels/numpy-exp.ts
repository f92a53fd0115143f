/**
 * e^x as numpy computes it for float32, to the last bit: x is split into a whole number of ln 2 and a rest, for which a
 * quotient of two polynomials stands, each step a fused multiply-add rounded to float32. Its result is up to 2.5 steps
 * of float32 off the true value, in two of five cases; a matte that is stretched and truncated afterwards shows it.
 *
 * Source: constants and order of steps of numpy's SIMD exponential, checked on 3 million values (npm run parity).
 */
export function numpyExp(x: number): number {
  if (x > LARGEST) return Infinity;
  if (x < SMALLEST) return 0;
  const power = fround(fround(fround(x * LOG2_E) + ROUNDING) - ROUNDING);
  const rest = fround(power * LN_2_LOW + fround(power * LN_2_HIGH + x));
  let top = P5;
  top = fround(top * rest + P4);
  top = fround(top * rest + P3);
  top = fround(top * rest + P2);
  top = fround(top * rest + P1);
  top = fround(top * rest + P0);
  const bottom = fround(fround(Q2 * rest + Q1) * rest + 1);
  return fround(fround(top / bottom) * 2 ** power);
}

// A product of two float32 is exact in a double, so that rounding once after the sum is a fused multiply-add.
const { fround } = Math;

const LARGEST = 88.72283935546875;
const SMALLEST = -103.97208404541016;
const LOG2_E = fround(Math.LOG2E);
/** Added and taken away again, it rounds to a whole number. */
const ROUNDING = 12_582_912;
const LN_2_HIGH = fround(-6.93145752e-1);
const LN_2_LOW = fround(-1.42860677e-6);
const P0 = fround(9.99999999998087e-1);
const P1 = fround(7.257664613233124e-1);
const P2 = fround(2.4736154348955208e-1);
const P3 = fround(5.114512081637298e-2);
const P4 = fround(6.757896990527505e-3);
const P5 = fround(5.082762527590694e-4);
const Q1 = fround(-2.742335390411668e-1);
const Q2 = fround(2.15950937568583e-2);
