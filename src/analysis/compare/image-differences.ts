import type { Difference } from '../../schema/comparison.js';
import type { ModelPair } from './pair-models.js';
import type { FailedCell, RunScores, ScoredDataset } from '../../store/load-run-scores.js';
import type { SideFacts } from './side.js';
import { chosenText } from '../../schema/chosen-images.js';

export interface LoadedSide {
  readonly facts: SideFacts;
  readonly scores: RunScores;
}

/** What differs in the images of two sides, dataset by dataset, and the cells that have no scores on either. */
export function imageDifferences(
  a: LoadedSide,
  b: LoadedSide,
  pairs: readonly ModelPair[],
  datasets: readonly string[],
): readonly Difference[] {
  return datasets.flatMap((dataset): readonly Difference[] => {
    const [ours, theirs] = [datasetOf(a, dataset), datasetOf(b, dataset)];
    if (ours === undefined || theirs === undefined) {
      const only = ours === undefined ? b : a;
      return [{ subject: 'dataset', message: `dataset ${dataset} is in ${only.facts.label} only` }];
    }
    return [
      ...contentDifferences(dataset, { ours, theirs }, a.facts, b.facts),
      ...unitDifferences(dataset, { ours, theirs }, a.facts, b.facts),
      ...pairs.flatMap(({ baseline, candidate }) => [
        ...failedCells(ours, baseline.name, a.facts),
        ...failedCells(theirs, candidate.name, b.facts),
      ]),
    ];
  });
}

export function datasetOf({ scores }: LoadedSide, name: string): ScoredDataset | undefined {
  return scores.datasets.find((dataset) => dataset.name === name);
}

function contentDifferences(
  dataset: string,
  { ours, theirs }: { readonly ours: ScoredDataset; readonly theirs: ScoredDataset },
  a: SideFacts,
  b: SideFacts,
): readonly Difference[] {
  if (fingerprintOf(a, dataset) === fingerprintOf(b, dataset)) return [];
  const other = new Map(theirs.ids.map((id, row) => [id, theirs.contents[row]]));
  const own = new Set(ours.ids);
  const onlyOurs = ours.ids.filter((id) => !other.has(id));
  const onlyTheirs = theirs.ids.filter((id) => !own.has(id));
  const changed = ours.ids.filter((id, row) => other.has(id) && other.get(id) !== ours.contents[row]);
  const parts = [
    ...(onlyOurs.length > 0 ? [`${images(onlyOurs)} in ${a.label} only`] : []),
    ...(onlyTheirs.length > 0 ? [`${images(onlyTheirs)} in ${b.label} only`] : []),
    ...(changed.length > 0 ? [`${images(changed)} with other contents`] : []),
  ];
  if (parts.length === 0) parts.push('other fingerprints');
  const [ourChoice, theirChoice] = [a, b].map((side) => chosenBy(side, dataset));
  if (ourChoice !== theirChoice) parts.push(`${a.label} has ${ourChoice}, ${b.label} ${theirChoice}`);
  return [{ subject: 'images', message: `dataset ${dataset} differs (${parts.join(', ')})` }];
}

/** A mean of units is another figure than a mean of images: both sides must name the same ones. */
function unitDifferences(
  dataset: string,
  { ours, theirs }: { readonly ours: ScoredDataset; readonly theirs: ScoredDataset },
  a: SideFacts,
  b: SideFacts,
): readonly Difference[] {
  if (ours.units === undefined && theirs.units === undefined) return [];
  const without = ours.units === undefined ? a : theirs.units === undefined ? b : undefined;
  if (without !== undefined) {
    return [{ subject: 'units', message: `${without.label} names no units of dataset ${dataset}` }];
  }
  const other = new Map(theirs.ids.map((id, row) => [id, theirs.units?.[row]]));
  const moved = ours.ids.filter((id, row) => other.has(id) && other.get(id) !== ours.units?.[row]);
  if (moved.length === 0) return [];
  return [{ subject: 'units', message: `dataset ${dataset} has other units (${images(moved)})` }];
}

function chosenBy({ datasets }: SideFacts, name: string): string {
  const chosen = datasets.find((dataset) => dataset.name === name)?.chosen;
  const isAll = chosen === undefined || (chosen.kind === 'drawn' && chosen.from <= chosen.count);
  return isAll ? 'all images' : chosenText(chosen);
}

function fingerprintOf({ datasets }: SideFacts, name: string): string | undefined {
  return datasets.find((dataset) => dataset.name === name)?.fingerprint;
}

function failedCells(dataset: ScoredDataset, model: string, side: SideFacts): readonly Difference[] {
  const failed: readonly FailedCell[] = [...dataset.problems, ...(dataset.models.get(model)?.failed ?? [])];
  const [first] = failed;
  if (first === undefined) return [];
  const cells = `${failed.length} failed ${failed.length === 1 ? 'cell' : 'cells'}`;
  const names = named(failed.map(({ id }) => id));
  return [
    {
      subject: 'failed-cells',
      message: `${cells} of ${model} on ${dataset.name} in ${side.label} (${names}: ${first.reason})`,
    },
  ];
}

function images(ids: readonly string[]): string {
  return `${ids.length} ${ids.length === 1 ? 'image' : 'images'} (${named(ids)})`;
}

const NAMED = 3;

function named(ids: readonly string[]): string {
  const more = ids.length - NAMED;
  return ids.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
