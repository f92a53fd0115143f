import { execFileSync } from 'node:child_process';
import { lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeWhole } from '../../src/core/write-whole.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

it.skipIf(process.platform === 'win32')(
  'writes into a pipe, as into a device, and puts no file in its place (skipped on Windows)',
  async () => {
    const folder = await tempFolder();
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const content of ['a report', (to: string) => writeFile(to, 'a report')]) {
      const read = readFile(pipe, 'utf8');
      await writeWhole(pipe, content);
      expect((await lstat(pipe)).isFIFO()).toBe(true);
      expect(await read).toBe('a report');
    }
    expect(await readdir(folder)).toEqual(['pipe']);
  },
);
