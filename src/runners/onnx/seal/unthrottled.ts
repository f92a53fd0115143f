import type { SealPart } from '../../../schema/seal.js';
import { cardClocks } from './card.js';
import type { SealEvidence } from './evidence.js';
import { slowPolicies } from './frequency.js';
import { partOf } from './part.js';

/** A limit or a clock that costs less than this share of the time is not felt. */
const LIMITED_SHARE = 0.005;
/** In half of the turns the fastest processor may run so much slower than at its best. */
const SLOWER_CLOCK = 0.1;

/** Whether nothing slowed the processors, held our processes back or slowed the card: heat, limits, clocks. */
export function unthrottledPart({ during, card, demandsKnown }: SealEvidence): SealPart {
  const { thermalEvents, limits, limitsKnown, durationMs, frequencyMhz, policies, waitedMs } = during;
  const gpu = cardClocks(card);
  const troubles = [
    ...(thermalEvents !== null && thermalEvents > 0
      ? [`processors slowed for heat ${thermalEvents} times`]
      : []),
    ...limits
      .filter(({ heldMs }) => (heldMs ?? 0) > LIMITED_SHARE * durationMs)
      .map(
        ({ group, cores, heldMs }) =>
          `held back ${(heldMs ?? 0).toFixed(0)} ms by the limit of ${group}${cores === null ? '' : ` (${cores} processors)`}`,
      ),
    ...(frequencyMhz !== null && frequencyMhz.median < (1 - SLOWER_CLOCK) * frequencyMhz.highest
      ? [
          `the fastest processor ran at ${frequencyMhz.median.toFixed(0)} MHz or less in half of the turns, at ${frequencyMhz.highest.toFixed(0)} MHz at its best`,
        ]
      : []),
    ...slowPolicies(policies).map((policy) => `${policy} keeps processors at their lowest clock`),
    ...gpu.troubles,
  ];
  const asked: readonly [what: string, isKnown: boolean][] = [
    ['processor heat', thermalEvents !== null],
    ['processor clock', frequencyMhz !== null || policies.length > 0],
    ['processor limits', limitsKnown !== 'untold' && limits.every(({ heldMs }) => heldMs !== null)],
    ['limits above this container', limitsKnown !== 'hidden'],
  ];
  const told = [
    ...asked.flatMap(([what, isKnown]) => (isKnown ? what : [])),
    ...(card?.kind === 'read' && gpu.notKnown.length === 0 ? ['GPU clocks'] : []),
  ];
  const notKnown = [...asked.flatMap(([what, isKnown]) => (isKnown ? [] : what)), ...gpu.notKnown];
  return partOf('unthrottled', {
    troubles,
    quiet: `none (${told.join(', ')})`,
    notKnown,
    // whatever limit we cannot see makes threads wait that are ready
    demanded:
      demandsKnown &&
      (limitsKnown === 'untold' || waitedMs === null || (gpu.notKnown.length > 0 && gpu.couldKnow)),
  });
}
