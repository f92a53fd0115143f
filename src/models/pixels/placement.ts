import type { InputSpec } from '../spec/input-spec.js';

/** Where the picture lies in the network's input: all whole pixels. */
export interface Placement {
  /** Size of the input. */
  readonly width: number;
  readonly height: number;
  /** The picture within it. */
  readonly left: number;
  readonly top: number;
  readonly innerWidth: number;
  readonly innerHeight: number;
}

/** Where an image of the given size is put; the way in and the way back out agree by calling this twice. */
export function placeImage(imageWidth: number, imageHeight: number, spec: InputSpec): Placement {
  const { width, height, fit } = spec;
  if (fit === 'stretch') return whole(width, height);
  const inner = fitInside(imageWidth, imageHeight, spec);
  if (fit === 'inside') {
    const multiple = (side: number): number =>
      Math.max(1, Math.floor(side / spec.multipleOf)) * spec.multipleOf;
    return whole(multiple(inner.width), multiple(inner.height));
  }
  const centred = spec.anchor === 'centre';
  return {
    width,
    height,
    left: centred ? (width - inner.width) >> 1 : 0,
    top: centred ? (height - inner.height) >> 1 : 0,
    innerWidth: inner.width,
    innerHeight: inner.height,
  };
}

/** The same picture in an output map whose sides are other than the input's. */
export function placeInMap(placement: Placement, mapWidth: number, mapHeight: number): Placement {
  const { width, height } = placement;
  if (width === mapWidth && height === mapHeight) return placement;
  const x = (value: number): number => Math.round((value * mapWidth) / width);
  const y = (value: number): number => Math.round((value * mapHeight) / height);
  const left = Math.min(x(placement.left), mapWidth - 1);
  const top = Math.min(y(placement.top), mapHeight - 1);
  return {
    width: mapWidth,
    height: mapHeight,
    left,
    top,
    innerWidth: Math.max(1, x(placement.left + placement.innerWidth) - left),
    innerHeight: Math.max(1, y(placement.top + placement.innerHeight) - top),
  };
}

function whole(width: number, height: number): Placement {
  return { width, height, left: 0, top: 0, innerWidth: width, innerHeight: height };
}

/** The longer side, measured by the box, fills it; the other is truncated. Multiplied before divided, to be exact. */
function fitInside(
  imageWidth: number,
  imageHeight: number,
  { width, height, enlarge }: InputSpec,
): { readonly width: number; readonly height: number } {
  if (!enlarge && imageWidth <= width && imageHeight <= height) {
    return { width: imageWidth, height: imageHeight };
  }
  return imageWidth * height >= imageHeight * width
    ? { width, height: Math.max(1, Math.floor((width * imageHeight) / imageWidth)) }
    : { width: Math.max(1, Math.floor((height * imageWidth) / imageHeight)), height };
}
