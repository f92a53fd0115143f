import type { ThresholdRow } from '../../schema/summary.js';
import type { DatasetCurves } from '../../metrics/dataset-curves.js';
import { protocolsOf } from '../../metrics/registry.js';

/** The threshold in use against the best one; none of the stretched prediction, and none without images. */
export function bestThreshold({
  protocol,
  bestIou,
  defaultIou,
  cost,
}: DatasetCurves): Pick<ThresholdRow, 'used' | 'best' | 'cost'> | undefined {
  const held = protocolsOf([protocol]).some(({ curves }) => curves?.holdsThreshold);
  if (!held || bestIou === undefined || defaultIou === undefined) return undefined;
  return {
    used: { threshold: defaultIou.threshold, iou: defaultIou.value },
    best: { threshold: bestIou.threshold, iou: bestIou.value },
    cost: cost ?? 0,
  };
}
