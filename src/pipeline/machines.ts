import { canonicalJson } from '../core/hash.js';
import type { MixedMachines } from '../schema/mixed-machines.js';
import type { Manifest } from '../store/manifest.js';

/** What the mattes of a run may depend on besides its settings, and what its times do, as its manifest says. */
function resultsOn({
  maskbenchVersion,
  settings,
  environment,
  hardware,
}: Manifest): Readonly<Record<string, string>> {
  const { onnxruntime, sharp, node, os, cpu } = environment;
  const [platform = '', , architecture = ''] = os.split(' ');
  const { gpu, provider } = hardware ?? {};
  const card =
    settings.device === 'cpu'
      ? { processor: cpu }
      : {
          card: gpu === undefined ? 'unknown' : [gpu.name, gpu.instance?.profile ?? []].flat().join(', '),
          driver: gpu?.driver ?? 'unknown',
          TF32: provider?.tf32 ?? 'unknown',
        };
  return {
    Maskbench: maskbenchVersion,
    'ONNX Runtime': onnxruntime,
    sharp,
    'Node.js': node,
    platform: `${platform} ${architecture}`,
    ...card,
  };
}

/** Whether mattes that were made on both can be in one run without a word about it. */
export function areAlike(a: Manifest, b: Manifest): boolean {
  return canonicalJson(resultsOn(a)) === canonicalJson(resultsOn(b));
}

/**
 * Whose times are figures of one thing: the device with its card, driver and what computes on it; a processor with its cores, and never by
 * its name alone.
 */
export function timingPool(manifest: Manifest): string {
  const { settings, environment, hardware } = manifest;
  const { memoryBytes } = hardware?.gpu ?? {};
  const { cores, os } = environment;
  const more = settings.device === 'cpu' ? { cores, os } : { memoryBytes };
  return JSON.stringify({ device: settings.device.split(':')[0], ...resultsOn(manifest), ...more });
}

/** Counts what machines differ in, a few numbers however many they are. */
export function countMachines(): {
  add(manifest: Manifest): void;
  mixed(): MixedMachines;
} {
  const counts = new Map<string, Map<string, number>>();
  return {
    add(manifest) {
      for (const [what, value] of Object.entries(resultsOn(manifest))) {
        const values = counts.get(what) ?? new Map<string, number>();
        counts.set(what, values.set(value, (values.get(value) ?? 0) + 1));
      }
    },
    mixed: () =>
      [...counts].flatMap(([what, values]) =>
        values.size < 2
          ? []
          : [
              {
                what,
                values: [...values]
                  .map(([value, shards]) => ({ value, shards }))
                  .sort((a, b) => b.shards - a.shards || (a.value < b.value ? -1 : 1)),
              },
            ],
      ),
  };
}
