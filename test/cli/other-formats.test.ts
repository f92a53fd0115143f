import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import pillow from '../image/pillow-pictures.json' with { type: 'json' };
import { cli } from '../support/cli.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

const BITMAPS = {
  'a.png': 'png-grey-1.png',
  'b.bmp': 'bmp-1.bmp',
  'c.pgm': 'netpbm-1.pgm',
  'd.BMP': 'bmp-1.bmp',
};
const PHOTOS = {
  'a.jpg': 'jpeg-444.jpg',
  'b.bmp': 'bmp-24.bmp',
  'c.jfif': 'jpeg-420.jpg',
  'e.JPE': 'jpeg-422.jpg',
};
const JP2 = Buffer.from('\0\0\0\x0cjP  \r\n\x87\n', 'latin1');

const scored = z.object({
  images: z.array(z.object({ id: z.string(), metrics: z.object({ iou: z.number() }) })),
  failures: z.array(z.object({ id: z.string(), message: z.string() })),
});

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, of] of Object.entries(files)) {
    const found = pillow.cases.find((one) => one.name === of);
    if (found === undefined) throw new Error(`no case ${of}`);
    await writeFile(join(folder, name), Buffer.from(found.file, 'base64'));
  }
}

async function dataset(): Promise<string> {
  const root = await tempFolder();
  await write(join(root, 'masks'), { ...BITMAPS, 'e.dib': 'bmp-8-grey.bmp' });
  await write(join(root, 'photos'), PHOTOS);
  await writeFile(join(root, 'photos', 'd.jp2'), JP2);
  await writeFile(join(root, 'photos', 'a.heic'), 'beside a readable one');
  for (const name of ['raw.nef', 'raw2.nef', 'labels.txt', 'Thumbs.db']) {
    await writeFile(join(root, 'photos', name), 'x');
  }
  const sides = 'images: { path: photos }\ntruths: { path: masks }\n';
  await writeFile(
    join(root, 'data.yaml'),
    `name: other\nlayout: paired-folders\nroot: \${CONFIG_DIR}\n${sides}`,
  );
  return root;
}

describe('files with the endings that people have', () => {
  it('are pairs, or named with the reason, in a dataset', async () => {
    const root = await dataset();
    const { status, out } = await cli(['datasets', 'verify', 'data.yaml'], root);
    expect(out.trimEnd().split('\n')).toEqual([
      `warning: ${join(root, 'photos')}: 3 files are left out, because their names match no pair: "a.heic", "raw.nef" and "raw2.nef" (data.unpaired)`,
      `error: ${join(root, 'photos', 'd.jp2')}: not a readable image (JPEG 2000, which is not read here); convert it to PNG (data.unreadable)`,
      'masks are read as opacity',
      '4 pairs, 1 error, 1 warning',
    ]);
    expect(status).toBe(65);
  });

  it('are told by a run, whose plan says what is wrong with each', async () => {
    const root = await dataset();
    await writeFile(
      join(root, 'run.yaml'),
      'models: [{ name: mine, feeding: precomputed, masks: { path: masks } }]\ndatasets: [data.yaml]\nname: r\n',
    );
    const { status, err } = await cli(['run', 'run.yaml', '--no-time'], root);
    expect(err).toContain(
      '3 files are left out, because their names match no pair: "a.heic", "raw.nef" and "raw2.nef"',
    );
    expect(err).toContain(
      `failed: other/d: ${join(root, 'photos', 'd.jp2')}: not a readable image (JPEG 2000, which is not read here)`,
    );
    expect(err).toContain('1 of 5 cells failed');
    expect(status).toBe(3);
  });

  it('are scored as masks, in any case', async () => {
    const root = await dataset();
    // By id the same bits as the ground truths' in another format.
    await write(join(root, 'pred'), {
      'a.PGM': 'netpbm-1.pgm',
      'b.TIF': 'tiff-bit.tif',
      'c.Png': 'png-grey-1.png',
    });
    await writeFile(join(root, 'pred', 'd.jp2'), JP2);
    const { status, out } = await cli(['score', '--pred', 'pred', '--gt', 'masks', '--json'], root);
    expect(status).toBe(3);
    const { images, failures } = scored.parse(JSON.parse(out));
    expect(images.map(({ id, metrics }) => [id, metrics.iou])).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]);
    expect(failures.map(({ id, message }) => `${id}: ${message}`)).toEqual([
      'd: not a readable image (JPEG 2000, which is not read here); convert it to PNG',
      'e: no prediction for "e"',
    ]);
  });
});
