import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeMatte, readStoredPixels } from '../../src/image/codec.js';
import { SQUARE, writeCutOut, writeMask, writeMask16 } from '../support/mask-files.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

describe('readStoredPixels', () => {
  it('tells 8-bit grey from 16-bit grey, of which decoding keeps the high byte', async () => {
    const folder = await tempFolder();
    const [narrow, wide] = [join(folder, '8.png'), join(folder, '16.png')];
    await writeMask(narrow, SQUARE);
    await writeMask16(wide, SQUARE);
    expect(await readStoredPixels(narrow)).toEqual({
      format: 'png',
      width: 8,
      height: 6,
      colour: 'grey',
      hasAlpha: false,
      bits: 8,
    });
    expect(await readStoredPixels(wide)).toMatchObject({ colour: 'grey', bits: 16 });
    expect(await decodeMatte(wide)).toEqual(await decodeMatte(narrow));
  });

  it('tells colour and alpha', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'cut-out.png');
    await writeCutOut(path, SQUARE);
    expect(await readStoredPixels(path)).toMatchObject({ colour: 'colour', hasAlpha: true, bits: 8 });
  });

  it('gives the size after EXIF orientation', async () => {
    const path = join(await tempFolder(), 'turned.jpg');
    await sharp({ create: { width: 8, height: 6, channels: 3, background: 'white' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toFile(path);
    expect(await readStoredPixels(path)).toMatchObject({ format: 'jpeg', width: 6, height: 8 });
  });

  it('names a file that is no picture', async () => {
    await expect(readStoredPixels(import.meta.filename)).rejects.toMatchObject({ code: 'data.unreadable' });
  });
});
