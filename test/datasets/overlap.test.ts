import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { cli } from '../support/cli.js';
import { useTempFolders } from '../support/temp-folder.js';
import { generator } from '../support/tiny-datasets.js';
import { datasetText } from '../support/workspace.js';

const tempFolder = useTempFolders();
let folder: string;

interface Printed {
  readonly pairs: readonly { a: string; b: string; distance: number }[];
  readonly a: unknown;
  readonly b: unknown;
}

/** Pictures of coarse random blocks: no two are alike. */
async function writePicture(path: string, seed: number): Promise<void> {
  const random = generator(seed);
  const pixels = Buffer.from(Uint8Array.from({ length: 8 * 6 * 3 }, () => random() * 255));
  await sharp(pixels, { raw: { width: 8, height: 6, channels: 3 } })
    .resize(160, 120, { kernel: 'cubic' })
    .jpeg({ quality: 95 })
    .toFile(path);
}

async function makeDataset(name: string, seeds: readonly number[]): Promise<void> {
  for (const side of ['im', 'gt']) await mkdir(join(folder, name, side), { recursive: true });
  for (const seed of seeds) {
    await writePicture(join(folder, name, 'im', `${seed}.jpg`), seed);
    await writePicture(join(folder, name, 'gt', `${seed}.png`), 999);
  }
  await writeFile(join(folder, `${name}.yaml`), datasetText(name, name));
}

async function overlap(...args: string[]): Promise<Printed> {
  const { out, status } = await cli(['datasets', 'overlap', ...args, '--json'], folder);
  expect(status).toBe(0);
  return JSON.parse(out) as Printed;
}

describe('maskbench datasets overlap', () => {
  beforeEach(async () => {
    folder = await tempFolder();
    await makeDataset('train', [1, 2, 3, 4]);
    await makeDataset('test', [5, 6]);
  });

  it('finds nothing where nothing is shared', async () => {
    expect(await overlap('./train.yaml', './test.yaml')).toMatchObject({
      pairs: [],
      a: { images: 4, matched: 0, leftOut: 0 },
      b: { images: 2, matched: 0, leftOut: 0 },
    });
  });

  it('finds copies under other names, smaller and compressed again, nearest first', async () => {
    await sharp(join(folder, 'train', 'im', '3.jpg'))
      .resize(90, 68)
      .jpeg({ quality: 60 })
      .toFile(join(folder, 'test', 'im', 'copy.jpg'));
    await copyFile(join(folder, 'train', 'im', '1.jpg'), join(folder, 'test', 'im', 'same.jpg'));
    for (const stem of ['copy', 'same']) {
      await copyFile(join(folder, 'test', 'gt', '5.png'), join(folder, 'test', 'gt', `${stem}.png`));
    }
    const { pairs, a, b } = await overlap('./train.yaml', './test.yaml');
    expect(pairs.map((pair) => [pair.a, pair.b])).toEqual([
      ['1', 'same'],
      ['3', 'copy'],
    ]);
    expect(pairs[0]?.distance).toBe(0);
    expect(a).toMatchObject({ matched: 2 });
    expect(b).toMatchObject({ images: 4, matched: 2 });
  });

  it('finds duplicates within one dataset', async () => {
    await copyFile(join(folder, 'train', 'im', '1.jpg'), join(folder, 'train', 'im', '9.jpg'));
    await copyFile(join(folder, 'train', 'gt', '1.png'), join(folder, 'train', 'gt', '9.png'));
    const { pairs, a } = await overlap('./train.yaml', './train.yaml');
    expect(pairs).toEqual([{ a: '1', b: '9', distance: 0 }]);
    expect(a).toMatchObject({ images: 5, matched: 2 });
  });

  it('leaves blank pictures out, and says how many', async () => {
    await sharp({ create: { width: 20, height: 20, channels: 3, background: 'white' } })
      .jpeg()
      .toFile(join(folder, 'test', 'im', '5.jpg'));
    const { out } = await cli(['datasets', 'overlap', './train.yaml', './test.yaml'], folder);
    expect(out).toMatch(/test: 0 of 2 images have a counterpart, 1 left out \(blank or unreadable\)/);
  });
});
