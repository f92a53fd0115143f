import { toError } from '../../core/failure.js';
import { unknownName } from '../../core/names.js';
import { plannedTruths, type FolderPlan } from '../folders/folder-plan.js';
import type { FolderScoring } from '../folders/score-folders.js';
import { explainPair } from './explain.js';
import type { Explanation } from './explanation.js';

export interface ExplainedCell extends Explanation {
  readonly method: string;
  readonly dataset: string;
  readonly id: string;
}

/**
 * How the scores of one image came about, of every method and dataset that has it.
 *
 * @throws MaskbenchError `config.unknown-name` with the nearest id; `data.*` if a file is not there or not readable.
 */
export async function explainImage(
  plan: FolderPlan,
  scoring: FolderScoring,
  id: string,
): Promise<readonly ExplainedCell[]> {
  const cells: ExplainedCell[] = [];
  // An id is a name without its extension; whoever pastes a file name means it all the same.
  const ids = [id, id.replace(/\.[A-Za-z0-9]+$/, '')];
  for (const { dataset, id: found, truth, picture, predictions } of plannedTruths(plan)) {
    if (!ids.includes(found)) continue;
    if (truth.kind === 'none') throw toError(truth.failure);
    if (picture?.kind === 'none') throw toError(picture.failure);
    for (const { method, mask } of predictions) {
      if (mask.kind === 'none') throw toError(mask.failure);
      const { truths, methods } = scoring.readings.of(dataset);
      const reads = { truthReading: truths, predictionReading: methods(method) };
      const files = { predictionPath: mask.path, truthPath: truth.path, imagePath: picture?.path, ...reads };
      cells.push({ method, dataset, id: found, ...(await explainPair(files, scoring)) });
    }
  }
  if (cells.length > 0) return cells;
  const known = Array.from(plannedTruths(plan), (truth) => truth.id);
  throw unknownName('there is no image', id, known, { otherwise: 'ids are file names without extension' });
}
