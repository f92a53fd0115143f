import { percent } from '../../../core/text.js';
import type { SealPart } from '../../../schema/seal.js';
import type { Conditions } from './conditions.js';
import type { SealEvidence } from './evidence.js';
import { partOf } from './part.js';

/** Each of these is argued, with what was measured, in docs/timing.md. */
export const IDLE_LIMITS = {
  /** Of all processors' time; and no more processors than others may use. */
  steal: 0.01,
  own: 0.9,
  waited: 0.1,
  switchesPerSecond: 200,
  pressure: 0.5,
};

/**
 * Processors' worth of time that other processes may use on a machine of so many: system services take a little of each, and
 * half a processor is more than any of them.
 */
export function foreignCoresAllowed(cores: number): number {
  return Math.min(0.5, 0.05 + 0.005 * cores);
}

/**
 * What our own threads went through: our processor time over wall time, the share of their time in which they were ready and had no
 * processor, how often they had to make way, and the share of time in which some task waited. Null where the system does not tell.
 */
export function ownThreads(
  { durationMs, waitedMs, pressure }: Pick<Conditions, 'durationMs' | 'waitedMs' | 'pressure'>,
  { cpuMs, involuntarySwitches }: SealEvidence['process'],
): {
  readonly own: number;
  readonly waited: number | null;
  readonly switchesPerSecond: number;
  readonly pressure: number | null;
} {
  return {
    own: cpuMs / durationMs,
    waited: waitedMs === null ? null : waitedMs / (cpuMs + waitedMs),
    switchesPerSecond: involuntarySwitches / (durationMs / 1000),
    pressure,
  };
}

/** Whether we had the processors to ourselves: what others used, and what our own threads went through. */
export function idlePart({ proof, before, during, process, demandsKnown }: SealEvidence): SealPart {
  const { cores } = during;
  const moments = [
    ...(before === null ? [] : [{ when: 'before', ...before }]),
    { when: 'during', ...during },
  ];
  const { own, waited, switchesPerSecond, pressure } = ownThreads(during, process);
  const troubles = [
    ...moments.filter((moment) => isBusy(moment)).map((moment) => othersIn(moment)),
    // On a processor alone some thread of ours computes at any time; beside a card it may wait for that.
    ...(proof === 'only-provider' && own < IDLE_LIMITS.own
      ? [
          `our process had a processor in ${percent(own)} of the time, at least ${percent(IDLE_LIMITS.own)} needed`,
        ]
      : []),
    ...(waited !== null && waited > IDLE_LIMITS.waited
      ? [
          `our threads waited for a processor in ${percent(waited)} of their time, allowed ${percent(IDLE_LIMITS.waited)}`,
        ]
      : []),
    ...(switchesPerSecond > IDLE_LIMITS.switchesPerSecond
      ? [
          `our threads had to make way ${switchesPerSecond.toFixed(0)} times a second, allowed ${IDLE_LIMITS.switchesPerSecond}`,
        ]
      : []),
    ...(pressure !== null && pressure > IDLE_LIMITS.pressure
      ? [
          `tasks waited for a processor in ${percent(pressure)} of the time, allowed ${percent(IDLE_LIMITS.pressure)}`,
        ]
      : []),
  ];
  const asked: readonly [what: string, isKnown: boolean][] = [
    ['what others use', moments.every(({ foreignCpu }) => foreignCpu !== null)],
    ['waiting of our threads', waited !== null],
    ['pressure', pressure !== null],
  ];
  const allowed = `allowed ${foreignCoresAllowed(cores).toFixed(2)} of ${cores}`;
  const quiet = moments.map((moment) => othersIn(moment)).join('; ');
  return partOf('idle', {
    troubles: troubles.length === 0 ? [] : [`${troubles.join('; ')}; ${allowed}`],
    quiet: `${quiet}; ${allowed}`,
    notKnown: asked.flatMap(([what, isKnown]) => (isKnown ? [] : what)),
    // a machine that does not tell is not taken to be idle
    demanded: moments.some(({ foreignCpu }) => foreignCpu === null) || (demandsKnown && waited === null),
  });
}

type Moment = Pick<Conditions, 'foreignCpu' | 'steal' | 'cores'> & { readonly when: string };

function isBusy({ foreignCpu, steal, cores }: Moment): boolean {
  const allowed = foreignCoresAllowed(cores);
  const stolen = steal ?? 0;
  return (foreignCpu ?? 0) * cores > allowed || stolen > IDLE_LIMITS.steal || stolen * cores > allowed;
}

function othersIn({ when, foreignCpu, steal, cores }: Moment): string {
  const foreign = foreignCpu === null ? 'an unknown number' : (foreignCpu * cores).toFixed(2);
  const stolen =
    steal === null || steal === 0
      ? ''
      : `, the hypervisor took ${(steal * cores).toFixed(2)} (${percent(steal)})`;
  return `${when}: others used ${foreign} processors${stolen}`;
}
