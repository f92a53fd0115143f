// A process of the accuracy pass whose card is simulated: it answers after so many milliseconds without computing, with the
// first channel of what it was fed. Everything else is as in a run: see feed.mjs, and simulated-runner.mjs for who starts it.
import { MaskbenchError } from '../../dist/index.js';
import { servePredictions } from '../../dist/runners/onnx/child/serve-predictions.js';

/**
 * @import { Simulated } from './simulated-runner.mjs'
 */

/** @type {Simulated} */
const { ms, lost } = JSON.parse(process.env.MASKBENCH_SIMULATED_CARD ?? '{"ms":0}');
const clock = new Int32Array(new SharedArrayBuffer(4));

servePredictions(async ({ device }) => {
  const isGone = () => lost !== undefined && lost.index === device.index && Date.now() >= lost.at;
  if (isGone()) throw new MaskbenchError('device.unavailable', `simulated card ${device.index} is lost`);
  return {
    async infer({ tensor: { dims, data } }) {
      Atomics.wait(clock, 0, 0, ms);
      if (isGone()) process.kill(process.pid, 'SIGKILL');
      const [, , height, width] = dims;
      return {
        output: { type: 'float32', dims: [1, 1, height, width], data: data.slice(0, height * width) },
      };
    },
  };
});
