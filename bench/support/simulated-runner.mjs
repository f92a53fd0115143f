// A runner behind the same face as that of ONNX networks, whose cards are simulated.
import { join } from 'node:path';
import { onnxRunner } from '../../dist/runners/onnx/runner.js';
import { openOnnxSession } from '../../dist/runners/onnx/session.js';
import { RUNNERS } from '../../dist/runners/registry.js';

/**
 * How long a card takes for a picture, and which one is lost at what time (of `Date.now()`), if any.
 *
 * @typedef {{ ms: number, lost?: { index: number, at: number } }} Simulated
 */

const CARD = join(import.meta.dirname, 'simulated-card.mjs');

/** From now on ONNX networks of this process are run on simulated cards. */
export function simulateCards() {
  const { tryOut: _asksTheCard, ...runner } = onnxRunner;
  /** @type {unknown[]} */ (RUNNERS).unshift({
    ...runner,
    title: 'an ONNX network on a simulated card',
    readyDevice: async () => undefined,
    open: (/** @type {Parameters<typeof openOnnxSession>} */ ...[model, request]) =>
      openOnnxSession(model, request, CARD),
  });
}

/** @param {Simulated} card */
export function setCards(card) {
  process.env.MASKBENCH_SIMULATED_CARD = JSON.stringify(card);
}
