import sharp from 'sharp';
import type { MaskValues } from '../../../src/schema/mask-values.js';
import { writeCmykTiff } from '../../image/write-cmyk-tiff.js';
import { writePng, type PngForm } from '../../image/write-png.js';
import { writeTiff, type TiffForm } from '../../image/write-tiff.js';

export const [WIDTH, HEIGHT] = [48, 36];
const COUNT = WIDTH * HEIGHT;

function radius(i: number): number {
  return Math.hypot((i % WIDTH) - 22, Math.floor(i / WIDTH) - 17);
}

/** A disc, and a ring around it that some encodings call void. */
const INSIDE = Array.from({ length: COUNT }, (_, i) => radius(i) < 11);
const RING = Array.from({ length: COUNT }, (_, i) => radius(i) >= 11 && radius(i) < 14);

/** 255 in the disc. */
export const DISC = Uint8Array.from(INSIDE, (inside) => (inside ? 255 : 0));

/** One way of storing the disc as a mask, alone in its folder. */
export interface Encoding {
  readonly name: string;
  readonly extension: string;
  write(path: string): Promise<unknown>;
  /** What it is refused for without a word from the user; read right where this is left out. */
  readonly refused?: RegExp;
  /** What makes it right. */
  readonly rightAs?: readonly MaskValues[];
}

/** A value per pixel: of the ground, the disc and the ring. */
const values = (ground: number, disc: number, ring = ground): number[] =>
  INSIDE.map((inside, i) => (inside ? disc : RING[i] ? ring : ground));
const bytes = (...of: Parameters<typeof values>): Uint8Array => Uint8Array.from(values(...of));
/** Channels a pixel from what the ground and the disc hold. */
const pixels = (ground: readonly number[], disc: readonly number[], ring = ground): number[] =>
  INSIDE.flatMap((inside, i) => (inside ? disc : RING[i] ? ring : ground));
/** A photograph's colours, with an alpha. */
const photo = (alpha: readonly number[]): number[] =>
  INSIDE.flatMap((_, i) => [(i * 5) % 251, (i * 11) % 241, (i * 3) % 239, alpha[i]]);

type Grey = Omit<PngForm, 'width' | 'height' | 'samples' | 'colourType'>;

const size = { width: WIDTH, height: HEIGHT };
const png = (form: Omit<PngForm, 'width' | 'height'>) => (path: string) =>
  writePng(path, { ...size, ...form });
const grey = (bitDepth: Grey['bitDepth'], samples: readonly number[], more: Partial<Grey> = {}) =>
  png({ bitDepth, colourType: 0, samples, ...more });
const rgb = (samples: readonly number[]) => png({ bitDepth: 8, colourType: 2, samples });
const rgba = (samples: readonly number[]) => png({ bitDepth: 8, colourType: 6, samples });
const tiff = (form: Omit<TiffForm, 'width' | 'height'>) => (path: string) =>
  writeTiff(path, { ...size, ...form });
const floats = (of: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(of).buffer);
const shorts = (of: readonly number[]): Uint8Array => new Uint8Array(Uint16Array.from(of).buffer);
const longs = (of: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(of).buffer);
const drawn = (channels: 1 | 3 | 4, data: Uint8Array) => sharp(data, { raw: { ...size, channels } });

/** Pascal VOC's colours, as far as they are needed here. */
const VOC = Array.from({ length: 256 }, (_, i): [number, number, number] => {
  const bit = (shift: number): number => (((i >> shift) & 1) << 7) | (((i >> (shift + 3)) & 1) << 6);
  return [bit(0), bit(1), bit(2)];
});
const palette = (
  bitDepth: Grey['bitDepth'],
  samples: readonly number[],
  colours: PngForm['palette'],
  paletteAlpha?: readonly number[],
) =>
  png({
    bitDepth,
    colourType: 3,
    samples,
    ...(colours === undefined ? {} : { palette: colours }),
    ...(paletteAlpha === undefined ? {} : { paletteAlpha }),
  });
const BLACK: [number, number, number] = [0, 0, 0];
const WHITE: [number, number, number] = [255, 255, 255];
const RED: [number, number, number] = [255, 0, 0];
const ramp = Array.from({ length: 256 }, (_, i): [number, number, number] => [i, i, i]);
/** Of a TIFF: index 1 is a dark red, 2 a green. */
const tiffPalette = [...Array(256).keys(), ...Array(256).keys(), ...Array(256).keys()].map((index, i) =>
  index === 1 && i < 256 ? 0x8080 : index === 2 && i >= 256 && i < 512 ? 0x8080 : 0,
);
const bits1 = (isSet: (i: number) => boolean): Uint8Array => {
  const packed = new Uint8Array((WIDTH / 8) * HEIGHT);
  for (let i = 0; i < COUNT; i++) if (isSet(i)) packed[i >> 3] |= 128 >> (i & 7);
  return packed;
};
const edge = (i: number): number => Math.max(0, Math.min(1, 11.5 - radius(i)));
/** Opaque inside, a soft rim that never makes one half outside of the disc. */
const softly = (full: number): number[] =>
  INSIDE.map((inside, i) =>
    inside ? Math.max(full * 0.51, full * edge(i)) : Math.min(full * 0.49, full * edge(i)),
  );

const RIGHT: readonly Encoding[] = [
  { name: 'grey 8 bits, 0 and 255', extension: 'png', write: grey(8, values(0, 255)) },
  { name: 'grey 1 bit', extension: 'png', write: grey(1, values(0, 1)) },
  { name: 'grey 2 bits, 0 and 3', extension: 'png', write: grey(2, values(0, 3)) },
  { name: 'grey 2 bits, 0 and 1', extension: 'png', write: grey(2, values(0, 1)) },
  {
    name: 'grey 2 bits, 0 and 1, beside a transparent value that none has',
    extension: 'png',
    write: grey(2, values(0, 1), { transparent: [2] }),
  },
  { name: 'grey 4 bits, 0 and 15', extension: 'png', write: grey(4, values(0, 15)) },
  { name: 'grey 4 bits, 0 and 1', extension: 'png', write: grey(4, values(0, 1)) },
  { name: 'grey 8 bits, 0 and 1', extension: 'png', write: grey(8, values(0, 1)) },
  { name: 'grey 16 bits, 0 and 1', extension: 'png', write: grey(16, values(0, 1)) },
  { name: 'grey 16 bits, 0 and 65535', extension: 'png', write: grey(16, values(0, 65535)) },
  { name: 'grey 8 bits, soft', extension: 'png', write: grey(8, softly(255).map(Math.round)) },
  { name: 'grey 16 bits, soft', extension: 'png', write: grey(16, softly(65535).map(Math.round)) },
  {
    name: 'grey and opaque alpha',
    extension: 'png',
    write: png({ bitDepth: 8, colourType: 4, samples: pixels([0, 255], [255, 255]) }),
  },
  { name: 'RGB, all three alike', extension: 'png', write: rgb(pixels(BLACK, WHITE)) },
  { name: 'RGB, 0 and 1', extension: 'png', write: rgb(pixels(BLACK, [1, 1, 1])) },
  {
    name: 'RGB 16 bits',
    extension: 'png',
    write: png({ bitDepth: 16, colourType: 2, samples: pixels([0, 0, 0], [65535, 65535, 65535]) }),
  },
  {
    name: 'RGBA, white and opaque',
    extension: 'png',
    write: rgba(pixels([0, 0, 0, 255], [255, 255, 255, 255])),
  },
  { name: 'RGBA, alpha alone', extension: 'png', write: rgba(pixels([0, 0, 0, 0], [0, 0, 0, 255])) },
  {
    name: 'RGBA, alpha and white alike',
    extension: 'png',
    write: rgba(pixels([0, 0, 0, 0], [255, 255, 255, 255])),
  },
  { name: 'RGBA, a cut-out', extension: 'png', write: rgba(photo(values(0, 255))) },
  {
    name: 'RGBA 16 bits, alpha alone',
    extension: 'png',
    write: png({ bitDepth: 16, colourType: 6, samples: pixels([9, 9, 9, 0], [9, 9, 9, 65535]) }),
  },
  { name: 'alpha of 0 and 1', extension: 'png', write: rgba(photo(values(0, 1))) },
  { name: 'palette of black and white', extension: 'png', write: palette(1, values(0, 1), [BLACK, WHITE]) },
  { name: 'palette of white and black', extension: 'png', write: palette(1, values(1, 0), [WHITE, BLACK]) },
  { name: 'palette of greys', extension: 'png', write: palette(8, values(0, 255), ramp) },
  { name: 'palette of greys, 0 and 1', extension: 'png', write: palette(8, values(0, 1), ramp) },
  {
    name: 'palette with one transparent entry',
    extension: 'png',
    write: palette(2, values(0, 1), [BLACK, RED], [0, 255]),
  },
  { name: 'a transparent black', extension: 'png', write: grey(8, values(0, 255), { transparent: [0] }) },
  {
    name: 'JPEG',
    extension: 'jpg',
    write: (path) => drawn(1, DISC).toColourspace('b-w').jpeg({ quality: 90 }).toFile(path),
  },
  {
    name: 'JPEG in RGB',
    extension: 'jpg',
    write: (path) => drawn(1, DISC).toColourspace('srgb').jpeg({ quality: 90 }).toFile(path),
  },
  {
    name: 'lossless WebP',
    extension: 'webp',
    write: (path) => drawn(1, DISC).webp({ lossless: true }).toFile(path),
  },
  { name: 'WebP', extension: 'webp', write: (path) => drawn(1, DISC).webp({ quality: 90 }).toFile(path) },
  {
    name: 'WebP, a cut-out',
    extension: 'webp',
    write: (path) =>
      drawn(4, Uint8Array.from(photo(values(0, 255))))
        .webp({ lossless: true })
        .toFile(path),
  },
  { name: 'GIF of black and white', extension: 'gif', write: (path) => drawn(1, DISC).gif().toFile(path) },
  {
    name: 'GIF with a transparent ground',
    extension: 'gif',
    write: (path) =>
      drawn(4, Uint8Array.from(pixels([0, 0, 0, 0], [255, 255, 255, 255])))
        .gif()
        .toFile(path),
  },
  { name: 'TIFF 8 bits', extension: 'tif', write: tiff({ bits: 8, data: bytes(0, 255) }) },
  { name: 'TIFF 8 bits, 0 and 1', extension: 'tif', write: tiff({ bits: 8, data: bytes(0, 1) }) },
  {
    name: 'TIFF 8 bits, white is zero',
    extension: 'tif',
    write: tiff({ bits: 8, photometric: 0, data: bytes(255, 0) }),
  },
  { name: 'TIFF 1 bit', extension: 'tif', write: tiff({ bits: 1, data: bits1((i) => INSIDE[i]) }) },
  {
    name: 'TIFF 1 bit, white is zero',
    extension: 'tif',
    write: tiff({ bits: 1, photometric: 0, data: bits1((i) => !INSIDE[i]) }),
  },
  { name: 'TIFF 16 bits', extension: 'tif', write: tiff({ bits: 16, data: shorts(values(0, 65535)) }) },
  { name: 'TIFF 16 bits, 0 and 1', extension: 'tif', write: tiff({ bits: 16, data: shorts(values(0, 1)) }) },
  {
    name: 'TIFF 16 bits with a sign, 0 and 1',
    extension: 'tif',
    write: tiff({ bits: 16, format: 2, data: shorts(values(0, 1)) }),
  },
  { name: 'TIFF 32 bits, 0 and 1', extension: 'tif', write: tiff({ bits: 32, data: longs(values(0, 1)) }) },
  {
    name: 'TIFF floating point, 0 and 1',
    extension: 'tif',
    write: tiff({ bits: 32, format: 3, data: floats(values(0, 1)) }),
  },
  {
    name: 'TIFF floating point, soft',
    extension: 'tif',
    write: tiff({ bits: 32, format: 3, data: floats(softly(1)) }),
  },
  {
    name: 'TIFF CMYK, black by its key',
    extension: 'tif',
    write: (path) => writeCmykTiff(path, WIDTH, HEIGHT, pixels([0, 0, 0, 255], [0, 0, 0, 0])),
  },
  {
    name: 'TIFF CMYK, black by all inks',
    extension: 'tif',
    write: (path) => writeCmykTiff(path, WIDTH, HEIGHT, pixels([255, 255, 255, 255], [0, 0, 0, 0])),
  },
];

const REFUSED: readonly Encoding[] = [
  {
    name: 'colours of 0 and 1 under an alpha of 1 everywhere',
    extension: 'png',
    write: rgba(pixels([0, 0, 0, 1], [1, 1, 1, 1])),
    refused: /alpha/,
  },
  {
    name: 'grey 8 bits, soft, in percent',
    extension: 'png',
    write: grey(
      8,
      INSIDE.map((inside, i) => (inside ? 55 + ((i * 7) % 45) : (i * 3) % 45)),
    ),
    refused: /never reaches half of 255/,
    rightAs: [{ threshold: 50 }],
  },
  {
    name: 'labels 0 and 2',
    extension: 'png',
    write: grey(8, values(0, 2)),
    refused: /labels \(0, 2\).*labels: \[2\]/,
    rightAs: ['nonzero', { labels: [2] }, { threshold: 1 }],
  },
  {
    name: 'labels 1, 2 and 3',
    extension: 'png',
    write: grey(8, values(2, 1, 3)),
    refused: /labels \(1, 2, 3\)/,
    rightAs: [{ labels: [1] }, { labels: [1], ignore: [3] }],
  },
  {
    name: 'labels 0, 1 and void 255',
    extension: 'png',
    write: grey(8, values(0, 1, 255)),
    refused: /labels: \[1\], ignore: \[255\]/,
    rightAs: [{ labels: [1], ignore: [255] }, { ignore: [255] }, { as: 'nonzero', ignore: [255] }],
  },
  {
    name: 'labels 11 and 12 of Cityscapes',
    extension: 'png',
    write: grey(8, values(7, 11, 12)),
    refused: /labels \(7, 11, 12\)/,
    rightAs: [{ labels: [11] }],
  },
  {
    name: 'labels of 16 bits',
    extension: 'png',
    write: grey(16, values(0, 3)),
    refused: /labels.*16 bits/,
    rightAs: ['nonzero', { labels: [3] }],
  },
  {
    name: 'labels of 4 bits',
    extension: 'png',
    write: grey(4, values(0, 5, 9)),
    refused: /labels.*4 bits/,
    rightAs: [{ labels: [5] }, { labels: [5], ignore: [9] }],
  },
  {
    name: 'labels of 2 bits',
    extension: 'png',
    write: grey(2, values(0, 1, 2)),
    refused: /labels.*2 bits/,
    rightAs: [{ labels: [1] }],
  },
  {
    name: '8-bit values in 16 bits',
    extension: 'png',
    write: grey(16, values(0, 255)),
    refused: /labels \(0, 255\).*16 bits/,
    rightAs: [{ labels: [255] }, { threshold: 128 }, 'nonzero'],
  },
  {
    name: '12-bit values in 16 bits',
    extension: 'png',
    write: grey(16, values(0, 4095)),
    refused: /labels \(0, 4095\)/,
    rightAs: [{ threshold: 2048 }],
  },
  {
    name: 'half as bright as they should be',
    extension: 'png',
    write: grey(8, values(0, 127)),
    refused: /labels \(0, 127\)/,
    rightAs: ['nonzero', { threshold: 64 }],
  },
  {
    name: 'a trimap',
    extension: 'png',
    write: grey(8, values(0, 255, 128)),
    refused: /trimap.*ignore: \[128\]/,
    rightAs: [{ threshold: 255 }, { as: 'opacity', ignore: [128] }],
  },
  {
    name: 'VOC palette',
    extension: 'png',
    write: palette(8, values(0, 1), VOC),
    refused: /palette indices 0, 1.*labels: \[1\]/,
    rightAs: [{ labels: [1] }, 'nonzero', { labels: [1], channel: 'index' }],
  },
  {
    name: 'VOC palette with void',
    extension: 'png',
    write: palette(8, values(0, 15, 255), VOC),
    refused: /palette indices.*labels: \[15\], ignore: \[255\]/,
    rightAs: [
      { labels: [15], ignore: [255] },
      { as: 'nonzero', ignore: [255] },
    ],
  },
  {
    name: 'VOC palette, two classes',
    extension: 'png',
    write: palette(8, values(5, 1, 2), VOC),
    refused: /palette indices/,
    rightAs: [{ labels: [1] }],
  },
  {
    name: 'palette of 4 bits',
    extension: 'png',
    write: palette(4, values(0, 2), VOC.slice(0, 16)),
    refused: /palette indices 0, 2/,
    rightAs: [{ labels: [2] }],
  },
  {
    name: 'palette with a transparent ground and void',
    extension: 'png',
    write: palette(8, values(0, 1, 2), VOC, [0]),
    refused: /palette indices, some of them transparent/,
    rightAs: [{ labels: [1] }],
  },
  {
    name: 'palette of two grey labels',
    extension: 'png',
    write: palette(8, values(0, 7), VOC),
    refused: /palette indices 0, 7.*labels: \[7\]/,
    rightAs: [{ labels: [7] }],
  },
  {
    name: 'red alone',
    extension: 'png',
    write: rgb(pixels(BLACK, RED)),
    refused: /in colour \(#000000, #ff0000\).*channel: red/,
    rightAs: [{ channel: 'red' }, 'nonzero'],
  },
  {
    name: 'red of 1',
    extension: 'png',
    write: rgb(pixels(BLACK, [1, 0, 0])),
    refused: /in colour/,
    rightAs: [{ channel: 'red' }, 'nonzero'],
  },
  { name: 'blue on white', extension: 'png', write: rgb(pixels(WHITE, [0, 0, 255])), refused: /in colour/ },
  {
    name: 'two colours',
    extension: 'png',
    write: rgb(pixels(BLACK, [0, 255, 0], RED)),
    refused: /in colour/,
    rightAs: [{ channel: 'green' }],
  },
  {
    name: 'JPEG in colour',
    extension: 'jpg',
    write: (path) =>
      drawn(3, Uint8Array.from(pixels(BLACK, RED)))
        .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
        .toFile(path),
    refused: /in colour/,
    rightAs: [{ channel: 'red' }],
  },
  {
    name: 'a transparent white',
    extension: 'png',
    write: grey(8, values(0, 255), { transparent: [255] }),
    refused: /alpha channel that contradicts its colours/,
    rightAs: [{ channel: 'luma' }],
  },
  {
    name: 'RGBA, all transparent',
    extension: 'png',
    write: rgba(pixels([0, 0, 0, 0], [255, 255, 255, 0])),
    refused: /contradicts/,
    rightAs: [{ channel: 'luma' }],
  },
  {
    name: 'RGBA, alpha the other way round',
    extension: 'png',
    write: rgba(pixels([0, 0, 0, 255], [255, 255, 255, 0])),
    refused: /contradicts/,
    rightAs: [{ channel: 'luma' }],
  },
  {
    name: 'RGBA, a photograph and all opaque',
    extension: 'png',
    write: rgba(photo(values(255, 255))),
    refused: /opaque everywhere and has colours.*channel: alpha/,
  },
  {
    name: 'RGBA, a photograph and all transparent',
    extension: 'png',
    write: rgba(photo(values(0, 0))),
    refused: /transparent everywhere/,
  },
  {
    name: 'RGBA, red and all opaque',
    extension: 'png',
    write: rgba(pixels([0, 0, 0, 255], [255, 0, 0, 255])),
    refused: /opaque everywhere and has colours/,
    rightAs: [{ channel: 'red' }],
  },
  {
    name: 'GIF of labels',
    extension: 'gif',
    write: (path) =>
      drawn(3, Uint8Array.from(pixels(BLACK, [128, 0, 0], [0, 128, 0])))
        .gif()
        .toFile(path),
    refused: /palette indices/,
    rightAs: [{ channel: 'red', threshold: 64 }],
  },
  {
    name: 'GIF with a transparent white',
    extension: 'gif',
    write: (path) =>
      drawn(4, Uint8Array.from(pixels([0, 0, 0, 255], [255, 255, 255, 0])))
        .gif()
        .toFile(path),
    refused: /black wherever it is not transparent/,
  },
  {
    name: 'TIFF palette',
    extension: 'tif',
    write: tiff({ bits: 8, photometric: 3, palette: tiffPalette, data: bytes(0, 1, 2) }),
    refused: /palette indices/,
    rightAs: [{ channel: 'red', threshold: 64 }],
  },
  {
    name: 'TIFF labels',
    extension: 'tif',
    write: tiff({ bits: 8, data: bytes(0, 2, 1) }),
    refused: /labels/,
    rightAs: [{ labels: [2] }],
  },
  {
    name: 'TIFF 32 bits, 0 and 255',
    extension: 'tif',
    write: tiff({ bits: 32, data: longs(values(0, 255)) }),
    refused: /labels.*32 bits/,
    rightAs: [{ threshold: 128 }],
  },
  {
    name: 'TIFF floating point, 0 and 255',
    extension: 'tif',
    write: tiff({ bits: 32, format: 3, data: floats(values(0, 255)) }),
    refused: /above 1.*floating point/,
    rightAs: [{ labels: [255] }, { threshold: 0.5 }, 'nonzero'],
  },
  {
    name: 'TIFF floating point with NaN',
    extension: 'tif',
    write: tiff({ bits: 32, format: 3, data: floats(values(0, 1, Number.NaN)) }),
    refused: /NaN/,
    rightAs: [{ threshold: 0.5 }],
  },
  {
    name: 'one value everywhere',
    extension: 'png',
    write: grey(8, values(77, 77)),
    refused: /one value everywhere \(77\)/,
  },
];

export const ENCODINGS: readonly Encoding[] = [...RIGHT, ...REFUSED];
