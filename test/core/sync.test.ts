import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eachToDisk, makeFolder } from '../../src/core/sync.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

describe('a folder that is missing with those above it', () => {
  it('is made, also for several who ask at the same time', async () => {
    for (let round = 0; round < 20; round++) {
      const path = join(await tempFolder(), 'a', 'b', 'c');
      await Promise.all(Array.from({ length: 8 }, () => makeFolder(path)));
      expect(existsSync(path)).toBe(true);
    }
  });

  it.skipIf(process.platform !== 'linux')('is refused where a file system takes none', async () => {
    await expect(makeFolder('/proc/a/b')).rejects.toMatchObject({ code: 'ENOENT', path: '/proc/a' });
  });
});

describe('many files', () => {
  it('are brought to the disk a few at a time', async () => {
    let [atWork, most, done] = [0, 0, 0];
    await eachToDisk(Array(20).keys(), async () => {
      most = Math.max(most, ++atWork);
      await setTimeout(2);
      atWork--;
      done++;
    });
    expect({ most, done }).toEqual({ most: 4, done: 20 });
  });
});
