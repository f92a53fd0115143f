import { execFile } from 'node:child_process';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { useTempFolders } from './support/temp-folder.js';

const ROOT = join(import.meta.dirname, '..');
const run = promisify(execFile);
const foundSchema = z.object({
  diagnostics: z.array(z.object({ code: z.string(), filename: z.string() })),
});

const WORK = 'export const work = async () => {};\n';
const FLOATING = `${WORK}work();\n`;
const MISUSED = `${WORK}setTimeout(async () => {\n  await work();\n}, 1);\n`;
const PLANTED = {
  'src/floating.ts': FLOATING,
  'src/reports/page/client/floating.ts': FLOATING,
  'test/floating.test.ts': FLOATING,
  'bench/floating.mjs': FLOATING,
  'scripts/floating.mjs': FLOATING,
  'src/misused.ts': MISUSED,
  'bench/misused.mjs': MISUSED,
};

const tempFolder = useTempFolders();

describe('the lint of this project', () => {
  it('finds a promise that nobody waits for, in every folder of code', async () => {
    const folder = await tempFolder();
    for (const file of ['.oxlintrc.json', 'tsconfig.json', 'tsconfig.client.json'])
      await copyFile(join(ROOT, file), join(folder, file));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    for (const [file, text] of Object.entries(PLANTED)) {
      await mkdir(join(folder, dirname(file)), { recursive: true });
      await writeFile(join(folder, file), text);
    }
    const oxlint = join(ROOT, 'node_modules/.bin/oxlint');
    const output = await run(
      oxlint,
      ['--deny-warnings', '--format', 'json', 'src', 'test', 'bench', 'scripts'],
      { cwd: folder },
    ).then(
      ({ stdout }) => stdout,
      ({ stdout }: { readonly stdout: string }) => stdout,
    );
    const { diagnostics } = foundSchema.parse(JSON.parse(output));
    const found = diagnostics.map(({ filename, code }) => `${filename}: ${code}`).toSorted();
    expect(found).toEqual(
      Object.entries(PLANTED)
        .map(
          ([file, text]) => `${file}: typescript(no-${text === FLOATING ? 'floating' : 'misused'}-promises)`,
        )
        .toSorted(),
    );
  });
});
