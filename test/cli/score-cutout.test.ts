import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { IS_BUILT } from '../support/cli.js';
import { SQUARE, WIDER, writeMasks } from '../support/mask-files.js';
import { jsonOf, score } from '../support/score-json.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();
const CUTOUT = ['--pred', 'pred', '--gt', 'gt', '--protocol', 'cutout'];

async function writePicture(path: string, width = 8): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await sharp({ create: { width, height: 6, channels: 3, background: { r: 51, g: 51, b: 51 } } })
    .png()
    .toFile(path);
}

describe.skipIf(!IS_BUILT)('maskbench score --protocol cutout', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await tempFolder();
    await writeMasks(folder, {
      'pred/a.png': WIDER,
      'pred/b.png': SQUARE,
      'gt/a.png': SQUARE,
      'gt/b.png': SQUARE,
    });
    for (const id of ['a', 'b']) await writePicture(join(folder, 'im', `${id}.png`));
  });

  it('scores the cut-outs with the colours of the pictures', async () => {
    const { images, signature, failures } = jsonOf(
      await score(folder, ...CUTOUT, '--images', 'im', '--json'),
    );
    expect(failures).toEqual([]);
    expect(Object.keys(signature)).toEqual(['cutout']);
    // 3 wrong pixels of 48, a fifth of the way from black to white.
    expect(images[0].metrics['cutout.black']).toBeCloseTo((3 / 48) * 0.2, 12);
    expect(images[0].metrics['cutout.white']).toBeCloseTo((3 / 48) * 0.8, 12);
    // Within one pixel of the square lie 4 to its right or below each, 3 of them right of it.
    expect(images[0].metrics['cutout.halo']).toBeCloseTo(3 / 7, 12);
    expect(images[1].metrics['cutout.halo']).toBe(0);
  });

  it('finds pictures by the prefix and suffix of their names, in the folder of the masks, too', async () => {
    for (const id of ['a', 'b'])
      await rename(join(folder, 'im', `${id}.png`), join(folder, 'gt', `rgb_${id}-in.png`));
    for (const id of ['a', 'b'])
      await rename(join(folder, 'gt', `${id}.png`), join(folder, 'gt', `m_${id}.png`));
    const names = ['--image-prefix', 'rgb_', '--image-suffix', '-in.png', '--gt-prefix', 'm_'];
    const { images, failures } = jsonOf(await score(folder, ...CUTOUT, '--images', 'gt', ...names, '--json'));
    expect(failures).toEqual([]);
    expect(images.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(images[0].metrics['cutout.black']).toBeCloseTo((3 / 48) * 0.2, 12);
  });

  it('prints them in tables only when they are asked for', async () => {
    const asked = await score(folder, ...CUTOUT, '--images', 'im');
    expect(asked.out).toMatch(/^cutout\.halo +0\.2143/m);
    const plain = await score(folder, '--pred', 'pred', '--gt', 'gt');
    expect(plain.out).not.toContain('cutout');
  });

  it('says in one line that it needs the pictures', async () => {
    const { status, err, out } = await score(folder, ...CUTOUT);
    expect(status).toBe(64);
    expect(err.trim()).toBe(
      'maskbench: --images is missing; name the folder of the pictures themselves with it',
    );
    expect(out).toBe('');
  });

  it('fails the images whose picture is missing or of another size, and scores the others', async () => {
    await writeMasks(folder, { 'pred/c.png': SQUARE, 'gt/c.png': SQUARE });
    await writePicture(join(folder, 'im', 'b.png'), 9);
    const { failures, images } = jsonOf(await score(folder, ...CUTOUT, '--images', 'im', '--json'));
    expect(images.map(({ id }) => id)).toEqual(['a']);
    expect(failures).toMatchObject([
      { id: 'b', code: 'data.size-mismatch', where: join(folder, 'im', 'b.png') },
      { id: 'c', code: 'data.missing', message: 'no picture for "c"' },
    ]);
  });

  it('explains where the figures come from', async () => {
    const { out } = await score(folder, ...CUTOUT, '--images', 'im', '--explain', 'a');
    expect(out).toContain('cutout|edge:>=128|rim:0.01|backgrounds:white+black|v:1');
    expect(out).toMatch(/halo +765 \/ \(255 x 7\) = 0\.428571/);
  });
});
