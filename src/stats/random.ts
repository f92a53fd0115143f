import { requireWhole } from './values.js';

/** What a stream is named by. The number 7 and the string "7" are the same seed. */
export type Seed = number | string;

/** How chance is drawn upon. */
export interface Draws {
  /** Bootstrap resamples, or random sign patterns; default 10,000. */
  readonly resamples?: number | undefined;
  /** Default 0. */
  readonly seed?: Seed | undefined;
}

/** A seeded stream of random numbers. The same seed and the same calls give the same numbers on every machine. */
export interface Random {
  /** A whole number, 0..2^32 - 1. */
  uint32(): number;
  /** A number in [0, 1) with 53 random bits. */
  uniform(): number;
  /** A whole number, 0..bound - 1, without bias. `bound` is 1..2^32. */
  below(bound: number): number;
  /** Fills `out` with what that many calls of `below(bound)` would give, several times faster. */
  fillBelow(out: Uint32Array, bound: number): void;
  /** Fills `out` with what that many calls of `uint32` would give. */
  fillRaw(out: Uint32Array): void;
  /** A standard normal number (Marsaglia's polar method). */
  normal(): number;
  /** An exponential number of mean 1: the gap between Poisson arrivals at rate 1. */
  exponential(): number;
  /**
   * A stream of its own, named by this stream's seed and the label alone: how far this stream was read does not
   * matter, so a metric more or less leaves the numbers of all the others as they were.
   */
  split(label: Seed): Random;
}

/**
 * A stream of xoshiro128** (Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators"; period
 * 2^128 - 1), whose four words of state are hashed from the seed.
 */
export function createRandom(seed: Seed): Random {
  const state = hashSeed([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], String(seed));
  return randomFrom(state);
}

/**
 * Turns raw numbers into numbers below the bound, in place and in order, leaving out those that would bias it; returns
 * how many there are. Lemire 2019, "Fast random integer generation in an interval": the upper half of a 64-bit
 * product, which stays exact in a double up to a bound of 2^21.
 */
function keepScaled(raw: Uint32Array, bound: number): number {
  const bias = 4_294_967_296 % bound;
  let kept = 0;
  for (let i = 0; i < raw.length; i++) {
    const product = raw[i] * bound;
    if (product >>> 0 >= bias) raw[kept++] = product / 4_294_967_296;
  }
  return kept;
}

const WIDEST_PRODUCT = 2_097_152;

/** The same for any bound: cut to the bound's bits, those at or above the bound thrown away. */
function keepMasked(raw: Uint32Array, bound: number): number {
  const mask = 2 ** Math.ceil(Math.log2(bound)) - 1;
  let kept = 0;
  for (let i = 0; i < raw.length; i++) {
    const draw = (raw[i] & mask) >>> 0;
    if (draw < bound) raw[kept++] = draw;
  }
  return kept;
}

type State = readonly [number, number, number, number];

/** A stream from a bare state, for known answers. At least one word must differ from zero. */
export function randomFrom(state: State): Random {
  let [a, b, c, d] = state.map((word) => word | 0);
  let spare: number | null = null;

  /** Fills with raw numbers: the state lives in locals here, which makes it four times as fast as call by call. */
  function fillRaw(out: Uint32Array): void {
    let s0 = a;
    let s1 = b;
    let s2 = c;
    let s3 = d;
    for (let i = 0; i < out.length; i++) {
      const product = Math.imul(s1, 5);
      out[i] = Math.imul((product << 7) | (product >>> 25), 9);
      const shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = (s3 << 11) | (s3 >>> 21);
    }
    a = s0;
    b = s1;
    c = s2;
    d = s3;
  }

  const single = new Uint32Array(1);
  function uint32(): number {
    fillRaw(single);
    return single[0];
  }

  function uniform(): number {
    const high = uint32() >>> 5;
    const low = uint32() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  }

  function fillBelow(out: Uint32Array, bound: number): void {
    requireWhole(bound, 1, 'bound of a random number');
    fillRaw(out);
    const kept = bound > WIDEST_PRODUCT ? keepMasked(out, bound) : keepScaled(out, bound);
    if (kept < out.length) fillBelow(out.subarray(kept), bound);
  }

  function below(bound: number): number {
    fillBelow(single, bound);
    return single[0];
  }

  function normal(): number {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) {
        const scale = Math.sqrt((-2 * Math.log(square)) / square);
        spare = y * scale;
        return x * scale;
      }
    }
  }

  return {
    uint32,
    uniform,
    below,
    fillBelow,
    fillRaw,
    normal,
    exponential: () => -Math.log1p(-uniform()),
    split: (label) => randomFrom(hashSeed(state, String(label))),
  };
}

const LANE_PRIMES = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f];

/** Four words from four words and a text: one multiplicative hash a lane, lanes mixed with their neighbours. */
function hashSeed(key: State, text: string): State {
  const lanes = [key[0], key[1], key[2], key[3]];
  const absorb = (word: number): void => {
    for (let lane = 0; lane < 4; lane++) {
      const mixed = Math.imul(lanes[lane] ^ word ^ lane, LANE_PRIMES[lane]);
      lanes[lane] = ((mixed << 13) | (mixed >>> 19)) ^ lanes[(lane + 1) % 4];
    }
  };
  for (let i = 0; i < text.length; i++) absorb(text.charCodeAt(i));
  absorb(text.length);
  for (let round = 0; round < 4; round++) absorb(0x5bf03635);
  const [a, b, c, d] = lanes.map(avalanche);
  return (a | b | c | d) === 0 ? [1, 0, 0, 0] : [a, b, c, d];
}

/** Lets every input bit reach every output bit: the 32-bit finaliser of MurmurHash3 (Appleby, public domain). */
function avalanche(word: number): number {
  let x = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
