import type { ProofCheck, ProofState } from '../../schema/gpu-proof.js';
import type { AllGathered, Artifacts, OfModel, Prepared } from './artifacts.js';

/** What a check makes of what was gathered: a state, its evidence in a sentence, and more of it, a line each. */
export interface Finding extends Pick<ProofCheck, 'state' | 'found'> {
  readonly details?: readonly string[];
}

/** What must hold of a device. It looks at nothing but what was gathered. */
export interface Check extends Pick<ProofCheck, 'name' | 'title'> {
  /** Without which it has nothing to say. */
  readonly from: keyof Artifacts;
  audit(gathered: AllGathered, request: Prepared): Finding;
}

/** @param audit is called with what was found; what could not be gathered fails, what was left out is not known */
export function check<K extends keyof Artifacts>(
  name: string,
  title: string,
  from: K,
  audit: (found: Artifacts[K], request: Prepared, gathered: AllGathered) => Finding,
): Check {
  return {
    name,
    title,
    from,
    audit(gathered, request) {
      const own = gathered[from];
      if (own.kind === 'failed') return { state: 'fail', found: own.failure.message };
      if (own.kind === 'left-out') return { state: 'not known', found: own.why };
      return audit(own.value as Artifacts[K], request, gathered);
    },
  };
}

export const pass = (found: string, details: readonly string[] = []): Finding => ({
  state: 'pass',
  found,
  details,
});
export const fail = (found: string, details: readonly string[] = []): Finding => ({
  state: 'fail',
  found,
  details,
});
export const notKnown = (found: string, details: readonly string[] = []): Finding => ({
  state: 'not known',
  found,
  details,
});

/** The worst of several states: one that fails, else one that is not known. */
export function worst(states: readonly ProofState[]): ProofState {
  return states.includes('fail') ? 'fail' : states.includes('not known') ? 'not known' : 'pass';
}

/** One finding of what was found of each model; a sentence of all that are in the worst state, and a line each. */
export function ofEachModel<T>(
  all: readonly OfModel<T>[],
  judge: (value: T, model: string) => Pick<Finding, 'state' | 'found'>,
): Finding {
  const findings = all.map((one) => ({
    model: one.model,
    ...(one.kind === 'found'
      ? judge(one.value, one.model)
      : { state: 'fail' as const, found: one.failure.message }),
  }));
  if (findings.length === 0) return notKnown('there is no model');
  const state = worst(findings.map((one) => one.state));
  const said = findings.map(({ model, found }) => `${model}: ${found}`);
  const shown = said.filter((_, i) => findings[i].state === state);
  const others = said.filter((_, i) => findings[i].state !== state);
  return { state, found: shown.join('; '), details: others };
}
