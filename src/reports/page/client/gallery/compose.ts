/**
 * Pictures made of pictures. A page opened from file:// may draw its neighbours' images but not read them: each is of
 * another origin, so `getImageData` throws, and CSS masks, which are fetched as CORS demands, stay empty. Filters by SVG
 * would do, but not in every browser's canvas. Blending needs neither and is exact in 8 bits: `lighten` and
 * `difference` together subtract, `lighter` doubles until a value is all or nothing, `multiply` masks. So nothing here
 * ever reads a pixel, and images beside the page look as those embedded in it.
 */
export interface Layers {
  readonly picture: CanvasImageSource;
  readonly truth: CanvasImageSource;
  /** White where the ground truth is ignored. Absent, as the matte, where there is none. */
  readonly ignored: CanvasImageSource | null;
  readonly matte: CanvasImageSource | null;
}

type Backdrop = 'checks' | 'white' | 'black' | string;

/** Okabe and Ito's sky blue, vermilion, yellow and reddish purple: told apart by every kind of colour vision, and by lightness. */
const MISSED = '#56b4e9';
const INVENTED = '#d55e00';
const SOFT = '#f0e442';
const IGNORED = '#cc79a7';

type Context = CanvasRenderingContext2D;
type Size = readonly [width: number, height: number];

/**
 * The picture in dim greys, and over it what the matte misses, what it invents, and, the stronger the more it is off,
 * where it is on the right side of the threshold with another value than the ground truth. Where
 * that is ignored no error is made.
 */
export function drawErrors(
  target: Context,
  size: Size,
  { picture, ignored, ...layers }: Layers,
  threshold: number,
): void {
  const counted = (image: CanvasImageSource): CanvasImageSource =>
    ignored === null ? image : without(size, image, ignored);
  const truth = counted(layers.truth);
  const mask = counted(layers.matte ?? black(size));
  const wanted = atLeast(size, truth, threshold);
  const given = atLeast(size, mask, threshold);
  const missed = subtract(size, wanted, given);
  const invented = subtract(size, given, wanted);
  const soft = paper(size, (context) => {
    context.drawImage(truth, 0, 0, ...size);
    blend(context, size, 'difference', mask);
    blend(context, size, 'lighter', context.canvas);
    blend(context, size, 'multiply', inverse(size, missed));
    blend(context, size, 'multiply', inverse(size, invented));
  });
  drawOn(target, size, picture);
  fill(target, size, 'saturation', '#808080');
  fill(target, size, 'multiply', '#8c8c8c');
  tint(target, size, soft, SOFT);
  tint(target, size, missed, MISSED);
  tint(target, size, invented, INVENTED);
  drawIgnored(target, size, ignored);
}

/** Lays a colour over what is ignored, if anything is. */
export function drawIgnored(target: Context, size: Size, ignored: CanvasImageSource | null): void {
  if (ignored !== null) tint(target, size, ignored, IGNORED);
  target.globalCompositeOperation = 'source-over';
}

/** The picture through the matte, before a background. */
export function drawCutout(
  target: Context,
  size: Size,
  { picture, matte }: Layers,
  backdrop: Backdrop,
): void {
  const mask = matte ?? black(size);
  const subject = paper(size, (context) => {
    context.drawImage(picture, 0, 0, ...size);
    blend(context, size, 'multiply', mask);
  });
  if (backdrop === 'checks') drawChecks(target, size);
  else fill(target, size, 'source-over', backdrop);
  blend(target, size, 'multiply', inverse(size, mask));
  blend(target, size, 'lighter', subject);
  target.globalCompositeOperation = 'source-over';
}

/** A picture, ground truth or matte as it is. */
export function drawOn(target: Context, size: Size, image: CanvasImageSource | null): void {
  target.globalCompositeOperation = 'source-over';
  target.drawImage(image ?? black(size), 0, 0, ...size);
}

/** White where a value is at least `threshold`, black elsewhere. */
function atLeast(size: Size, image: CanvasImageSource, threshold: number): HTMLCanvasElement {
  const below = threshold - 1;
  const grey = `rgb(${below} ${below} ${below})`;
  return paper(size, (context) => {
    context.drawImage(image, 0, 0, ...size);
    fill(context, size, 'lighten', grey);
    fill(context, size, 'difference', grey);
    for (let doubled = 1; doubled < 256; doubled *= 2) blend(context, size, 'lighter', context.canvas);
  });
}

/** a - b, not below 0: the larger of both, less b. */
function subtract(size: Size, a: HTMLCanvasElement, b: HTMLCanvasElement): HTMLCanvasElement {
  return paper(size, (context) => {
    context.drawImage(a, 0, 0);
    blend(context, size, 'lighten', b);
    blend(context, size, 'difference', b);
  });
}

/** The image, black where the mask is white. */
function without(size: Size, image: CanvasImageSource, mask: CanvasImageSource): HTMLCanvasElement {
  return paper(size, (context) => {
    context.drawImage(image, 0, 0, ...size);
    blend(context, size, 'multiply', inverse(size, mask));
  });
}

function inverse(size: Size, image: CanvasImageSource): HTMLCanvasElement {
  return paper(size, (context) => {
    context.drawImage(image, 0, 0, ...size);
    fill(context, size, 'difference', '#fff');
  });
}

/** Lays a colour over the target, as opaque as the mask is bright. */
function tint(target: Context, size: Size, mask: CanvasImageSource, colour: string): void {
  const coloured = paper(size, (context) => {
    context.drawImage(mask, 0, 0, ...size);
    fill(context, size, 'multiply', colour);
  });
  blend(target, size, 'multiply', inverse(size, mask));
  blend(target, size, 'lighter', coloured);
}

function drawChecks(target: Context, [width, height]: Size): void {
  const side = Math.max(4, Math.round(Math.max(width, height) / 48));
  fill(target, [width, height], 'source-over', '#fff');
  target.fillStyle = '#c4c8ce';
  for (let y = 0; y < height; y += side) {
    for (let x = ((y / side) % 2) * side; x < width; x += 2 * side) target.fillRect(x, y, side, side);
  }
}

function black(size: Size): HTMLCanvasElement {
  return paper(size, (context) => fill(context, size, 'source-over', '#000'));
}

function blend(context: Context, size: Size, how: GlobalCompositeOperation, image: CanvasImageSource): void {
  context.globalCompositeOperation = how;
  context.drawImage(image, 0, 0, ...size);
}

function fill(context: Context, size: Size, how: GlobalCompositeOperation, colour: string): void {
  context.globalCompositeOperation = how;
  context.fillStyle = colour;
  context.fillRect(0, 0, ...size);
}

function paper(size: Size, draw: (context: Context) => void): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = size;
  const context = canvas.getContext('2d', { alpha: false });
  if (context !== null) draw(context);
  return canvas;
}
