import type { RunSettings } from '../../store/manifest.js';
import type { PlannedSample } from '../../schema/planned-sample.js';
import { plannedSamples, type RunFolder } from '../../store/run-folder.js';

/** Of every dataset so many samples, spread evenly over its order. */
export async function chooseSamples(
  folder: RunFolder,
  datasets: RunSettings['datasets'],
  wanted: number,
): Promise<readonly PlannedSample[]> {
  const counts = new Map(datasets.map(({ name, samples }) => [name, samples]));
  const positions = new Map<string, number>();
  const chosen: PlannedSample[] = [];
  for await (const sample of plannedSamples(folder)) {
    const count = counts.get(sample.dataset) ?? 0;
    const position = positions.get(sample.dataset) ?? 0;
    positions.set(sample.dataset, position + 1);
    const step = Math.max(1, count / wanted);
    // Position k is taken if a multiple of the step falls on it: ceil(count / step) = wanted samples.
    if (Math.ceil(position / step) * step < position + 1) chosen.push(sample);
  }
  return chosen;
}
