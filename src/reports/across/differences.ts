import type { Summary } from '../../schema/summary.js';
import { deviceLabels } from '../tables/device-label.js';

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
    ...differing('timing profile', profileOf),
    ...differing('images timed a dataset', ({ timing }) =>
      String(timing.find(({ dataset }) => dataset !== null)?.images ?? 0),
    ),
  ];
}

function profileOf({ models }: Summary): string {
  const profiles = models.flatMap(({ timing }) => timing?.pass?.profile ?? []);
  return [...new Set(profiles)].join(' and ') || 'none';
}
