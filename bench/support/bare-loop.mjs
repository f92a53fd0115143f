// A process that does nothing but session.run, with the session options that Maskbench uses. See predict.mjs.
import * as ort from 'onnxruntime-node';

/**
 * @typedef {{ kind: 'load', path: string, threads: number, side: number }} LoadOrder
 * @typedef {LoadOrder | { kind: 'run', count: number }} Order
 */

process.on('disconnect', () => process.exit(0));
process.on('message', (/** @type {Order} */ message) => {
  if (message.kind === 'load') void load(message);
  else void run(message.count);
});

/** @type {ort.InferenceSession} */
let session;
/** @type {ort.InferenceSession.OnnxValueMapType} */
let feeds;

/** @param {LoadOrder} order */
async function load({ path, threads, side }) {
  session = await ort.InferenceSession.create(path, {
    executionProviders: ['cpu'],
    enableMemPattern: false,
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  });
  const values = Float32Array.from({ length: 3 * side * side }, () => Math.random() - 0.5);
  feeds = { [session.inputNames[0]]: new ort.Tensor('float32', values, [1, 3, side, side]) };
  process.send?.({ kind: 'ready' });
}

/** @param {number} count */
async function run(count) {
  for (let i = 0; i < count; i++) await session.run(feeds, [session.outputNames[0]]);
  process.send?.({ kind: 'done' });
}
