import type { GrayImage } from '../../image/raster.js';
import { resample } from '../../image/resample.js';
import type { ClassesOutputSpec } from '../spec/output-spec.js';
import { assertFinite, outputError, toPlanes, type Planes } from './output-map.js';
import type { Placement } from './placement.js';
import type { OutputTensor } from './tensor.js';

/** A foreground class and its mask at the image's size. */
interface ClassMask {
  readonly name: string;
  readonly mask: GrayImage;
}

/**
 * One mask a foreground class, and their union last under the name `union`: every pixel belongs to the class with the
 * highest score, the first of equals. An output of one channel is taken to hold the class numbers already.
 *
 * @throws MaskbenchError `model.output` where the output has other channels than the spec names classes.
 */
export async function classMasks(
  output: OutputTensor,
  spec: ClassesOutputSpec,
  width: number,
  height: number,
  placement?: Placement,
): Promise<readonly ClassMask[]> {
  const map = toPlanes(output, spec.layout, placement);
  const { names, enlarge } = spec.classes;
  if (map.planes.length !== names.length && map.planes.length !== 1) {
    throw outputError(
      `output has ${map.planes.length} channels`,
      `output.classes.names has ${names.length} names`,
    );
  }
  const indices = map.planes.length === 1 ? indicesOf(map.planes[0]) : argmax(map);
  const foreground = foregroundOf(spec);
  const enlarged = (levels: Uint8Array): Promise<Uint8Array> =>
    resample(levels, map.width, map.height, 1, width, height, spec.resample);
  const wanted = [...foreground.map((index) => new Set([index])), new Set(foreground)];
  const masks: GrayImage[] = [];
  if (enlarge === 'indices') {
    const large = await enlarged(indices);
    for (const classes of wanted) masks.push({ width, height, data: select(large, classes) });
  } else {
    for (const classes of wanted) {
      masks.push({ width, height, data: await enlarged(select(indices, classes)) });
    }
  }
  return masks.map((mask, i) => ({ name: i < foreground.length ? names[foreground[i]] : 'union', mask }));
}

/** The one of an image's masks, or the stack of all its classes' as rembg returns it, that is the candidate's matte. */
export function matteOfClasses(masks: readonly ClassMask[], matte: string): GrayImage {
  if (matte === 'stacked') return stack(masks.filter(({ name }) => name !== 'union'));
  const chosen = masks.find(({ name }) => name === matte);
  if (chosen === undefined) {
    const names = masks.map(({ name }) => name).join(', ');
    throw outputError(`there is no mask "${matte}"`, `output.classes.matte is one of ${names} or stacked`);
  }
  return chosen.mask;
}

function foregroundOf({ classes: { names, foreground } }: ClassesOutputSpec): readonly number[] {
  if (foreground === undefined) return names.map((_, i) => i).slice(1);
  return foreground.map((name) => names.indexOf(name));
}

function argmax({ planes }: Planes): Uint8Array {
  const out = new Uint8Array(planes[0].length);
  const best = Float32Array.from(planes[0]);
  for (const [index, plane] of planes.entries()) {
    assertFinite(plane);
    for (let i = 0; i < out.length; i++) {
      if (plane[i] > best[i]) {
        best[i] = plane[i];
        out[i] = index;
      }
    }
  }
  return out;
}

function indicesOf(plane: Float32Array): Uint8Array {
  assertFinite(plane);
  return Uint8Array.from(plane, (value) => Math.min(255, Math.max(0, Math.round(value))));
}

/** Between two classes a resampled map of class numbers can overshoot the last one; that is no class then. */
function select(indices: Uint8Array, classes: ReadonlySet<number>): Uint8Array {
  const table = Uint8Array.from({ length: 256 }, (_, index) => (classes.has(index) ? 255 : 0));
  return indices.map((index) => table[index]);
}

function stack(masks: readonly ClassMask[]): GrayImage {
  const { width, height } = masks[0].mask;
  const data = new Uint8Array(width * height * masks.length);
  for (const [i, { mask }] of masks.entries()) data.set(mask.data, i * width * height);
  return { width, height: height * masks.length, data };
}
