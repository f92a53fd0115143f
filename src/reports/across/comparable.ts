import { MaskbenchError } from '../../core/errors.js';
import type { Summary } from '../../schema/summary.js';
import { deviceLabels } from '../tables/device-label.js';

/**
 * Runs may stand side by side if they are the same experiment on different devices: the same datasets to the byte, the
 * same signatures, and of every model that two of them share the same bytes.
 *
 * @throws MaskbenchError `run.mismatch`, naming what differs and in which run.
 */
export function assertComparable(summaries: readonly Summary[], labels: readonly string[]): void {
  const [first, ...others] = summaries;
  if (first === undefined) return;
  const refuse = (message: string, index: number): never => {
    throw new MaskbenchError('run.mismatch', message, {
      where: labels[index] ?? '',
      remedy: `only runs of one experiment can be shown side by side; this one is compared with ${labels[0] ?? 'the first one'}`,
    });
  };
  const models = new Map<
    string,
    { readonly sha256: string; readonly version?: string; readonly label: string }
  >();
  for (const [index, { datasets, signatures, models: own }] of [first, ...others].entries()) {
    const names = (list: Summary['datasets']): string => list.map(({ name }) => name).join(', ');
    if (names(datasets) !== names(first.datasets)) {
      refuse(`its datasets are ${names(datasets)}, not ${names(first.datasets)}`, index);
    }
    for (const [i, { name, fingerprint }] of datasets.entries()) {
      if (fingerprint !== first.datasets[i]?.fingerprint) refuse(`dataset ${name} holds other files`, index);
    }
    if (signatures.join(' ') !== first.signatures.join(' ')) {
      refuse(`its signature is ${signatures.join(' ')}, not ${first.signatures.join(' ')}`, index);
    }
    for (const { name, sha256, bytes, version } of own) {
      const known = models.get(name);
      if (known === undefined) {
        const found = { sha256, label: labels[index] ?? '' };
        models.set(name, version === undefined ? found : { ...found, version });
      } else if (known.version !== version) {
        const [now, there] = [version ?? 'untold', known.version ?? 'untold'];
        refuse(`model ${name} is version ${now}, and version ${there} in ${known.label}`, index);
      } else if (known.sha256 !== sha256) {
        // Masks that were made elsewhere have no file of a model.
        const what =
          bytes > 0 || version !== undefined
            ? 'other bytes'
            : 'masks in another place, or read in another way,';
        refuse(`model ${name} has ${what} than in ${known.label}`, index);
      }
    }
  }
}

/** What else differs between runs than their devices, in words; it is said before any figure. */
export function differencesBetween(summaries: readonly Summary[]): readonly string[] {
  const labels = deviceLabels(summaries);
  const differing = (what: string, of: (summary: Summary) => string): readonly string[] => {
    const values = summaries.map(of);
    return new Set(values).size < 2
      ? []
      : [`${what}: ${values.map((value, i) => `${value} (${labels[i]})`).join(', ')}`];
  };
  const software = [...new Set(summaries.flatMap(({ device }) => Object.keys(device.software)))];
  return [
    ...differing('Maskbench', ({ maskbenchVersion }) => maskbenchVersion),
    ...software.flatMap((name) => differing(name, ({ device }) => device.software[name] ?? 'none')),
    ...differing('operating system', ({ device }) => device.os),
    ...differing('processor', ({ device }) => `${device.cpu}, ${device.cores} cores`),
    ...differing('driver', ({ device }) => device.gpu?.driver ?? 'none'),
    ...differing('TF32', ({ device }) => (device.provider?.tf32 === 'off' ? 'off' : 'as usual')),
    ...differing('power cap', ({ device }) => powerCap(device)),
    ...differing('timing profile', profileOf),
    ...differing('images timed per dataset', ({ timing }) =>
      String(timing.find(({ dataset }) => dataset !== null)?.images ?? 0),
    ),
  ];
}

/** Only one that somebody changed: cards of different kinds have different caps by themselves. */
function powerCap({ gpu }: Summary['device']): string {
  const { powerLimitW: cap = null, defaultPowerLimitW: usual = null } = gpu?.settings ?? {};
  return cap === null || usual === null || cap === usual ? 'as delivered' : `${cap} of ${usual} W`;
}

function profileOf({ models }: Summary): string {
  const profiles = models.flatMap(({ timing }) => timing?.pass?.profile ?? []);
  return [...new Set(profiles)].join(' and ') || 'none';
}
