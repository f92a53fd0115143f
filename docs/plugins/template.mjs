// Copy this, give it a name, and leave out what you do not need. Each key is a list; there is an example of each beside this file.
import { defineMetric, definePlugin } from 'maskbench/plugin';

const mine = defineMetric({
  meta: {
    id: 'acme.mine',
    name: 'My metric',
    range: [0, 1],
    better: 'higher',
    formula: 'what it is, in symbols',
    source: 'who says so',
    emptyMasks: 'what it is where a mask is empty',
  },
  /** Pixels are 0 to 255, `width * height` of them; `conventions.threshold` is the run's. */
  compute({ prediction, truth, conventions }) {
    const isIn = (value) => value >= conventions.threshold;
    const equal = prediction.data.filter((value, i) => isIn(value) === isIn(truth.image.data[i])).length;
    return (equal - (truth.ignored?.count ?? 0)) / truth.pixels;
  },
});

export default definePlugin({
  name: 'acme',
  metrics: [mine],
  protocols: [],
  layouts: [],
  runners: [],
  formats: [],
  gateRules: [],
  sources: [],
  commands: [],
});
