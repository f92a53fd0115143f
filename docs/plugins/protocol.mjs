// Score by it: plugins: [./protocol.mjs] and scoring: { protocols: [strict.levels] }
import { countBits, defineProtocol, intersection, packAtLeast, union } from 'maskbench/plugin';
const LEVELS = [64, 128, 192];
const idOf = (level) => `strict.levels.iou${level}`;

const levels = defineProtocol({
  id: 'strict.levels',
  title: 'IoU at three thresholds',
  version: 1,
  conventions: [],
  signature: () => [`levels:${LEVELS.join('-')}`],
  metrics: LEVELS.map((level) => ({
    meta: {
      id: idOf(level),
      name: `IoU at ${level}`,
      protocol: 'strict.levels',
      range: [0, 1],
      better: 'higher',
      formula: '|P & G| / |P | G|, both at >= the threshold',
      source: 'an example',
      emptyMasks: 'both empty: undefined',
      cost: 'pixels',
    },
    compute({ prediction, truth }) {
      const [p, g] = [packAtLeast(prediction, level), packAtLeast(truth.image, level)];
      const all = countBits(union(p, g));
      return all === 0 ? { undefined: 'both masks are empty' } : countBits(intersection(p, g)) / all;
    },
  })),
  headline: idOf(128),
  main: [idOf(128)],
  table: {
    title: 'IoU at three thresholds',
    caption: 'Both masks at the same threshold.',
    columns: LEVELS.map((level) => ({ metric: idOf(level), label: `>= ${level}`, digits: 3 })),
  },
});

export default { name: 'strict', protocols: [levels] };
