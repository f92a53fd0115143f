import { createHash } from 'node:crypto';
import { readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { DatasetEntry, Sample } from '../../src/datasets/dataset.js';
import {
  createFingerprint,
  fingerprintDataset,
  hashSample,
  type SampleHash,
} from '../../src/datasets/fingerprint.js';
import { loadDataset, type Dataset } from '../../src/datasets/load.js';
import { useTempFolder, writeFiles, writeGrey } from './make-files.js';

const tempFolder = useTempFolder();

async function smallDataset(): Promise<Dataset> {
  const root = await tempFolder();
  for (const [i, stem] of ['a', 'b', 'c'].entries()) {
    await writeGrey(join(root, 'validation/im', `${stem}.png`), 4 + i, 3, [i * 10]);
    await writeGrey(join(root, 'validation/gt', `${stem}.png`), 4 + i, 3, [0, 255]);
  }
  return loadDataset({ name: 'small', layout: 'humans', root });
}

const fingerprint = async (dataset: Pick<Dataset, 'entries'>): Promise<string> =>
  (await fingerprintDataset(dataset)).fingerprint;

async function sha256Of(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

function fingerprintOf(samples: readonly (readonly [string, SampleHash])[]): string {
  const builder = createFingerprint();
  for (const [id, hash] of samples) builder.add(id, hash);
  return builder.digest();
}

describe("a sample's hash", () => {
  it('is the SHA-256 of both files and the size of the image', async () => {
    const folder = await tempFolder();
    const [imagePath, truthPath] = [join(folder, 'a.png'), join(folder, 'b.png')];
    await writeGrey(imagePath, 5, 3, [7]);
    await writeGrey(truthPath, 5, 3, [255]);
    const sample: Sample = { dataset: 'd', id: 'a', imagePath, truthPath, attributes: {} };
    expect((await hashSample(sample)).hash).toEqual({
      imageSha256: await sha256Of(imagePath),
      truthSha256: await sha256Of(truthPath),
      width: 5,
      height: 3,
    });
  });

  it('has the size after EXIF orientation', async () => {
    const path = join(await tempFolder(), 'turned.jpg');
    await sharp({ create: { width: 6, height: 4, channels: 3, background: 'red' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toFile(path);
    const sample: Sample = { dataset: 'd', id: 'a', imagePath: path, truthPath: path, attributes: {} };
    expect((await hashSample(sample)).hash).toMatchObject({ width: 4, height: 6 });
  });

  it('of a file that is gone or no image fails by name', async () => {
    const folder = await tempFolder();
    await writeFiles(folder, ['text.png']);
    const text = join(folder, 'text.png');
    const gone = join(folder, 'gone.png');
    const sample: Sample = { dataset: 'd', id: 'a', imagePath: text, truthPath: text, attributes: {} };
    await expect(hashSample(sample)).rejects.toMatchObject({ code: 'data.unreadable', where: text });
    await expect(hashSample({ ...sample, truthPath: gone, imagePath: gone })).rejects.toMatchObject({
      code: 'data.missing',
      where: gone,
    });
    const empty = join(folder, 'empty.png');
    await writeFile(empty, '');
    await expect(hashSample({ ...sample, imagePath: empty })).rejects.toMatchObject({
      code: 'data.empty',
      where: empty,
    });
  });
});

describe("a dataset's fingerprint", () => {
  it('is that of the sorted lines of its samples', async () => {
    const dataset = await smallDataset();
    const lines: string[] = [];
    for await (const entry of dataset.entries()) {
      if (entry.kind !== 'sample') continue;
      const { imageSha256, truthSha256, width, height } = (await hashSample(entry.sample)).hash;
      lines.push(JSON.stringify([entry.sample.id, imageSha256, truthSha256, width, height]));
    }
    const hash = createHash('sha256').update(lines.map((line) => `${line}\n`).join(''));
    expect(await fingerprintDataset(dataset)).toEqual({ fingerprint: hash.digest('hex'), samples: 3 });
  });

  it('does not depend on the order in which samples come', () => {
    const hash = fc.record({
      imageSha256: fc.string(),
      truthSha256: fc.string(),
      width: fc.nat(),
      height: fc.nat(),
    });
    const samples = fc.uniqueArray(fc.tuple(fc.string(), hash), { selector: ([id]) => id });
    const shuffled = samples.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(fc.property(shuffled, ([all, other]) => fingerprintOf(other) === fingerprintOf(all)));
  });

  it('is the same in another folder and at another time', async () => {
    const [one, other] = [await smallDataset(), await smallDataset()];
    await utimes(join(other.root, 'validation/im/a.png'), 1, 1);
    expect(await fingerprint(one)).toBe(await fingerprint(other));
  });

  it('changes with one byte of an image or a truth, with an id, and with a sample', async () => {
    const all = new Set<string>();
    const dataset = await smallDataset();
    all.add(await fingerprint(dataset));
    const truth = join(dataset.root, 'validation/gt/b.png');
    await writeFile(truth, Buffer.concat([await readFile(truth), Buffer.of(0)]));
    all.add(await fingerprint(dataset));
    const image = join(dataset.root, 'validation/im/b.png');
    await writeFile(image, Buffer.concat([await readFile(image), Buffer.of(0)]));
    all.add(await fingerprint(dataset));
    await rename(image, join(dataset.root, 'validation/im/d.png'));
    all.add(await fingerprint(dataset));
    await rename(truth, join(dataset.root, 'validation/gt/d.png'));
    all.add(await fingerprint(dataset));
    expect(all.size).toBe(5);
  });

  it('is refused where a sample cannot be read, and stops on request', async () => {
    const dataset = await smallDataset();
    const stopped = AbortSignal.abort();
    await expect(fingerprintDataset(dataset, { signal: stopped })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await writeFile(join(dataset.root, 'validation/im/b.png'), 'text');
    await expect(fingerprintDataset(dataset)).rejects.toMatchObject({ code: 'data.unreadable' });
  });

  it('tells its progress, and leaves problem entries out', async () => {
    const dataset = await smallDataset();
    const entries = async function* (): AsyncGenerator<DatasetEntry> {
      const problem = { dataset: 'd', id: 'x', code: 'data.unpaired', path: 'x', message: 'm' } as const;
      yield { kind: 'problem', problem };
      yield* dataset.entries();
    };
    const seen: number[] = [];
    const { samples } = await fingerprintDataset({ entries }, { onProgress: (n) => seen.push(n) });
    expect([samples, ...seen]).toEqual([3, 1, 2, 3]);
  });
});
