import type { GpuProof } from '../../schema/gpu-proof.js';

/** `12 pass, 1 fails, 5 are not known: energy, two-cards, ...`. */
export function countsInWords({ counts, checks }: GpuProof): string {
  const named = (state: string): string =>
    checks
      .filter((check) => check.state === state)
      .map(({ name }) => name)
      .join(', ');
  return [
    `${counts.pass} pass`,
    counts.fail === 0 ? 'none fails' : `${counts.fail} fail (${named('fail')})`,
    ...(counts.notKnown === 0 ? [] : [`${counts.notKnown} not known (${named('not known')})`]),
  ].join('; ');
}
