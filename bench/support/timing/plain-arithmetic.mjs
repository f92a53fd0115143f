import { spreadOf, windowsOf } from '../../../dist/runners/onnx/timing/windows.js';

const VALUES = Float64Array.from({ length: 1 << 15 }, (_, i) => i);
const STRETCH_MS = 4000;
/** Additions of about a millisecond each make one value, so many values one pass, as pictures do. */
const ROUNDS = 30;
const PER_PASS = 64;
let sink = 0;

/**
 * How far three windows of plain arithmetic lie apart, judged as the seal judges a model, over a stretch as long as a
 * timing pass of the tiny baseline. It allocates nothing, touches a quarter of a megabyte and waits for nobody: what makes
 * it uneven is the machine.
 */
export function spreadOfPlainArithmetic() {
  const passes = [];
  const end = performance.now() + STRETCH_MS;
  while (performance.now() < end) {
    const pass = [];
    for (let i = 0; i < PER_PASS; i++) {
      const begin = performance.now();
      for (let round = 0; round < ROUNDS; round++) {
        for (let j = 0; j < VALUES.length; j++) sink += VALUES[j] * 1.0001;
      }
      pass.push(performance.now() - begin);
    }
    passes.push(pass);
  }
  return spreadOf(windowsOf(passes, 3));
}
