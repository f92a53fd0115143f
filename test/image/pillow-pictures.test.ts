import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  decodeMatte,
  decodeRgb,
  encodePicturePreview,
  readImageSize,
  readStoredPixels,
} from '../../src/image/codec.js';
import { useTempFolders } from '../support/temp-folder.js';
import pillow from './pillow-pictures.json' with { type: 'json' };

const tempFolder = useTempFolders();

/** libheif and libtiff round otherwise than Pillow's decoders; of colours at half the size libheif blends none. */
const TOLERANCE: Readonly<Record<string, number>> = {
  'avif-420.avif': 255,
  'avif-422.avif': 255,
  'avif-limited.avif': 2,
  'avif-444.avif': 1,
  'avif-alpha.avif': 1,
  'exif-6.avif': 1,
  'exif-7.avif': 1,
  'tiff-ycbcr-deflate.tif': 1,
};
/** 16-bit grey, which Pillow turns white and we read by its high byte: that of the 8-bit picture. */
const WHITE_IN_PILLOW: Readonly<Record<string, string>> = {
  'png-grey-16.png': 'png-grey.png',
  'tiff-grey-16.tif': 'png-grey.png',
};
const UNREADABLE = ['tiff-zstd.tif'];
/** 16 bits of grey of which 65535 is white: rounded, not cut. */
const ROUNDED = ['netpbm-16.pgm'];

interface Case {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly rgb: Buffer;
  readonly path: string;
}

async function writeCase(name: string): Promise<Case> {
  const found = pillow.cases.find((of) => of.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  const path = join(await tempFolder(), name);
  await writeFile(path, Buffer.from(found.file, 'base64'));
  const { width, height } = found;
  return { name, width, height, rgb: Buffer.from(pillow.pictures[found.rgb], 'base64'), path };
}

const readable = pillow.cases
  .map(({ name }) => name)
  .filter((name) => !UNREADABLE.includes(name) && !ROUNDED.includes(name));

describe(`a picture that Pillow ${pillow.pillow} reads`, () => {
  it.each(readable)('is read alike: %s', async (name) => {
    const { width, height, path } = await writeCase(name);
    const { rgb } = await writeCase(WHITE_IN_PILLOW[name] ?? name);
    const ours = await decodeRgb(path);
    expect([ours.width, ours.height]).toEqual([width, height]);
    expect(await readImageSize(path)).toEqual({ width, height });
    const most = ours.data.reduce((max, value, i) => Math.max(max, Math.abs(value - rgb[i])), 0);
    expect(ours.data.length).toBe(rgb.length);
    expect(most).toBeLessThanOrEqual(TOLERANCE[name] ?? 0);
  });

  it.each(UNREADABLE)('is refused by name where it is not read: %s', async (name) => {
    const { path } = await writeCase(name);
    await expect(decodeRgb(path)).rejects.toMatchObject({ code: 'data.unreadable', where: path });
  });

  it('of 16-bit PGM is scaled by its maximum', async () => {
    const [wide, narrow] = [await writeCase('netpbm-16.pgm'), await writeCase('netpbm.pgm')];
    const expected = narrow.rgb.map((value) => Math.round((value * 256 + ((value * 7 + 3) % 256)) / 257));
    expect(Buffer.from((await decodeRgb(wide.path)).data)).toEqual(expected);
  });
});

describe('the preview of a picture', () => {
  it.each([
    'bmp-24.bmp',
    'netpbm.ppm',
    'gif-transparent.gif',
    'jpeg-cmyk.jpg',
    'tiff-ycbcr.tif',
    'png-rgba.png',
  ])('has its colours: %s', async (name) => {
    const { path, rgb, width, height } = await writeCase(name);
    const preview = await encodePicturePreview(path, width, height);
    const { data, info } = await sharp(preview).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([width, height, 3]);
    const mean = data.reduce((sum, value, i) => sum + Math.abs(value - rgb[i]), 0) / data.length;
    expect(mean).toBeLessThan(16);
  });
});

describe('a bitmap or Netpbm file as a mask', () => {
  const grey = readable.filter((name) => /^(bmp-1\.|bmp-8-grey|netpbm.*\.p[bg]m)/.test(name));
  it.each(grey)('is its grey: %s', async (name) => {
    const { path, rgb, width, height } = await writeCase(name);
    const data = Uint8Array.from({ length: width * height }, (_, i) => rgb[i * 3]);
    expect(await decodeMatte(path)).toEqual({ width, height, data });
  });

  it('with an alpha channel is a cut-out', async () => {
    const { path, width, height } = await writeCase('bmp-32-alpha-v5.bmp');
    const row = Array.from({ length: width }, (_, x) => Math.min(255, Math.floor((x * 300) / (width - 1))));
    expect([...(await decodeMatte(path)).data]).toEqual(Array.from({ length: height }, () => row).flat());
  });

  it.each([
    ['bmp-24.bmp', { format: 'bmp', colour: 'colour', hasAlpha: false, bits: 8 }],
    ['bmp-4-runs.bmp', { format: 'bmp', colour: 'colour', hasAlpha: false, bits: 4 }],
    ['bmp-1.bmp', { format: 'bmp', colour: 'grey', hasAlpha: false, bits: 1 }],
    ['bmp-32-alpha-v4.bmp', { format: 'bmp', colour: 'colour', hasAlpha: true, bits: 8 }],
    ['netpbm-16.pgm', { format: 'pgm', colour: 'grey', hasAlpha: false, bits: 16 }],
    ['netpbm.pbm', { format: 'pbm', colour: 'grey', hasAlpha: false, bits: 1 }],
  ])('says how it stores its pixels: %s', async (name, stored) => {
    const { path, width, height } = await writeCase(name);
    expect(await readStoredPixels(path)).toEqual({ ...stored, width, height });
  });

  const plain = readable.filter((name) => /^(bmp|netpbm)/.test(name));
  it.each(plain)('that breaks off is refused, wherever it does: %s', async (name) => {
    const { path } = await writeCase(name);
    const whole = Buffer.from(pillow.cases.find((of) => of.name === name)?.file ?? '', 'base64');
    for (const share of [0.02, 0.1, 0.5, 0.9]) {
      await writeFile(path, whole.subarray(0, Math.max(1, Math.floor(whole.length * share))));
      await expect(decodeRgb(path), String(share)).rejects.toMatchObject({ code: 'data.unreadable' });
    }
  });

  it('of a kind that is not read is refused by what it is', async () => {
    const { path } = await writeCase('bmp-24.bmp');
    const file = Buffer.from(pillow.cases.find(({ name }) => name === 'bmp-24.bmp')?.file ?? '', 'base64');
    file.writeUInt32LE(5, 30);
    await writeFile(path, file);
    await expect(decodeRgb(path)).rejects.toMatchObject({
      message: 'not a readable image (a bitmap of 24 bits with compression 5)',
    });
  });

  it('of values above its maximum is refused', async () => {
    const path = join(await tempFolder(), 'above.pgm');
    for (const text of ['P2 2 1 100\n50 101\n', 'P5 2 1 100\n2e']) {
      await writeFile(path, text);
      await expect(decodeRgb(path)).rejects.toMatchObject({
        message: 'not a readable image (the value 101 is above the maximum of 100)',
      });
    }
  });
});

describe('a TIFF of YCbCr colours without JPEG around them', () => {
  it('is a mask by its luma', async () => {
    const { path } = await writeCase('tiff-ycbcr.tif');
    const plain = await writeCase('png-grey.png');
    const [ours, grey] = [await decodeMatte(path), await decodeMatte(plain.path)];
    const most = ours.data.reduce((max, value, i) => Math.max(max, Math.abs(value - grey.data[i])), 0);
    expect(most).toBeLessThanOrEqual(2);
  });

  it('stored for fewer pixels than the luma is refused', async () => {
    const { path } = await writeCase('tiff-ycbcr.tif');
    const file = Buffer.from(
      pillow.cases.find(({ name }) => name === 'tiff-ycbcr.tif')?.file ?? '',
      'base64',
    );
    const entry = file.indexOf(Buffer.from([0x12, 0x02, 3, 0]));
    file.writeUInt16LE(2, entry + 8);
    await writeFile(path, file);
    for (const read of [decodeRgb, decodeMatte]) {
      await expect(read(path)).rejects.toMatchObject({ message: expect.stringContaining('1/2 x 1/1') });
    }
  });
});
