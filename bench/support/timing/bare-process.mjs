// A fresh process that loads a model and does nothing but session.run on one prepared picture, with the options that
// Maskbench uses: what the timing pass must not differ from. Told a number over IPC it answers with so many times.
import * as ort from 'onnxruntime-node';
import { decodeRgb } from '../../../dist/image/codec.js';
import { feedingOf } from '../../../dist/models/feedings/registry.js';

/** @import { LoadMessage, TimedImage } from '../../../dist/runners/onnx/child/messages.js' */

/** @type {{ load: LoadMessage & { spec: { output: { select: number | string } } }, image: TimedImage }} */
const { load, image } = JSON.parse(process.argv[2]);
const session = await ort.InferenceSession.create(load.paths.model, {
  executionProviders: ['cpu'],
  enableMemPattern: load.options.memoryPattern,
  graphOptimizationLevel: load.options.graphOptimization,
  intraOpNumThreads: load.threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  logSeverityLevel: 3,
});
const { tensor } = await feedingOf(load.spec).prepare(await decodeRgb(image.path), undefined);
const feeds = { [session.inputNames[0]]: new ort.Tensor(tensor.type, tensor.data, tensor.dims) };
const { select } = load.spec.output;
const fetches = [typeof select === 'number' ? session.outputNames[select] : select];
process.on('message', (/** @type {number} */ runs) => void answer(runs));
process.on('disconnect', () => process.exit());
process.send?.('ready');

/** @param {number} runs */
async function answer(runs) {
  const times = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await session.run(feeds, fetches);
    times.push(performance.now() - start);
  }
  process.send?.(times);
}
