import type { MetricValue } from '../../../src/schema/metric-value.js';
import type { GrayImage, RgbImage } from '../../../src/image/raster.js';

/** Every cut-out metric straight from its definition: distances by trying all pixels near enough, composites by compositing. */
export function slowCutout(
  prediction: GrayImage,
  truth: GrayImage,
  picture: RgbImage,
): Readonly<Record<string, MetricValue>> {
  const { width, height } = truth;
  const radius = Math.max(1, Math.round(0.01 * Math.sqrt(width * width + height * height)));
  const all = Array.from({ length: width * height }, (_, i) => i);
  const isSubject = (i: number): boolean => truth.data[i] >= 128;
  const isNear = (i: number, side: boolean): boolean => {
    const [x, y] = [i % width, Math.floor(i / width)];
    for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++) {
      for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++) {
        const [dx, dy] = [u - x, v - y];
        if (isSubject(v * width + u) === side && dx * dx + dy * dy <= radius * radius) return true;
      }
    }
    return false;
  };
  const outer = all.filter((i) => !isSubject(i) && isNear(i, true));
  const inner = all.filter((i) => isSubject(i) && isNear(i, false));
  const detail = all.filter((i) => !isSubject(i) || isNear(i, false));
  const opaque = all.filter((i) => truth.data[i] === 255);
  const a = (i: number): number => prediction.data[i] / 255;
  const g = (i: number): number => truth.data[i] / 255;
  const excess = (i: number): number => Math.max(a(i) - g(i), 0);
  const composite = (i: number, channel: number, alpha: number, background: number): number =>
    (picture.data[3 * i + channel] / 255) * alpha + background * (1 - alpha);
  const difference = (i: number, alpha: number, background: number): number =>
    [0, 1, 2]
      .map((c) => Math.abs(composite(i, c, alpha, background) - composite(i, c, g(i), background)))
      .reduce((sum, of) => sum + of / 3, 0);
  const mean = (over: readonly number[], of: (i: number) => number, otherwise: string): MetricValue =>
    over.length === 0 ? { undefined: otherwise } : over.reduce((sum, i) => sum + of(i), 0) / over.length;
  const NO_EDGE = 'the ground truth has no edge';
  const weight = detail.reduce((sum, i) => sum + g(i), 0);
  const lost = detail.reduce((sum, i) => sum + Math.max(g(i) - a(i), 0), 0);
  return {
    'cutout.halo': mean(outer, excess, NO_EDGE),
    'cutout.halo_white': mean(outer, (i) => difference(i, g(i) + excess(i), 1), NO_EDGE),
    'cutout.halo_black': mean(outer, (i) => difference(i, g(i) + excess(i), 0), NO_EDGE),
    'cutout.lost_detail': weight === 0 ? { undefined: 'the ground truth has no detail' } : lost / weight,
    'cutout.opacity_loss': mean(opaque, (i) => 1 - a(i), 'the ground truth has no opaque pixel'),
    'cutout.rim_white': mean([...outer, ...inner], (i) => difference(i, a(i), 1), NO_EDGE),
    'cutout.rim_black': mean([...outer, ...inner], (i) => difference(i, a(i), 0), NO_EDGE),
    'cutout.white': mean(all, (i) => difference(i, a(i), 1), ''),
    'cutout.black': mean(all, (i) => difference(i, a(i), 0), ''),
  };
}
