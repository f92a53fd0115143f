import { MaskbenchError } from './errors.js';

/** A file that a user writes. */
export type FileKind = 'run' | 'model' | 'dataset' | 'gate';

/** What each is called, keys that tell it from the others, and what takes one. */
const KINDS: Readonly<
  Record<FileKind, { readonly is: string; readonly keys: readonly string[]; readonly isFor: string }>
> = {
  run: {
    is: 'the config of a run',
    keys: ['models', 'datasets', 'device', 'scoring', 'time', 'scenarios'],
    isFor: '"maskbench run"',
  },
  model: {
    is: 'a model\u2019s file',
    keys: ['extends', 'files', 'input', 'output', 'feeding', 'trainedOn'],
    isFor: '--models, or the models of a config',
  },
  dataset: {
    is: 'a dataset\u2019s file',
    keys: ['extends', 'layout', 'root', 'images', 'truths', 'splits', 'contains'],
    isFor: '--datasets, or the datasets of a config',
  },
  gate: {
    is: 'a gate\u2019s file',
    keys: ['version', 'floors', 'losses', 'catastrophes', 'never', 'latency', 'minimumImages'],
    isFor: '"maskbench check --gate"',
  },
};

/**
 * What to say of a file that has more of another kind's keys than of its own.
 *
 * @returns `config.invalid`, or undefined for a file that may well be of the kind.
 */
export function otherKind(value: unknown, kind: FileKind, where: string): MaskbenchError | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('maskbenchVersion' in value) {
    const message = `this is a file that Maskbench wrote, as the manifest of a run, and not ${KINDS[kind].is}`;
    return new MaskbenchError('config.invalid', message, {
      where,
      remedy: 'a run is named by its folder; "maskbench resume" and "maskbench report" take it',
    });
  }
  const found = (of: FileKind): number => KINDS[of].keys.filter((key) => key in value).length;
  const others = (Object.keys(KINDS) as FileKind[]).filter((other) => found(other) > found(kind));
  const [other] = others.sort((a, b) => found(b) - found(a));
  if (other === undefined) return undefined;
  return new MaskbenchError('config.invalid', `this is ${KINDS[other].is}, and not ${KINDS[kind].is}`, {
    where,
    remedy: `it is for ${KINDS[other].isFor}`,
  });
}
