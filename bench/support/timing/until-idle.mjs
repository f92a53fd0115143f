import { observeIdle } from '../../../dist/runners/onnx/seal/conditions.js';
import { THIS_MACHINE } from '../../../dist/runners/onnx/seal/machine-files.js';
import { NEVER } from './models.mjs';

const ALLOWED = 0.02;
const PATIENCE_MS = 30_000;

/** What `untilIdle` waits for, in words. */
export const IDLE = `others use at most ${100 * ALLOWED} % of all processors for half a second, ${PATIENCE_MS / 1000} s at most`;

/**
 * Waits until others leave the processors alone for half a second: what follows is then undisturbed at its beginning.
 *
 * @returns how long it waited, and what others used last, as a share of all processors
 */
export async function untilIdle() {
  const begin = performance.now();
  for (;;) {
    const { foreignCpu } = await observeIdle(THIS_MACHINE, 500, NEVER);
    const others = foreignCpu ?? 0;
    const waitedMs = performance.now() - begin;
    if (others <= ALLOWED || waitedMs > PATIENCE_MS) return { waitedMs, others, isIdle: others <= ALLOWED };
  }
}
