// A process that does nothing but session.run, with the session options that Maskbench uses. See predict.mjs.
import * as ort from 'onnxruntime-node';

process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  if (message.kind === 'load') void load(message);
  if (message.kind === 'run') void run(message.count);
});

let session;
let feeds;

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
  process.send({ kind: 'ready' });
}

async function run(count) {
  for (let i = 0; i < count; i++) await session.run(feeds, [session.outputNames[0]]);
  process.send({ kind: 'done' });
}
