import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { shortOrLong } from '../support/long.js';
import { useTempFolders } from '../support/temp-folder.js';
import { IS_BUILT } from '../support/cli.js';
import { writePng } from './write-png.js';

const newFolder = useTempFolders();

describe('threads that read pictures', () => {
  it('are started by files that set libvips up before', async () => {
    const src = join(PACKAGE_ROOT, 'src');
    const files = (await readdir(src, { recursive: true })).filter((name) => name.endsWith('.ts'));
    const starting: string[] = [];
    for (const name of files) {
      const text = await readFile(join(src, name), 'utf8');
      if (!/new (Worker|Piscina)\(/.test(text)) continue;
      starting.push(name);
      expect(text, name).toMatch(/^import '[./]+image\/open-sharp\.js';$/m);
    }
    expect(starting.length).toBeGreaterThan(1);
  });

  it.skipIf(!IS_BUILT)(
    'read every one, however many begin at once (skipped unless dist/ is built)',
    async () => {
      const folder = await newFolder();
      const picture = join(folder, 'a.png');
      await writePng(picture, { width: 2, height: 2, bitDepth: 8, colourType: 0, samples: [1, 2, 3, 4] });
      const at = (path: string): string =>
        JSON.stringify(pathToFileURL(join(PACKAGE_ROOT, 'dist', path)).href);
      const thread = join(folder, 'thread.mjs');
      await writeFile(
        thread,
        `import { parentPort, workerData } from 'node:worker_threads';
import { decodeMatte } from ${at('image/codec.js')};
parentPort.postMessage(await decodeMatte(workerData).then(() => 'read', (error) => String(error.cause ?? error)));`,
      );
      const main = join(folder, 'main.mjs');
      await writeFile(
        main,
        `import { Worker } from 'node:worker_threads';
import ${at('image/open-sharp.js')};
for (let i = 0; i < 6; i++)
  new Worker(${JSON.stringify(thread)}, { workerData: ${JSON.stringify(picture)} }).on('message', console.log);`,
      );
      for (let round = 0; round < shortOrLong(3, 30); round++) {
        const { stdout } = await promisify(execFile)(process.execPath, [main]);
        expect(stdout).toBe('read\n'.repeat(6));
      }
    },
    120_000,
  );
});
