import type { DatasetCurves } from '../metrics/dataset-curves.js';

/** The curves of one model on one dataset, as they stand in curves.json. */
export interface CurvesOfCells extends DatasetCurves {
  readonly model: string;
  readonly dataset: string;
  readonly signature: string;
}
