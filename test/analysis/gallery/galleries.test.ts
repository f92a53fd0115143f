import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gallery } from '../../../src/schema/gallery.js';
import type { PlannedSample } from '../../../src/schema/planned-sample.js';
import { previewTruth } from '../../../src/analysis/gallery/preview-image.js';
import { galleryOfComparison, galleryOfRuns } from '../../../src/analysis/gallery/galleries.js';
import { compareSides } from '../../../src/analysis/compare/compare.js';
import { openRun } from '../../../src/analysis/compare/open-side.js';
import { decodeMatte, decodeTruth } from '../../../src/image/codec.js';
import { IS_BUILT } from '../../support/cli.js';
import { PICTURE, writePair } from '../../support/tiny-datasets.js';
import { execute, makeWorkspace, readRecords, type Workspace } from '../../support/workspace.js';

describe.skipIf(!IS_BUILT)('the gallery of a run', () => {
  let workspace: Workspace;
  const files = new Map<string, Uint8Array>();
  const place = () => async (name: string, bytes: Uint8Array) => {
    files.set(name, bytes);
    return `x/${name}`;
  };
  const choosing = { count: 10, size: 768, place };
  const galleryOf = (
    path: string,
    options: Partial<typeof choosing> & { readonly metric?: string } = {},
  ): Promise<Gallery> => galleryOfRuns([{ path, label: 'run' }], null, { ...choosing, ...options });
  beforeAll(async () => {
    workspace = await makeWorkspace({ models: ['luma', 'inverse'], samples: 4 });
    await execute(workspace);
    await execute(workspace, { out: workspace.path('again') });
  });
  afterAll(() => workspace.remove());

  it('has the picture, the ground truth, and every model’s matte with its numbers', async () => {
    const gallery = await galleryOf(workspace.path('out'));
    expect(gallery.sources.map(({ label }) => label)).toEqual(['luma', 'inverse']);
    expect(gallery.images).toHaveLength(4);
    expect(gallery.chosenBy).toBe('iou');
    const iou = gallery.metrics.findIndex(({ id }) => id === 'iou');
    for (const image of gallery.images) {
      expect(image).toMatchObject({
        dataset: 'tiny',
        ...PICTURE,
        previewWidth: PICTURE.width,
        picture: `x/${image.key}-picture.webp`,
        ignored: null,
      });
      const [good, bad] = image.mattes.map(({ values }) => values[iou] ?? Number.NaN);
      expect(good).toBeGreaterThan(bad);
      expect(image.attributes['components']).toBe(1);
    }
  });

  it('shows mattes and ground truths to the last bit', async () => {
    const gallery = await galleryOf(workspace.path('out'));
    const samples = await readRecords<PlannedSample>(workspace.path('out', 'plan.jsonl'));
    for (const { key, id, truth, mattes } of gallery.images) {
      const preview = async (name: string): Promise<Uint8Array> => {
        const path = workspace.path('preview.png');
        await writeFile(path, files.get(name.slice(2)) ?? new Uint8Array());
        return (await decodeMatte(path)).data;
      };
      const sample = samples.find((one) => one.id === id)!;
      expect(await preview(truth)).toEqual((await decodeTruth(sample.truthPath)).data);
      const matte = await decodeMatte(workspace.path('out', 'predictions', 'luma', 'tiny', `${id}.png`));
      expect(await preview(mattes[0].url ?? '')).toEqual(matte.data);
      expect(key).toMatch(/^[0-9a-f]{12}$/);
    }
  });

  it('shows what a ground truth ignores by itself, and no ignored pixel as foreground', async () => {
    const { width, height } = PICTURE;
    const truth = { width, height, data: new Uint8Array(width * height).map((_, i) => i % 251) };
    const ignore = truth.data.map((_, i) => (i % width < 3 ? 1 : 0));
    const stored = new Map<string, Uint8Array>();
    const preview = await previewTruth({ ...truth, ignore }, width, height, async (name, bytes) => {
      await writeFile(workspace.path(`${name}.png`), bytes);
      stored.set(name, (await decodeMatte(workspace.path(`${name}.png`))).data);
      return `x/${name}`;
    });
    expect(preview).toEqual({ truth: 'x/truth', ignored: { url: 'x/ignored', pixels: 3 * height } });
    expect(stored.get('ignored')).toEqual(ignore.map((value) => 255 * value));
    expect(stored.get('truth')).toEqual(truth.data.map((value, i) => (ignore[i] === 1 ? 0 : value)));
    const whole = await previewTruth(truth, width, height, async (name) => name);
    expect(whole).toEqual({ truth: 'truth', ignored: null });
  });

  it('reduces previews to the size asked for and enlarges none', async () => {
    const [image] = (await galleryOf(workspace.path('out'), { size: 36 })).images;
    expect([image.previewWidth, image.previewHeight]).toEqual([36, 28]);
    expect([image.width, image.height]).toEqual([PICTURE.width, PICTURE.height]);
  });

  it('can be chosen by any metric that is scored, and names those that are there', async () => {
    expect((await galleryOf(workspace.path('out'), { metric: 'mae' })).chosenBy).toBe('mae');
    await expect(galleryOf(workspace.path('out'), { metric: 'maw' })).rejects.toMatchObject({
      code: 'config.unknown-name',
      remedy: 'did you mean "mae"?',
    });
  });

  it('puts a model’s mattes of two runs beside each other', async () => {
    const again = await openRun(workspace.path('again'), 'again');
    const gallery = await galleryOfRuns([{ path: workspace.path('out'), label: 'out' }], again, choosing);
    expect(gallery.sources.map(({ label }) => label)).toEqual([
      'luma',
      'inverse',
      'luma (again)',
      'inverse (again)',
    ]);
    expect(gallery.changes).toEqual([
      { before: 2, now: 0 },
      { before: 3, now: 1 },
    ]);
    const { images } = await galleryOfRuns(
      [
        { path: workspace.path('out'), label: 'out' },
        { path: workspace.path('again'), label: 'again' },
      ],
      null,
      choosing,
    );
    expect(images[0].mattes.map(({ failure, url }) => failure ?? typeof url)).toEqual(
      Array(4).fill('string'),
    );
  });

  it('of a comparison shows what moved, both mattes of it, and nothing where nothing moved', async () => {
    const [a, b] = [await openRun(workspace.path('out'), 'a'), await openRun(workspace.path('again'), 'b')];
    const compare = async (modelB: string) => {
      const models = { baseline: 'luma', candidate: modelB };
      const { comparison } = await compareSides(a, b, { models, resamples: 200 });
      return galleryOfComparison(a, b, comparison, choosing);
    };
    const moved = await compare('inverse');
    expect(moved?.sources.map(({ label }) => label)).toEqual(['luma (before)', 'inverse (now)']);
    expect(moved?.images).toHaveLength(4);
    expect(moved?.images[0].reasons[0]).toEqual({ kind: 'regressed', source: 1, rank: 1 });
    expect((await compare('luma'))?.images).toEqual([]);
  });

  it('leaves out and names a picture that changed since the run or is gone', async () => {
    const samples = await readRecords<PlannedSample>(workspace.path('out', 'plan.jsonl'));
    const [first, second] = samples;
    const before = await readFile(first.imagePath);
    await writePair(first.imagePath, workspace.path('unused.png'), 4711);
    await rm(second.truthPath);
    const gallery = await galleryOf(workspace.path('out'));
    expect(gallery.images).toHaveLength(2);
    expect(gallery.missing.map(({ id, reason }) => `${id} ${reason}`).toSorted()).toEqual([
      `${first.id} ${first.imagePath}: changed since the run was planned`,
      `${second.id} ${second.truthPath}: no such file`,
    ]);
    await writeFile(first.imagePath, before);
  });
});
