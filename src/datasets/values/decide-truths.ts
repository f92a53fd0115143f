import { availableParallelism } from 'node:os';
import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { mapInOrder } from '../../core/map-in-order.js';
import { readMaskFacts } from '../file-reader.js';
import type { Dataset } from '../load.js';
import { VALUES_FIELDS } from './contradiction.js';
import type { ValuesDecision } from './decide-values.js';
import type { CheckedReading } from './read-checked.js';
import { createSurvey, orRefuse } from './survey.js';

type Listed = Pick<Dataset, 'entries' | 'spec'>;

/** What the values of a dataset's ground truths mean, as a run would decide it. Reads every file of them once. */
export async function decideTruths({ entries, spec }: Listed, signal?: AbortSignal): Promise<ValuesDecision> {
  const survey = createSurvey({ role: 'truth', field: VALUES_FIELDS.truths, wanted: spec.truths?.values });
  const headers = mapInOrder(entries(), availableParallelism(), async (entry) => {
    if (entry.kind === 'problem') return undefined;
    const { id, truthPath } = entry.sample;
    const found = await readMaskFacts(truthPath).catch((error: unknown) => {
      // Whoever reads it next says so.
      if (error instanceof MaskbenchError) return undefined;
      throw error;
    });
    return found === undefined ? undefined : { id, truthPath, found };
  });
  for await (const one of headers) {
    throwIfCancelled(signal);
    if (one !== undefined) survey.add(one.id, one.truthPath, one.found);
  }
  return survey.decide(signal);
}

/**
 * How a dataset's ground truths are read, for whoever cannot go on without.
 *
 * @throws MaskbenchError `data.values`, naming a mask, what it holds and what to set.
 */
export async function readingOfTruths(dataset: Listed, signal?: AbortSignal): Promise<CheckedReading> {
  const { reading } = orRefuse(await decideTruths(dataset, signal), dataset.spec.name);
  return { reading, role: 'truth', field: VALUES_FIELDS.truths };
}
