import type { GrayImage, MaskImage } from '../../src/image/raster.js';

/** Magnitude of the gradient at a pixel, by summing the whole two-dimensional kernel over the mirrored image. */
export function slowGradientMagnitude(image: GrayImage, sigma: number, x: number, y: number): number {
  const radius = Math.floor(4 * sigma + 0.5);
  const gauss = (d: number): number => Math.exp((-0.5 * d * d) / sigma ** 2);
  let norm = 0;
  let gx = 0;
  let gy = 0;
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const weight = gauss(dx) * gauss(dy);
      const v = image.data[fold(y + dy, image.height) * image.width + fold(x + dx, image.width)] / 255;
      norm += weight;
      gx += weight * (dx / sigma ** 2) * v;
      gy += weight * (dy / sigma ** 2) * v;
    }
  }
  return Math.hypot(gx, gy) / norm;
}

function fold(position: number, length: number): number {
  let p = position;
  while (p < 0 || p >= length) p = p < 0 ? -1 - p : 2 * length - 1 - p;
  return p;
}

/** The connectivity error by flood filling at each threshold; `tied` if a largest component was not alone in its size. */
export function slowConnectivityError(
  prediction: GrayImage,
  truth: GrayImage,
): { readonly error: number; readonly tied: boolean } {
  const alpha = [prediction, truth].map(({ data }) => Array.from(data, (v) => v / 255));
  const last: (number | undefined)[] = Array.from(alpha[0], () => undefined);
  let tied = false;
  for (let k = 1; k <= 10; k++) {
    const isSet = alpha[0].map((a, i) => a >= k * 0.1 && alpha[1][i] >= k * 0.1);
    const parts = components(isSet, truth.width).sort((a, b) => b.length - a.length);
    if (parts.length === 0) continue;
    if (parts.length > 1 && parts[0].length === parts[1].length) tied = true;
    const core = new Set(parts[0]);
    for (let i = 0; i < last.length; i++) if (!core.has(i)) last[i] ??= (k - 1) * 0.1;
  }
  let error = 0;
  for (let i = 0; i < last.length; i++) {
    const [p, g] = alpha.map((values) => {
      const distance = values[i] - Math.fround(last[i] ?? 1);
      return distance >= 0.15 ? 1 - distance : 1;
    });
    error += Math.abs(p - g);
  }
  return { error: error / 1000, tied };
}

/** Components by edges, each a list of pixels, in the raster order of their first pixels. */
function components(isSet: readonly boolean[], width: number): number[][] {
  const seen = new Set<number>();
  const found: number[][] = [];
  for (let start = 0; start < isSet.length; start++) {
    if (!isSet[start] || seen.has(start)) continue;
    const part = [start];
    seen.add(start);
    for (const i of part) {
      const x = i % width;
      const neighbours = [i - width, i + width, ...(x > 0 ? [i - 1] : []), ...(x + 1 < width ? [i + 1] : [])];
      for (const n of neighbours) {
        if (isSet[n] !== true || seen.has(n)) continue;
        seen.add(n);
        part.push(n);
      }
    }
    found.push(part);
  }
  return found;
}

/** Boundary accuracy by looking at every pixel under the kernel, ignored ones apart; undefined without a contour. */
export function slowBoundaryAccuracy(prediction: GrayImage, truth: MaskImage): number | undefined {
  const { width, height } = truth;
  let sum = 0;
  for (let step = 0; step < 5; step++) {
    const radius = 1 + Math.trunc((((width + height) / 300 - 1) / 5) * step);
    let near = 0;
    let right = 0;
    for (let i = 0; i < truth.data.length; i++) {
      if (truth.ignore?.[i] === 1 || !seesBothKinds(truth, i % width, Math.floor(i / width), radius))
        continue;
      near++;
      if (prediction.data[i] > 128 === truth.data[i] > 128) right++;
    }
    if (near === 0) return undefined;
    sum += right / near;
  }
  return sum / 5;
}

function seesBothKinds(image: MaskImage, x: number, y: number, radius: number): boolean {
  const kinds = new Set<boolean>();
  for (let dy = -radius; dy <= radius; dy++) {
    const wide = Math.round(Math.sqrt(radius ** 2 - dy ** 2));
    for (let dx = -wide; dx <= wide; dx++) {
      const [px, py] = [x + dx, y + dy];
      if (px < 0 || py < 0 || px >= image.width || py >= image.height) continue;
      const i = py * image.width + px;
      if (image.ignore?.[i] !== 1) kinds.add(image.data[i] > 128);
    }
  }
  return kinds.size === 2;
}
