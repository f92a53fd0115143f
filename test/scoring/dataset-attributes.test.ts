import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../src/datasets/load.js';
import { measureAttributes } from '../../src/scoring/dataset-attributes.js';
import { IS_BUILT } from '../support/cli.js';
import { NOTHING, SQUARE, writeMasks } from '../support/mask-files.js';
import { useTempFolders } from '../support/temp-folder.js';
import { datasetText } from '../support/workspace.js';

const tempFolder = useTempFolders();

describe.skipIf(!IS_BUILT)('the attributes of a dataset', () => {
  it('are spread over the ground truths that have them', async () => {
    const folder = await tempFolder();
    await writeMasks(join(folder, 'data'), {
      'im/a.png': SQUARE,
      'gt/a.png': SQUARE,
      'im/b.png': SQUARE,
      'gt/b.png': NOTHING,
      'im/c.png': SQUARE,
      'gt/c.png': SQUARE,
      'im/lonely.png': SQUARE,
    });
    await writeFile(join(folder, 'data', 'gt', 'c.png'), 'no picture');
    await writeFile(join(folder, 'tiny.yaml'), datasetText('tiny', 'data'));
    const dataset = await loadDataset('./tiny.yaml', { configDir: folder });
    const counted: number[] = [];
    const stats = await measureAttributes(dataset, { onProgress: (n) => counted.push(n) });
    expect(counted).toEqual([1, 2]);
    expect(stats['components']).toMatchObject({ min: 0, max: 1, mean: 0.5 });
    expect(stats['foregroundShare']).toMatchObject({ min: 0, max: 0.25 });
    expect(stats['ipq']).toMatchObject({ min: expect.any(Number) });
    expect(stats['largestComponentShare']).toMatchObject({ min: 1, max: 1 });
  });

  it('of nothing are not there', async () => {
    const stats = await measureAttributes({
      spec: (await loadDataset('samples-humans')).spec,
      entries: async function* () {},
    });
    expect(stats['ipq']).toBeUndefined();
  });
});
