import { percent } from '../../../core/text.js';
import { notKnownIn, SEAL_PARTS, type SealPartName } from '../../../schema/seal.js';
import { TIMED_PHASES, type TimedPhase } from '../../../schema/timing-summary.js';
import { check, fail, type Finding, notKnown, ofEachModel, pass, worst } from '../check.js';
import { stateOf } from './card.js';

/** What a quick look leaves out on purpose. */
const NOT_QUICK: readonly SealPartName[] = ['warmed', 'steady', 'samples'];

export const seal = check('seal', 'every part of the seal holds', 'timed', ({ summary }, { effort }) => {
  const quick = effort.time.profile === 'quick';
  const parts = summary.models.flatMap(({ name: model, timing }) =>
    (timing?.pass?.parts ?? []).map((part) => ({ model, ...part })),
  );
  if (parts.length === 0) return notKnown('nothing was timed');
  const bad = parts.filter((part) => !part.pass && !(quick && NOT_QUICK.includes(part.name)));
  const state = worst([...bad.map(stateOf), quick ? 'not known' : 'pass']);
  const said = bad.map(({ model, name, found }) => `${model}, ${name}: ${found}`);
  const unknown = notKnownIn(parts.filter((part) => part.pass));
  const held = SEAL_PARTS.filter((part) => parts.every(({ name, pass: holds }) => name !== part || holds));
  const quiet = [
    `these hold: ${held.join(', ')}`,
    ...(unknown.length === 0 ? [] : [`not known, and not demanded: ${unknown.join(', ')}`]),
    ...(quick ? ['a quick look seals nothing'] : []),
  ].join('; ');
  return { state, found: said[0] ?? quiet, details: said.length === 0 ? [] : [...said.slice(1), quiet] };
});

export const times = check(
  'times',
  'the times of the models are sealed',
  'timed',
  ({ summary, untimed }, { effort }) => {
    const all = summary.models.map(({ name: model }) => {
      const row = summary.timing.find((one) => one.model === model && one.dataset === null);
      const failure = untimed.find((one) => one.model === model)?.failure;
      return row === undefined
        ? {
            model,
            kind: 'failed' as const,
            failure: failure ?? { code: 'internal' as const, message: 'it was not timed' },
          }
        : { model, kind: 'found' as const, value: row };
    });
    return ofEachModel(all, (row, model) => {
      const { p50 } = row.phases.predict;
      const said = `${ms(p50)} a prediction, ${ms(row.phases.inference.p50)} of it inference (medians of ${row.n})`;
      if (row.seal?.kind === 'sealed') return pass(`${said}, sealed`);
      const failed = row.seal?.failed ?? SEAL_PARTS;
      if (effort.time.profile === 'quick') return notKnown(`${said}; a quick look seals nothing`);
      const parts = summary.models.find(({ name }) => name === model)?.timing?.pass?.parts ?? [];
      const state = worst(parts.filter(({ pass: holds }) => !holds).map(stateOf));
      return { state: state === 'pass' ? 'fail' : state, found: `${said}; not sealed: ${failed.join(', ')}` };
    });
  },
);

/** An interval that is wider says nothing: whatever is compared is not told apart by it. */
const TELLING = 0.1;

export const sameTwice = check(
  'same-twice',
  'a model is not told from itself (A/A)',
  'sameTwice',
  (found): Finding => {
    if (found.kind === 'too-slow')
      return notKnown(
        `${found.model} alone would take ${found.seconds} s of the ${found.left} s that are left for it; name a smaller model with --models`,
      );
    const { model, round } = found;
    const phase = (name: TimedPhase) => round.phases.find((one) => one.phase === name);
    const predict = phase('predict');
    const lines = TIMED_PHASES.flatMap((name) => {
      const one = phase(name);
      return one === undefined ? [] : `${name}: ${ratioInWords(one)}`;
    });
    if (predict?.lower == null || predict.upper === null)
      return notKnown(`${model}: too fast for a ratio of times`, lines);
    const said = `${model}: ${ratioInWords(predict)}, ${round.processes.join(' and ')} processes`;
    const { lower, upper } = predict;
    if (lower > 1 || upper < 1) return fail(`${said}: told apart`, lines);
    const isTelling = lower >= 1 - TELLING && upper <= 1 + TELLING;
    return isTelling ? pass(said, lines) : notKnown(`${said}: too wide to tell anything apart`, lines);
  },
);

/** `ratio 1.002, 0.981 to 1.023 (99 %)`. */
function ratioInWords({
  ratio,
  lower,
  upper,
  level,
}: {
  readonly ratio: number;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly level: number;
}): string {
  const ends =
    lower === null || upper === null
      ? 'no interval'
      : `${lower.toFixed(3)} to ${upper.toFixed(3)} (${percent(level)})`;
  return `ratio ${ratio.toFixed(3)}, ${ends}`;
}

const ms = (value: number): string => `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ms`;
