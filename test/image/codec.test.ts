import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeMatte,
  decodeRgb,
  decodeTruth,
  rasterizeSvg,
  readImageSize,
  readStoredPixels,
} from '../../src/image/codec.js';
import { encodeMattePng } from '../../src/image/encode-matte.js';
import { writeCmykTiff } from './write-cmyk-tiff.js';
import { writePng, type PngForm } from './write-png.js';

let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maskbench-codec-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function matteOf(form: Omit<PngForm, 'width' | 'height'>): Promise<number[]> {
  const path = await writePng(at('mask.png'), { width: 3, height: 2, ...form });
  const { width, height, data } = await decodeMatte(path);
  expect([width, height]).toEqual([3, 2]);
  return [...data];
}

describe('a matte', () => {
  it('of 1 bit is 0 and 255', async () => {
    const samples = [0, 1, 0, 1, 1, 0];
    expect(await matteOf({ bitDepth: 1, colourType: 0, samples })).toEqual([0, 255, 0, 255, 255, 0]);
  });

  it('of 2 and 4 bits is spread over 0 to 255', async () => {
    const two = { bitDepth: 2, colourType: 0, samples: [0, 1, 2, 3, 0, 3] } as const;
    expect(await matteOf(two)).toEqual([0, 85, 170, 255, 0, 255]);
    const four = { bitDepth: 4, colourType: 0, samples: [0, 1, 2, 14, 15, 7] } as const;
    expect(await matteOf(four)).toEqual([0, 17, 34, 238, 255, 119]);
  });

  it('of 8 bits keeps its values', async () => {
    const samples = [0, 1, 127, 128, 254, 255];
    expect(await matteOf({ bitDepth: 8, colourType: 0, samples })).toEqual(samples);
  });

  it('of 16 bits keeps the high byte', async () => {
    const samples = [0, 0xff, 0x7fff, 0x8000, 0xfeff, 0xffff];
    expect(await matteOf({ bitDepth: 16, colourType: 0, samples })).toEqual([0, 0, 127, 128, 254, 255]);
  });

  it('with a palette takes the colour behind the index', async () => {
    const palette = [
      [0, 0, 0],
      [255, 255, 255],
      [90, 90, 90],
    ] as const;
    for (const bitDepth of [2, 4, 8] as const) {
      const samples = [0, 1, 2, 2, 1, 0];
      expect(await matteOf({ bitDepth, colourType: 3, samples, palette })).toEqual([0, 255, 90, 90, 255, 0]);
    }
  });

  it('with a 1-bit palette may be white first', async () => {
    const palette = [
      [255, 255, 255],
      [0, 0, 0],
    ] as const;
    const samples = [0, 1, 0, 1, 1, 0];
    expect(await matteOf({ bitDepth: 1, colourType: 3, samples, palette })).toEqual([255, 0, 255, 0, 0, 255]);
  });

  it('of equal RGB channels is any one of them', async () => {
    const values = [0, 1, 127, 128, 254, 255];
    const samples = values.flatMap((v) => [v, v, v]);
    expect(await matteOf({ bitDepth: 8, colourType: 2, samples })).toEqual(values);
  });

  it('of unequal RGB channels is the luma that Pillow computes', async () => {
    const samples = [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [10, 20, 30],
      [200, 100, 50],
      [1, 2, 3],
    ].flat();
    // Printed by Pillow 13: Image.convert("L").
    expect(await matteOf({ bitDepth: 8, colourType: 2, samples })).toEqual([76, 150, 29, 18, 124, 2]);
  });

  it('of 16-bit RGB keeps the high bytes', async () => {
    const values = [0, 0x01ff, 0x7fff, 0x8000, 0xfe00, 0xffff];
    const samples = values.flatMap((v) => [v, v, v]);
    expect(await matteOf({ bitDepth: 16, colourType: 2, samples })).toEqual([0, 1, 127, 128, 254, 255]);
  });

  it('that is a cut-out is its alpha channel', async () => {
    const alpha = [0, 64, 128, 192, 255, 255];
    const rgba = alpha.flatMap((a, i) => [10 * i, 20 * i, 30 * i, a]);
    expect(await matteOf({ bitDepth: 8, colourType: 6, samples: rgba })).toEqual(alpha);
    const greyAlpha = alpha.flatMap((a, i) => [40 * i, a]);
    expect(await matteOf({ bitDepth: 8, colourType: 4, samples: greyAlpha })).toEqual(alpha);
  });

  it('whose alpha is opaque everywhere is its colour', async () => {
    const values = [0, 1, 127, 128, 254, 255];
    const rgba = values.flatMap((v) => [v, v, v, 255]);
    expect(await matteOf({ bitDepth: 8, colourType: 6, samples: rgba })).toEqual(values);
    const greyAlpha = values.flatMap((v) => [v, 255]);
    expect(await matteOf({ bitDepth: 8, colourType: 4, samples: greyAlpha })).toEqual(values);
  });

  it('with transparent palette entries is their alpha', async () => {
    const palette = [
      [200, 0, 0],
      [0, 200, 0],
      [0, 0, 200],
    ] as const;
    const samples = [0, 1, 2, 2, 1, 0];
    const form = { bitDepth: 8, colourType: 3, samples, palette, paletteAlpha: [0, 128] } as const;
    expect(await matteOf(form)).toEqual([0, 128, 255, 255, 128, 0]);
  });

  it('comes back from its own PNG unchanged', async () => {
    const data = Uint8Array.from({ length: 35 }, (_, i) => (i * 37) & 255);
    await writeFile(at('own.png'), await encodeMattePng({ width: 7, height: 5, data }));
    expect(await decodeMatte(at('own.png'))).toEqual({ width: 7, height: 5, data });
    const { channels, depth } = await sharp(at('own.png')).metadata();
    expect([channels, depth]).toEqual([1, 'uchar']);
  });
});

describe('a ground truth', () => {
  it('that counts 0 and 1 is stretched to 0 and 255', async () => {
    const samples = [0, 1, 0, 1, 1, 0];
    const path = await writePng(at('01.png'), { width: 3, height: 2, bitDepth: 8, colourType: 0, samples });
    expect([...(await decodeTruth(path)).data]).toEqual([0, 255, 0, 255, 255, 0]);
  });

  it('with any greater value is left alone', async () => {
    const samples = [0, 1, 0, 1, 2, 0];
    const path = await writePng(at('012.png'), { width: 3, height: 2, bitDepth: 8, colourType: 0, samples });
    expect([...(await decodeTruth(path)).data]).toEqual(samples);
  });
});

describe('EXIF orientation', () => {
  // 3 x 2 as it should be seen, and how each orientation stores it (values are grey levels).
  const upright = [0, 50, 100, 150, 200, 250];
  const stored: Record<number, { readonly width: number; readonly pixels: readonly number[] }> = {
    1: { width: 3, pixels: [0, 50, 100, 150, 200, 250] },
    2: { width: 3, pixels: [100, 50, 0, 250, 200, 150] },
    3: { width: 3, pixels: [250, 200, 150, 100, 50, 0] },
    4: { width: 3, pixels: [150, 200, 250, 0, 50, 100] },
    5: { width: 2, pixels: [0, 150, 50, 200, 100, 250] },
    6: { width: 2, pixels: [100, 250, 50, 200, 0, 150] },
    7: { width: 2, pixels: [250, 100, 200, 50, 150, 0] },
    8: { width: 2, pixels: [150, 0, 200, 50, 250, 100] },
  };

  const formats = {
    jpeg: { quality: 100 },
    png: {},
    webp: { lossless: true },
    tiff: { compression: 'deflate' },
    avif: { lossless: true, chromaSubsampling: '4:4:4' },
  } as const;
  const each = Object.entries(formats).flatMap(([format, options]) =>
    Object.keys(stored).map(
      (orientation) => [format as keyof typeof formats, Number(orientation), options] as const,
    ),
  );

  it.each(each)(
    'of %s, %i, is applied to image, mask and size alike',
    async (format, orientation, options) => {
      const { width, pixels } = stored[orientation];
      const raw = { width, height: 6 / width, channels: 1 } as const;
      const path = at(`oriented-${orientation}.${format}`);
      // 8 x 8 blocks of one value survive JPEG and AVIF.
      await sharp(Buffer.from(pixels), { raw })
        .resize({ kernel: 'nearest', width: width * 8 })
        .withMetadata({ orientation })
        .toFormat(format, options)
        .toFile(path);

      expect(await readImageSize(path)).toEqual({ width: 24, height: 16 });
      expect(await readStoredPixels(path)).toMatchObject({ width: 24, height: 16 });
      const centres = upright.map((_, i) => (Math.floor(i / 3) * 8 + 4) * 24 + (i % 3) * 8 + 4);
      const rgb = await decodeRgb(path);
      const matte = await decodeMatte(path);
      for (const image of [rgb, matte]) expect([image.width, image.height]).toEqual([24, 16]);
      centres.forEach((centre, i) => {
        expect(Math.abs(rgb.data[centre * 3] - upright[i])).toBeLessThanOrEqual(2);
        expect(Math.abs(matte.data[centre] - upright[i])).toBeLessThanOrEqual(2);
      });
    },
  );
});

describe('an image', () => {
  it('of grey is repeated over three channels', async () => {
    const samples = [0, 1, 127, 128, 254, 255];
    const path = await writePng(at('grey.png'), { width: 3, height: 2, bitDepth: 8, colourType: 0, samples });
    expect([...(await decodeRgb(path)).data]).toEqual(samples.flatMap((v) => [v, v, v]));
  });

  it('loses its alpha channel and keeps the colours below it', async () => {
    const samples = [10, 20, 30, 0, 40, 50, 60, 128, 70, 80, 90, 255];
    const path = await writePng(at('rgba.png'), { width: 3, height: 1, bitDepth: 8, colourType: 6, samples });
    expect([...(await decodeRgb(path)).data]).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
  });

  it('in CMYK is multiplied out as Pillow does', async () => {
    const ink = [0, 0, 0, 0, 255, 0, 0, 0, 0, 200, 100, 50];
    const path = await writeCmykTiff(at('cmyk.tif'), 3, 1, ink);
    // Printed by Pillow 13: Image.convert("RGB").
    expect([...(await decodeRgb(path)).data]).toEqual([255, 255, 255, 0, 255, 255, 205, 44, 125]);
  });

  it('in a CMYK JPEG is read, not refused', async () => {
    const path = at('cmyk.jpg');
    await sharp({ create: { width: 16, height: 16, channels: 3, background: '#000' } })
      .toColourspace('cmyk')
      .jpeg({ quality: 100 })
      .toFile(path);
    expect((await sharp(path).metadata()).space).toBe('cmyk');
    const { width, height, data } = await decodeRgb(path);
    expect([width, height, data.length]).toEqual([16, 16, 768]);
    expect(Math.max(...data)).toBeLessThan(60);
  });
});

describe('a file that is no image', () => {
  const readers = { decodeRgb, decodeMatte, decodeTruth, readImageSize };
  const each = Object.entries(readers);

  it.each(each)('is missing: %s names it', async (_name, read) => {
    await expect(read(at('absent.png'))).rejects.toMatchObject({
      code: 'data.missing',
      where: at('absent.png'),
    });
  });

  it.each(each)('is empty: %s says so', async (_name, read) => {
    await writeFile(at('empty.png'), '');
    await expect(read(at('empty.png'))).rejects.toMatchObject({
      code: 'data.empty',
      where: at('empty.png'),
    });
  });

  it.each(each)('is text named .png: %s says what was expected', async (_name, read) => {
    await writeFile(at('text.png'), 'this is no picture\n');
    await expect(read(at('text.png'))).rejects.toMatchObject({
      code: 'data.unreadable',
      where: at('text.png'),
      remedy: expect.stringContaining('PNG'),
    });
  });

  it.each([
    ['JPEG 2000', '\0\0\0\x0cjP  \r\n\x87\n', 'PNG'],
    ['JPEG 2000', '\xff\x4f\xff\x51', 'PNG'],
    ['JPEG XL', '\xff\x0a', 'PNG'],
    ['HEIC', '\0\0\0\x18ftypheic', 'PNG'],
    ['HEIC', '\0\0\0\x1cftypmif1\0\0\0\0mif1heic', 'PNG'],
    ['Photoshop', '8BPS\0\x01', 'PNG'],
    ['Git LFS', 'version https://git-lfs.github.com/spec/v1\n', 'git lfs pull'],
    ['web page', '\n<!DOCTYPE html><html>', 'again'],
  ])('is %s by what it begins with: every reader says so, and what to do', async (what, head, remedy) => {
    await writeFile(at('other.png'), Buffer.from(`${head}${' '.repeat(40)}`, 'latin1'));
    for (const read of Object.values(readers)) {
      await expect(read(at('other.png'))).rejects.toMatchObject({
        code: 'data.unreadable',
        message: expect.stringContaining(what),
        remedy: expect.stringContaining(remedy),
      });
    }
  });

  it.each(['jpeg', 'png', 'webp'] as const)('is a %s that breaks off: decoding fails', async (format) => {
    const noise = Buffer.from(Uint8Array.from({ length: 96 * 96 * 3 }, (_, i) => (i * i * 31) >> 3));
    const whole = await sharp(noise, { raw: { width: 96, height: 96, channels: 3 } })
      .toFormat(format)
      .toBuffer();
    const path = at(`truncated.${format}`);
    await writeFile(path, whole.subarray(0, Math.floor(whole.length / 2)));
    await expect(decodeRgb(path)).rejects.toMatchObject({ code: 'data.unreadable', where: path });
    await expect(decodeMatte(path)).rejects.toMatchObject({ code: 'data.unreadable', where: path });
  });

  it('is a folder: decoding fails', async () => {
    await expect(decodeRgb(folder)).rejects.toMatchObject({ code: 'data.unreadable', where: folder });
  });

  it('is read by its content, not by its extension', async () => {
    const path = await writePng(at('really.png'), {
      width: 1,
      height: 1,
      bitDepth: 8,
      colourType: 0,
      samples: [7],
    });
    await writeFile(at('not-really.jpg'), await readFile(path));
    expect([...(await decodeMatte(at('not-really.jpg'))).data]).toEqual([7]);
  });
});

describe('a drawing', () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>';

  it('is refused as a picture and as a mask, by content and under any name', async () => {
    const drawings: Readonly<Record<string, string | Uint8Array>> = {
      'plain.svg': svg,
      'renamed.png': svg,
      'declared.jpg': `<?xml version="1.0"?>\n<!-- made by hand -->\n${svg}`,
      'packed.png': gzipSync(svg),
      'late.png': `${' '.repeat(200)}${svg}`,
    };
    for (const [name, content] of Object.entries(drawings)) {
      const path = join(folder, name);
      await writeFile(path, content);
      for (const read of [decodeRgb, decodeMatte, decodeTruth, readImageSize, readStoredPixels])
        await expect(read(path), name).rejects.toMatchObject({ code: 'data.unreadable', where: path });
    }
    await expect(decodeMatte(join(folder, 'renamed.png'))).rejects.toMatchObject({
      message: 'not a readable image (a drawing (SVG), not pixels)',
      remedy: 'export it as PNG',
    });
  });

  it('of our own becomes pixels', async () => {
    const { width } = await sharp(await rasterizeSvg(svg, 2)).metadata();
    expect(width).toBe(8);
  });
});
