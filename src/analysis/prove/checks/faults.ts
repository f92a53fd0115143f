import type { SameMattes } from '../artifacts.js';
import { check, fail, notKnown, pass } from '../check.js';

/**
 * Beyond this, mattes that should be the same are not: a card may choose another algorithm in another process, which moves single
 * pixels by rounding; what goes wrong moves many. As the bounds of drift for half precision.
 */
const SAME = { meanLevel: 1 };

export const areSame = ({ compared, meanLevel }: SameMattes): boolean =>
  compared > 0 && meanLevel <= SAME.meanLevel;

export function mattesInWords({ compared, identical, maxLevel, meanLevel }: SameMattes): string {
  return identical === compared
    ? `all ${compared} mattes equal`
    : `${identical} of ${compared} mattes equal, the others ${meanLevel.toFixed(3)} levels off on average, ${maxLevel} at most`;
}

export const killed = check(
  'kill',
  'a run that is killed is resumed to the same mattes',
  'killed',
  (found) => {
    const { planned, doneBefore, kept, doneAfter, status, said, evidence, mattes } = found;
    const when = `killed after ${doneBefore} of ${planned} predictions`;
    if (status !== 0) return fail(`${when}, and the resumed run ended with ${status}: ${said}`);
    if (kept < doneBefore) return fail(`${when}, of which ${doneBefore - kept} were not kept`);
    if (doneAfter < planned) return fail(`${when}; after the resume ${doneAfter} were done`);
    if (evidence.kind !== 'sealed') return fail(`${when}; the resumed run is ${evidence.kind}`);
    if (!areSame(mattes)) return fail(`${when}; ${mattesInWords(mattes)}`);
    return doneBefore < planned
      ? pass(`${when}, resumed: ${mattesInWords(mattes)}; the run is sealed`)
      : notKnown(`the run was over before it could be killed (${planned} predictions)`);
  },
);

/** Those whose full memory is told by name, as the documentation says. */
const TOLD: readonly string[] = ['cpu', 'cuda', 'tensorrt'];

export const fullMemory = check(
  'full-memory',
  'full memory is the failure of one model, and the next one computes',
  'fullMemory',
  ({ failure, after }, { device }) => {
    if (failure === undefined)
      return fail('a network of 256 TiB was computed: this is not the device that was asked');
    const next = `${after.model} after it: ${mattesInWords(after.mattes)}`;
    if (!areSame(after.mattes)) return fail(`${failure.message}; ${next}`);
    if (failure.code === 'runner.out-of-memory') return pass(`told as ${failure.code}; ${next}`);
    const other = `refused for another reason (${failure.code}: ${failure.message.slice(0, 160)}); ${next}`;
    return TOLD.includes(device.provider) ? fail(other) : notKnown(other);
  },
);
