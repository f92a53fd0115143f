import { counted, listed } from '../../core/text.js';
import { chosenText, drawnOf, drawText } from '../../schema/chosen-images.js';
import type { Summary } from '../../schema/summary.js';
import { countedUnits } from './table.js';

/** From so many images on a mean of a dataset begins to mean something; gates and slices have the same limit. */
const FEW_IMAGES = 30;

/** What means and intervals count of the datasets that name units: most that a model has of each. */
export function unitsByDataset({
  accuracy,
}: Summary): ReadonlyMap<string, { readonly n: number; readonly units: number }> {
  const found = new Map<string, { readonly n: number; readonly units: number }>();
  for (const { dataset, metrics } of accuracy) {
    if (dataset === null) continue;
    for (const { n, units } of Object.values(metrics)) {
      if (units === undefined) continue;
      const most = found.get(dataset) ?? { n: 0, units: 0 };
      found.set(dataset, { n: Math.max(most.n, n), units: Math.max(most.units, units) });
    }
  }
  return found;
}

/** Which datasets of a run have too few images, or units where they name some; undefined where none has, or nothing was scored. */
export function fewImages(summary: Summary): string | undefined {
  const units = unitsByDataset(summary);
  const small = summary.datasets
    .map(({ name, title, samples }) => ({ title, samples, units: units.get(name)?.units }))
    .filter((dataset) => (dataset.units ?? dataset.samples) < FEW_IMAGES);
  if (small.length === 0 || summary.cells.scored === 0) return undefined;
  return `${listed(small.map(({ title, samples, units: own }) => `${title} has ${countedUnits(samples, own)}`))}: too few to draw conclusions from.`;
}

/** Which images of its datasets a run has, where its settings did not ask for all; undefined where they did. */
export function chosenNote({ datasets }: Summary): string | undefined {
  const parts = datasets.flatMap(({ title, chosen }) => (chosen === undefined ? [] : [{ title, chosen }]));
  const [first] = parts;
  if (first === undefined) return undefined;
  const { chosen } = first;
  if (chosen.kind === 'first') {
    const each = datasets.length > 1 ? ' of each dataset' : ` of ${first.title}`;
    return `at most ${chosenText(chosen, each)}, which is no random sample.`;
  }
  const drawn = parts.flatMap((part) => (part.chosen.kind === 'drawn' ? [{ ...part, ...part.chosen }] : []));
  const rare = drawn.flatMap(({ title, strata }) =>
    strata === undefined || strata.without === 0
      ? []
      : [`${strata.without} of ${counted(strata.values, 'value')} of ${title}`],
  );
  const without = rare.length === 0 ? '' : `; too rare for an image: ${listed(rare)}`;
  return `${listed(drawn.map((of) => `${drawnOf(of)} of ${of.title}`))}, ${drawText(chosen)}${without}.`;
}
