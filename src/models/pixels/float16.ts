const scratch = new DataView(new ArrayBuffer(4));

/** The 16 bits of the half-precision number nearest to `value`, ties to even; too large becomes infinity. */
export function toFloat16Bits(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | (mantissa === 0 ? 0x7c00 : 0x7e00);
  const half = exponent - 127 + 15;
  if (half >= 31) return sign | 0x7c00;
  if (half < -10) return sign;
  // A number too small for the normal range keeps its leading one among the fraction bits.
  const whole = half > 0 ? (half << 23) | mantissa : mantissa | 0x800000;
  const dropped = half > 0 ? 13 : 14 - half;
  const kept = whole >>> dropped;
  const rest = whole & ((1 << dropped) - 1);
  const middle = 1 << (dropped - 1);
  const up = rest > middle || (rest === middle && (kept & 1) === 1) ? 1 : 0;
  return sign | (kept + up);
}

/** The number that 16 bits stand for. */
export function fromFloat16Bits(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

let table: Float32Array | undefined;

/** The numbers that halves stand for, by a table of all 65,536. */
export function floatsOfHalves(halves: Uint16Array): Float32Array {
  const numbers = (table ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => fromFloat16Bits(bits)));
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = numbers[halves[i]];
  return floats;
}
