import type { Flip, FlipSummary } from '../../schema/summary.js';

/** A mask is right, for the purpose of telling protocols apart, at this IoU or more. */
export const VERDICT_IOU = 0.5;

/** Images that a summary names one by one. */
const NAMED = 1000;

/** The IoU of a matte as it is, and of the stretched prediction. */
export const VERDICT_METRICS = ['iou', 'sod.bin_iou'] as const;

interface FlipCounter {
  add(cell: Pick<Flip, 'model' | 'dataset' | 'id'>, values: ArrayLike<number>): void;
  /** Undefined where not both protocols are scored. */
  summary(): FlipSummary | undefined;
}

/** Whether the two IoUs lie on different sides of the verdict. An undefined one (NaN) has no verdict. */
export function isFlip(fixedIou: number, sodIou: number): boolean {
  if (Number.isNaN(fixedIou) || Number.isNaN(sodIou)) return false;
  return fixedIou >= VERDICT_IOU !== sodIou >= VERDICT_IOU;
}

/** Finds the images that are right by `fixed` and wrong by `sod`, or the other way round. */
export function countFlips(ids: readonly string[]): FlipCounter {
  const [fixed, sod] = VERDICT_METRICS.map((id) => ids.indexOf(id));
  const both = fixed >= 0 && sod >= 0;
  const images: Flip[] = [];
  let count = 0;
  return {
    add({ model, dataset, id }, values) {
      if (!both || !isFlip(values[fixed], values[sod])) return;
      count++;
      if (images.length < NAMED)
        images.push({ model, dataset, id, fixedIou: values[fixed], sodIou: values[sod] });
    },
    summary: () => (both ? { verdictIou: VERDICT_IOU, count, images } : undefined),
  };
}
