import { fileURLToPath } from 'node:url';
import { onnxRunner } from '../../src/runners/onnx/runner.js';
import { openOnnxSession } from '../../src/runners/onnx/session.js';
import { RUNNERS } from '../../src/runners/registry.js';
import type { Runner } from '../../src/runners/runner.js';

const CARD = fileURLToPath(new URL('../../bench/support/simulated-card.mjs', import.meta.url));
const VARIABLE = 'MASKBENCH_SIMULATED_CARD';

/** How long a card takes for a picture, and which one is lost at what time (of `Date.now()`), if any. */
interface Simulated {
  readonly ms: number;
  readonly lost?: { readonly index: number; readonly at: number };
}

/**
 * Runs ONNX networks of this process on simulated cards: they answer after a while without computing, with the first channel
 * of what they are fed. All else is as in a run.
 *
 * @returns what sets the cards, and what makes networks compute again
 */
export function simulateCards(): { set(card: Simulated): void; restore(): void } {
  const { tryOut: _asksTheCard, ...runner } = onnxRunner;
  const simulated = {
    ...runner,
    readyDevice: async () => undefined,
    open: (...[model, request]: Parameters<typeof openOnnxSession>) => openOnnxSession(model, request, CARD),
  };
  const runners = RUNNERS as Runner[];
  runners.unshift(simulated as unknown as Runner);
  return {
    set: (card) => void (process.env[VARIABLE] = JSON.stringify(card)),
    restore() {
      runners.shift();
      delete process.env[VARIABLE];
    },
  };
}
