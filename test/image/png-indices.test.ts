import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodingOf, maskHeaderOf } from '../../src/image/mask-header.js';
import { readPngIndices } from '../../src/image/png-indices.js';
import { useTempFolders } from '../support/temp-folder.js';
import { writePng } from './write-png.js';

const tempFolder = useTempFolders();

describe('the indices of a PNG\u2019s palette', () => {
  it.each([1, 2, 4, 8] as const)('are read at %s bits a pixel', async (bitDepth) => {
    const [width, height] = [13, 7];
    const samples = Array.from({ length: width * height }, (_, i) => (i * 7) % (1 << bitDepth));
    const palette = Array.from({ length: 1 << bitDepth }, (_, i): [number, number, number] => [
      i,
      255 - i,
      7,
    ]);
    const path = join(await tempFolder(), 'p.png');
    await writePng(path, { width, height, bitDepth, colourType: 3, samples, palette });
    const indices = readPngIndices(await readFile(path), path);
    expect(indices).toMatchObject({ width, height });
    expect([...indices.data]).toEqual(samples);
  });

  // libpng filters and interlaces; its own decoder looks the colours up that these indices must stand for.
  it.each([
    { progressive: false, colours: 200 },
    { progressive: true, colours: 200 },
    { progressive: true, colours: 16 },
    { progressive: true, colours: 2 },
  ])('stand for the colours that a decoder gives: %o', async ({ progressive, colours }) => {
    const [width, height] = [37, 29];
    const pixels = Uint8Array.from(
      { length: width * height * 3 },
      (_, i) => ((i % 3) * 40 + (i >> 4) * 3) % 256,
    );
    const path = join(await tempFolder(), 'p.png');
    await sharp(pixels, { raw: { width, height, channels: 3 } })
      .png({ palette: true, colours, progressive, adaptiveFiltering: true })
      .toFile(path);
    const bytes = await readFile(path);
    expect(maskHeaderOf(bytes).colour).toBe('palette');
    const { data } = readPngIndices(bytes, path);
    const looked = await sharp(path).removeAlpha().toColourspace('srgb').raw().toBuffer();
    const colourOf = new Map<number, string>();
    for (const [i, index] of data.entries()) {
      const colour = looked.subarray(3 * i, 3 * i + 3).toString('hex');
      expect(colourOf.get(index) ?? colour).toBe(colour);
      colourOf.set(index, colour);
    }
    expect(colourOf.size).toBeGreaterThan(1);
  });

  it('of a file that is cut off are refused by name', async () => {
    const path = join(await tempFolder(), 'p.png');
    const samples = Array.from({ length: 64 * 64 }, (_, i) => (i * 31) % 256);
    const palette = samples.slice(0, 256).map((v): [number, number, number] => [v, v, v]);
    await writePng(path, { width: 64, height: 64, bitDepth: 8, colourType: 3, samples, palette });
    const bytes = await readFile(path);
    expect(() => readPngIndices(bytes.subarray(0, bytes.length - 900), path)).toThrow(/damaged PNG/);
  });
});

describe('a mask\u2019s header', () => {
  it('is `other` for what is no image, cut off or unknown', () => {
    for (const text of ['', 'no picture', '\x89PNG\r\n\x1a\n', 'GIF89a', 'II*\0']) {
      const header = maskHeaderOf(Buffer.from(text, 'latin1'));
      expect(encodingOf(header)).toBe('an encoding that its header does not say');
    }
    const endless = Buffer.concat([Buffer.from('\xff\xd8\xff', 'latin1'), Buffer.alloc(64)]);
    expect(maskHeaderOf(endless).format).toBe('other');
  });
});
