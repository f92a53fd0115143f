import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { loadDataset, type Dataset } from '../../src/datasets/load.js';
import { verifyDataset, type VerifyCount, type VerifyFinding } from '../../src/datasets/verify.js';
import { useTempFolder, writeFiles, writeGrey } from './make-files.js';

const tempFolder = useTempFolder();

async function datasetOf(root: string, expected?: Record<string, number>): Promise<Dataset> {
  const spec = { name: 'd', layout: 'humans', root } as const;
  return loadDataset(expected === undefined ? spec : { ...spec, expected });
}

async function verify(dataset: Dataset): Promise<{ count: VerifyCount; lines: string[] }> {
  const findings: VerifyFinding[] = [];
  const count = await verifyDataset(dataset, { onFinding: (finding) => findings.push(finding) });
  return {
    count,
    lines: findings.map(({ severity, problem }) => `${severity} ${problem.id} ${problem.code}`),
  };
}

async function writePair(root: string, stem: string, width = 8, height = 6): Promise<void> {
  await writeGrey(join(root, 'validation/im', `${stem}.png`), width, height, [10, 20]);
  await writeGrey(join(root, 'validation/gt', `${stem}.png`), width, height, [0, 255]);
}

describe('verifying a dataset', () => {
  it('finds nothing in a sound one', async () => {
    const root = await tempFolder();
    await writePair(root, 'a');
    await writePair(root, 'b');
    const { count, lines } = await verify(await datasetOf(root, { validation: 2, training: 9 }));
    expect(lines).toEqual([]);
    expect(count).toMatchObject({ samples: 2, errors: 0, warnings: 0 });
    expect(count.values?.reading).toEqual({ as: 'opacity', channel: 'grey', decidedBy: 'plain' });
  });

  it('names every file that is damaged, empty, of another size, without foreground or alone', async () => {
    const root = await tempFolder();
    const at = (path: string): string => join(root, 'validation', path);
    for (const stem of ['0-good', 'cut', 'black', 'sizes', 'hollow', 'text'])
      await writePair(root, stem, 64, 64);
    await writeFile(at('im/cut.png'), (await readFile(at('im/cut.png'))).subarray(0, 60));
    await writeGrey(at('gt/black.png'), 64, 64, [0, 127]);
    await writeGrey(at('gt/sizes.png'), 64, 63, [255]);
    await writeFile(at('gt/hollow.png'), '');
    await writeFile(at('gt/text.png'), 'no picture');
    await writeFiles(root, ['validation/im/alone.jpg']);
    const { count, lines } = await verify(await datasetOf(root));
    expect(lines).toEqual(
      [
        'error alone data.unpaired',
        'warning black data.empty',
        'error cut data.unreadable',
        'error hollow data.empty',
        'error sizes data.size-mismatch',
        'error text data.unreadable',
      ].map((line) => line.replace(/ (\w)/, ' validation/$1')),
    );
    expect(count).toMatchObject({ samples: 5, errors: 5, warnings: 1 });
  });

  it('compares sizes after EXIF orientation on both sides', async () => {
    const root = await tempFolder();
    await writePair(root, 'upright', 4, 6);
    await writePair(root, 'wrong', 6, 4);
    const turned = sharp({ create: { width: 6, height: 4, channels: 3, background: 'red' } }).withMetadata({
      orientation: 6,
    });
    await turned.clone().png().toFile(join(root, 'validation/im/upright.png'));
    await turned.clone().png().toFile(join(root, 'validation/im/wrong.png'));
    const { lines } = await verify(await datasetOf(root));
    expect(lines).toEqual(['error validation/wrong data.size-mismatch']);
  });

  it('points out a split that is not complete', async () => {
    const root = await tempFolder();
    await writePair(root, 'a');
    const { count, lines } = await verify(await datasetOf(root, { validation: 3 }));
    expect(lines).toEqual(['warning validation data.missing']);
    expect(count).toMatchObject({ samples: 1, errors: 0, warnings: 1 });
  });

  it('stops on request', async () => {
    const root = await tempFolder();
    await writePair(root, 'a');
    const dataset = await datasetOf(root);
    await expect(verifyDataset(dataset, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
