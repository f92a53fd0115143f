// A fresh process that loads a model and does nothing but session.run on one prepared picture, with the options that
// Maskbench uses: what the timing pass must not differ from. Prints the times of the recorded runs as JSON.
import * as ort from 'onnxruntime-node';
import { decodeRgb } from '../../../dist/image/codec.js';
import { feedingOf } from '../../../dist/models/feedings/registry.js';

const { load, image, warmUps, runs } = JSON.parse(process.argv[2]);
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
for (let i = 0; i < warmUps; i++) await session.run(feeds, fetches);
const times = [];
for (let i = 0; i < runs; i++) {
  const start = performance.now();
  await session.run(feeds, fetches);
  times.push(performance.now() - start);
}
console.log(JSON.stringify(times));
