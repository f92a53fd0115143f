import { recordedRunner } from '../../runners/runner-of.js';
import type { StoredTimes } from '../../store/stored-times.js';
import type { PairedImages } from './paired-images.js';
import type { SideModel } from './side.js';

type Times = ReadonlyMap<string, StoredTimes>;

/**
 * That a service is not what it was, by what its answers say and by the mattes of the same pictures, each in a sentence. Every picture
 * that both runs have is a probe.
 */
export function serviceChanges(
  pairs: readonly PairedImages[],
  before: Times,
  after: Times,
): readonly string[] {
  return pairs.flatMap(({ baseline, candidate, datasets }) => {
    // Asked in another way it may well answer in another.
    if (!isService(baseline) || !isService(candidate) || baseline.sha256 !== candidate.sha256) return [];
    const names = baseline.name === candidate.name ? baseline.name : `${baseline.name} and ${candidate.name}`;
    const [own, other] = [toldOf(before.get(baseline.name)), toldOf(after.get(candidate.name))];
    const headers = [...new Set([...Object.keys(own), ...Object.keys(other)])].filter(
      // A tag of each answer differs from picture to picture.
      (name) => name !== 'etag' || [own, other].every((told) => told[name]?.length === 1),
    );
    const changed = headers.flatMap((name) => {
      const [was, is] = [own, other].map((told) => [...(told[name] ?? ['nothing'])].sort().join(', '));
      return was === is ? [] : [`${name} ${was} before, ${is} now`];
    });
    const compared = datasets.filter(({ ids }) => ids.length > 0);
    const unequal = compared.filter(({ isEqual }) => !isEqual).map(({ name }) => name);
    return [
      ...(changed.length === 0
        ? []
        : [`The service says other things of itself (${names}): ${changed.join('; ')}.`]),
      ...(unequal.length === 0
        ? []
        : [
            `The service, asked in the same way, gave other mattes of the same pictures (${names}, ${unequal.join(', ')}): it has changed, or is not the same twice.`,
          ]),
    ];
  });
}

export function isService({ spec }: SideModel): boolean {
  return 'feeding' in spec && recordedRunner(spec.feeding)?.service !== undefined;
}

/** Of all scopes the one that has it. */
function toldOf(times: StoredTimes | undefined): Readonly<Record<string, readonly string[]>> {
  return times?.told ?? times?.wider?.find(({ told }) => told !== undefined)?.told ?? {};
}
