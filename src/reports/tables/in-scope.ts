import type { Summary } from '../../schema/summary.js';
import { scopeOf, TIME_SCOPES, type TimeScope } from '../../schema/timing-summary.js';

/** What reports call the times of each scope. */
export const SCOPE_WORDS: Readonly<
  Record<TimeScope, { readonly title: string; readonly time: string; readonly covers: string }>
> = {
  predict: {
    title: '',
    time: 'of one prediction, files decoded beforehand',
    covers: '(preprocess + inference + postprocess), files decoded beforehand',
  },
  'file-to-file': {
    title: ', file to file',
    time: 'from a picture\u2019s file to a matte\u2019s file',
    covers: 'from a picture\u2019s file to a matte\u2019s file, of a program as it was waited for',
  },
  service: {
    title: ', service',
    time: 'of one call over the network',
    covers: 'of calls over the network',
  },
};

/** The scopes of a run's times, the narrowest first. */
export function scopesIn(runs: readonly Summary[]): readonly TimeScope[] {
  return TIME_SCOPES.filter((scope) =>
    runs.some(({ timing }) => timing.some((row) => scopeOf(row) === scope)),
  );
}

/** A run with only its times of one scope: whatever is made of it compares nothing across scopes. */
export function inScope(summary: Summary, scope: TimeScope): Summary {
  if (scopesIn([summary]).join() === scope) return summary;
  return {
    ...summary,
    timing: summary.timing.filter((row) => scopeOf(row) === scope),
    models: summary.models.map(({ timing, ...model }) => {
      const all = timing === null ? [] : [timing, ...(timing.wider ?? [])];
      return { ...model, timing: all.find((one) => scopeOf(one) === scope) ?? null };
    }),
    ...(scope === 'predict' ? {} : { slowness: [], scenarios: [] }),
  };
}

/** The scope in which most models of the runs have times, the wider one of two; what one table or plot compares all models in. */
export function comparedScope(runs: readonly Summary[]): TimeScope {
  const models = (scope: TimeScope): number =>
    new Set(runs.flatMap(({ timing }) => timing.flatMap((row) => (scopeOf(row) === scope ? row.model : []))))
      .size;
  return TIME_SCOPES.reduce<TimeScope>(
    (best, scope) => (models(scope) > 0 && models(scope) >= models(best) ? scope : best),
    'predict',
  );
}
