import { percent } from '../../../core/text.js';
import type { SealPart } from '../../../schema/seal.js';
import type { Conditions } from './conditions.js';
import type { SealEvidence } from './evidence.js';
import { partOf } from './part.js';

/** Of all processors' time; and no more processors than others may use. */
const STEAL_ALLOWED = 0.01;
/** Each of these is argued, with what was measured, in docs/timing.md. */
const OWN_LEAST = 0.9;
const WAITED_ALLOWED = 0.1;
const SWITCHES_PER_SECOND_ALLOWED = 200;
const PRESSURE_ALLOWED = 0.5;

/**
 * Processors' worth of time that other processes may use on a machine of so many: system services take a little of each, and
 * half a processor is more than any of them.
 */
export function foreignCoresAllowed(cores: number): number {
  return Math.min(0.5, 0.05 + 0.005 * cores);
}

/** Whether we had the processors to ourselves: what others used, and what our own threads went through. */
export function idlePart({ proof, before, during, process, demandsKnown }: SealEvidence): SealPart {
  const { cores, durationMs, pressure, waitedMs } = during;
  const moments = [
    ...(before === null ? [] : [{ when: 'before', ...before }]),
    { when: 'during', ...during },
  ];
  const own = process.cpuMs / durationMs;
  const switches = process.involuntarySwitches / (durationMs / 1000);
  const waited = waitedMs === null ? null : waitedMs / (process.cpuMs + waitedMs);
  const troubles = [
    ...moments.filter((moment) => isBusy(moment)).map((moment) => othersIn(moment)),
    // On a processor alone some thread of ours computes at any time; beside a card it may wait for that.
    ...(proof === 'only-provider' && own < OWN_LEAST
      ? [`our process had a processor in ${percent(own)} of the time, at least ${percent(OWN_LEAST)} needed`]
      : []),
    ...(waited !== null && waited > WAITED_ALLOWED
      ? [
          `our threads waited for a processor in ${percent(waited)} of their time, allowed ${percent(WAITED_ALLOWED)}`,
        ]
      : []),
    ...(switches > SWITCHES_PER_SECOND_ALLOWED
      ? [
          `our threads had to make way ${switches.toFixed(0)} times a second, allowed ${SWITCHES_PER_SECOND_ALLOWED}`,
        ]
      : []),
    ...(pressure !== null && pressure > PRESSURE_ALLOWED
      ? [
          `tasks waited for a processor in ${percent(pressure)} of the time, allowed ${percent(PRESSURE_ALLOWED)}`,
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
  return (foreignCpu ?? 0) * cores > allowed || stolen > STEAL_ALLOWED || stolen * cores > allowed;
}

function othersIn({ when, foreignCpu, steal, cores }: Moment): string {
  const foreign = foreignCpu === null ? 'an unknown number' : (foreignCpu * cores).toFixed(2);
  const stolen =
    steal === null || steal === 0
      ? ''
      : `, the hypervisor took ${(steal * cores).toFixed(2)} (${percent(steal)})`;
  return `${when}: others used ${foreign} processors${stolen}`;
}
