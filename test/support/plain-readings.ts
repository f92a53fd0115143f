import { AS_OPACITY } from '../../src/datasets/values/read-checked.js';
import type { FolderReadings } from '../../src/scoring/folders/folder-readings.js';

/** Of folders whose masks are all plain opacity. */
export const PLAIN_READINGS: FolderReadings = {
  of: () => ({ truths: AS_OPACITY, methods: () => ({ ...AS_OPACITY, role: 'prediction' }) }),
  inSignature: {},
  remarks: [],
};
/** The same for the two files of one explanation. */
export const PLAIN_PAIR = {
  truthReading: AS_OPACITY,
  predictionReading: { ...AS_OPACITY, role: 'prediction' },
} as const;
