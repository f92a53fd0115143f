import { listed } from '../../../core/text.js';
import { awayInWords, whereComputed, type PlacementSummary } from '../../../schema/placement.js';
import type { TimedRun } from '../artifacts.js';
import { check, fail, notKnown, ofEachModel, pass } from '../check.js';
import { boundsFor } from './drift-bounds.js';

export const device = check('device', 'the device computes a tiny network', 'trial', () =>
  pass('loaded, computed once, and its nodes were seen to run there'),
);

export const placement = check(
  'placement',
  'what computes is on the device (provider and nodes)',
  'placements',
  (found) =>
    ofEachModel(found, (proof) => {
      const where = whereComputed(proof);
      if (where === 'asked') return pass(placedInWords(proof));
      const away = awayInWords(proof);
      if (where === 'untold') return notKnown(`${placedInWords(proof)}; it is not told which are elsewhere`);
      return fail(away.length === 0 ? placedInWords(proof) : away.join(', '));
    }),
);

/** `119 Conv on CUDAExecutionProvider (611 nodes), 39 others on CPUExecutionProvider`. */
function placedInWords({ provider, nodes, computing = {} }: PlacementSummary): string {
  const own = Object.entries(computing[provider] ?? {}).map(([operator, n]) => `${n} ${operator}`);
  const others = Object.entries(nodes).filter(([name, n]) => name !== provider && n > 0);
  const all = `${nodes[provider] ?? 0} nodes on ${provider}`;
  return [
    own.length === 0 ? all : `${all}, ${listed(own)} of them`,
    ...others.map(([name, n]) => `${n} on ${name}`),
  ].join('; ');
}

export const mattes = check('mattes', 'mattes are those of the CPU', 'drift', (found, { device: asked }) =>
  ofEachModel(found, (one) => {
    if (one.failed > 0) return fail(`${one.failed} of ${one.failed + one.images} images have no matte`);
    const level = one.meanLevel.toFixed(3);
    const said = `${one.identical} of ${one.images} equal; ${level} levels off on average, ${one.maxLevel} at most; IoU ${one.minIou.toFixed(4)} or more`;
    const bounds = boundsFor(one.precision, asked.provider);
    if (bounds === undefined) return notKnown(`${said}; there is no bound for ${one.precision} weights`);
    const allowed = `allowed for ${bounds.precision}: ${bounds.meanLevel} on average, IoU ${bounds.iou}`;
    return one.meanLevel <= bounds.meanLevel && one.minIou >= bounds.iou
      ? pass(`${said} (${allowed})`)
      : fail(`${said} (${allowed})`);
  }),
);

/** How a run came out, model by model: the cells of one that failed are the reason why nothing else is said of it. */
export const run = check(
  'run',
  'a run ends with every cell done',
  'timed',
  ({ summary, untimed }: TimedRun) => {
    const { planned, scored, failed } = summary.cells;
    const said = `${scored} of ${planned} cells scored`;
    const reasons = [
      ...summary.failures.map(({ model, failure: { message } }) => `${model}: ${message}`),
      ...untimed.map(({ model, failure: { message } }) => `${model} could not be timed: ${message}`),
    ];
    const [first] = reasons;
    return failed === 0 && first === undefined
      ? pass(said)
      : fail(`${said}; ${first ?? 'see its summary'}`, [...new Set(reasons)].slice(1, 6));
  },
);
