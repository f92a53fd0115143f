import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeMatte } from '../../src/image/codec.js';
import { DEFAULT_CONVENTIONS } from '../../src/metrics/metric.js';
import { AS_OPACITY } from '../../src/datasets/values/read-checked.js';
import { endScoreThreads, scoreOnThread } from '../../src/scoring/score-pool.js';
import { IS_BUILT } from '../support/cli.js';
import { draw } from '../support/drawn-mattes.js';
import { writeMask } from '../support/mask-files.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

describe.skipIf(!IS_BUILT)('threads that score (skipped unless dist/ is built)', () => {
  it('disturb nobody who reads pictures while they start: what may be read is set once for a process', async () => {
    const folder = await tempFolder();
    await mkdir(folder, { recursive: true });
    const path = join(folder, 'a.png');
    await writeMask(
      path,
      draw(16, 16, (x) => (x < 8 ? 255 : 0)),
    );
    for (let round = 0; round < 4; round++) {
      await endScoreThreads();
      const tasks = Promise.all(
        Array.from({ length: 8 }, () =>
          scoreOnThread({
            truthPath: path,
            truthReading: AS_OPACITY,
            imagePath: path,
            mattePaths: [path],
            protocols: ['fixed'],
            conventions: DEFAULT_CONVENTIONS,
            resize: false,
            attributes: false,
          }),
        ),
      );
      const started = tasks.then(() => true);
      while (!(await Promise.race([started, decodeMatte(path).then(() => false)])));
      for (const { cells } of await tasks) expect(cells[0]).toMatchObject({ status: 'done' });
    }
  });
});
