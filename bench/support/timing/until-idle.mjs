import { observeIdle } from '../../../dist/runners/onnx/seal/conditions.js';
import { THIS_MACHINE } from '../../../dist/runners/onnx/seal/machine-files.js';
import { NEVER } from './models.mjs';

const ALLOWED = 0.02;
const PATIENCE_MS = 30_000;

/** Waits until others leave the processors alone for half a second: what follows is then undisturbed at its beginning. */
export async function untilIdle() {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const { foreignCpu } = await observeIdle(THIS_MACHINE, 500, NEVER);
    if ((foreignCpu ?? 0) <= ALLOWED || performance.now() > end) return;
  }
}
