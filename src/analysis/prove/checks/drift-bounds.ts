import type { Provider } from '../../../runners/device.js';
import { providerSettings } from '../../../runners/onnx/devices/provider-settings.js';

/** How far the mattes of a device may lie from the CPU's. */
export interface DriftBounds {
  readonly precision: string;
  /** Mean over the pixels, 8-bit levels of 255, of all images. */
  readonly meanLevel: number;
  /** Of the two masks at the threshold, of every image. */
  readonly iou: number;
}

/**
 * By what is computed with. float32 was measured with WebGPU in software (0.000 levels, 1 at most); of TF32 and half precision no real
 * card was seen, and their bounds are what would be a fault rather than what is expected: a matte that is off by 3 levels
 * everywhere is beyond all of them.
 */
const BOUNDS: Readonly<Record<string, Omit<DriftBounds, 'precision'>>> = {
  float32: { meanLevel: 0.1, iou: 0.999 },
  tf32: { meanLevel: 0.5, iou: 0.995 },
  float16: { meanLevel: 1, iou: 0.99 },
};

/** @returns undefined for weights of which nobody knows a bound, as 8-bit ones, which decide otherwise at the least difference. */
export function boundsFor(weights: string, provider: Provider): DriftBounds | undefined {
  const rounds = providerSettings(provider)?.tf32 === 'on';
  const precision = precisionFor(weights, rounds);
  const bounds = BOUNDS[precision];
  return bounds === undefined ? undefined : { precision, ...bounds };
}

/** A network without weights is computed in float32. */
function precisionFor(weights: string, rounds: boolean): string {
  if (weights === 'bfloat16') return 'float16';
  if (weights !== 'float32' && weights !== 'none') return weights;
  return rounds ? 'tf32' : 'float32';
}
