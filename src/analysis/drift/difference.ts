import type { GrayImage } from '../../image/raster.js';
import type { OutputTensor } from '../../models/pixels/tensor.js';

/** How far two tensors lie apart; null where their shapes differ, so that no number belongs to another. */
export type TensorDifference = { readonly max: number; readonly mean: number } | null;

/** How far two mattes lie apart, in 8-bit levels and in pixels. */
export interface MatteDifference {
  readonly max: number;
  readonly mean: number;
  /** Share of the pixels that fall on the other side of the threshold. */
  readonly flipped: number;
  /** Overlap of the two masks at the threshold; 1 where both are empty. */
  readonly iou: number;
}

/** The stage at which two models part, or null where even the mattes are equal. */
export type Stage = 'input tensor' | 'raw output' | 'post-processing' | null;

export function tensorDifference(a: OutputTensor, b: OutputTensor): TensorDifference {
  if (a.data.length !== b.data.length || a.dims.join() !== b.dims.join()) return null;
  let max = 0;
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    const difference = Math.abs(a.data[i] - b.data[i]);
    if (difference > max) max = difference;
    sum += difference;
  }
  return { max, mean: a.data.length === 0 ? 0 : sum / a.data.length };
}

/** Mattes of the same image, so of the same size. */
export function matteDifference(a: GrayImage, b: GrayImage, threshold: number): MatteDifference {
  let [max, sum, flipped, both, either] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.data.length; i++) {
    const [x, y] = [a.data[i], b.data[i]];
    const difference = Math.abs(x - y);
    if (difference > max) max = difference;
    sum += difference;
    const [inA, inB] = [x >= threshold, y >= threshold];
    if (inA !== inB) flipped++;
    if (inA && inB) both++;
    if (inA || inB) either++;
  }
  const pixels = Math.max(1, a.data.length);
  return { max, mean: sum / pixels, flipped: flipped / pixels, iou: either === 0 ? 1 : both / either };
}

/** Where the difference comes in: the first stage at which the two are not equal. */
export function stageOf(input: TensorDifference, output: TensorDifference, matte: MatteDifference): Stage {
  if (input === null || input.max > 0) return 'input tensor';
  if (output === null || output.max > 0) return 'raw output';
  return matte.max > 0 ? 'post-processing' : null;
}
