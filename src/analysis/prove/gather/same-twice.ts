import { MaskbenchError } from '../../../core/errors.js';
import { createProcessTimer } from '../../gate/remeasure/time-process.js';
import { remeasure } from '../../gate/remeasure/remeasure.js';
import type { Measure } from '../../gate/remeasure/measure.js';
import { gatherer } from '../artifacts.js';
import { timedModels } from './timed-models.js';

/** That one of a hundred proofs tells a model from itself: of either end. */
const LEVEL = 0.995;

/** Times a model against itself, as a check does with two: fresh processes in turn. The largest one that there is time for. */
export const sameTwice = gatherer(
  'sameTwice',
  'a model timed against itself',
  ['timed'],
  async (request, { timed: { summary } }) => {
    const { device, effort, began, signal } = request;
    const { measure, sameTwiceMs, wholeMs } = effort;
    const leftMs = Math.max(0, Math.min(sameTwiceMs, wholeMs - (performance.now() - began)));
    const timed = summary.timing.filter(({ dataset }) => dataset === null);
    const slowestFirst = timed.toSorted((a, b) => b.phases.predict.p50 - a.phases.predict.p50);
    const msOf = ({ phases, model }: (typeof timed)[number]): number => {
      const loadMs = summary.models.find(({ name }) => name === model)?.timing?.loadMs ?? 0;
      return 2 * measure.processes * processMs(measure, phases.predict.p50, loadMs);
    };
    const row = slowestFirst.find((one) => msOf(one) <= leftMs);
    const [quickest] = slowestFirst.slice(-1);
    if (quickest === undefined) throw new MaskbenchError('runner.crashed', 'no model has times');
    if (row === undefined) {
      const [seconds, left] = [msOf(quickest), leftMs].map((ms) => Math.round(ms / 1000));
      return { kind: 'too-slow', model: quickest.model, seconds, left };
    }
    const model = (await timedModels(request)).find(({ name }) => name === row.model);
    if (model === undefined) throw new MaskbenchError('internal', `${row.model} is gone`);
    const timer = await createProcessTimer({
      models: { baseline: model, candidate: model },
      device,
      measure,
      imageOf: (key) => key,
      imagesThere: model.images.length,
      signal,
    });
    try {
      const { round } = await remeasure({ timer, processes: measure.processes, level: LEVEL });
      return { kind: 'measured', model: row.model, round };
    } finally {
      timer.stop();
    }
  },
);

/** What is waited for around a process: its start, and two looks at a card at rest. */
const AROUND_MS = 2500;
/** A fast model warms up and is recorded for so long each. */
const LEAST_MS = 3000;
const SLOW_MS = 1000;
const SLOW_INFERENCES = 5;

/** About how long one process takes. */
function processMs({ warmup, images, rounds }: Measure, predictMs: number, loadMs: number): number {
  const least = warmup < 20 ? 0 : LEAST_MS;
  const warm = predictMs > SLOW_MS ? SLOW_INFERENCES : warmup;
  const [warmMs, recordedMs] = [warm, images * rounds].map((n) => Math.max(least, n * predictMs));
  return AROUND_MS + loadMs + warmMs + recordedMs;
}
