import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { librariesInLibvips, notices, shippedPackages } from '../scripts/third-party.mjs';
import { PACKAGE_ROOT } from '../src/core/package-root.js';
import { useTempFolders } from './support/temp-folder.js';

const run = promisify(execFile);
const tempFolder = useTempFolders();
const read = (...path: readonly string[]): Promise<string> => readFile(join(PACKAGE_ROOT, ...path), 'utf8');

describe('the third-party notices', () => {
  it.skipIf(librariesInLibvips().length === 0)('are those of the lock file', async () => {
    const options = JSON.parse(await read('.prettierrc.json')) as object;
    const current = await format(notices(), { parser: 'markdown', ...options });
    expect(await read('THIRD-PARTY-NOTICES.md'), 'npm run notices').toBe(current);
  });

  it('name the licence of every package, and the parts under LGPL', async () => {
    const packages = shippedPackages();
    expect(packages.filter(({ licence }) => licence === 'not said')).toEqual([]);
    const names = packages.map(({ name }) => name);
    for (const name of ['sharp', 'onnxruntime-node', 'zod', 'yaml', '@img/sharp-libvips-linux-x64'])
      expect(names).toContain(name);
    expect(names).not.toContain('vitest');
    const text = await read('THIRD-PARTY-NOTICES.md');
    for (const name of ['libvips', 'glib', 'pango', 'libheif', 'cairo'])
      expect(text).toMatch(new RegExp(`\\| ${name} +\\| (LGPLv3|Mozilla)`));
  });

  it('go with the package, as the licence and the word on security do', async () => {
    const { files } = JSON.parse(await read('package.json')) as { readonly files: readonly string[] };
    for (const name of ['LICENSE', 'SECURITY.md', 'THIRD-PARTY-NOTICES.md']) {
      expect(files).toContain(name);
      expect(existsSync(join(PACKAGE_ROOT, name))).toBe(true);
    }
  });
});

describe('the bill of materials', () => {
  it('names every package that is shipped, without the network', async () => {
    const { stdout } = await run('npm', ['run', '--silent', 'sbom', '--offline'], {
      cwd: PACKAGE_ROOT,
      maxBuffer: 1 << 26,
    });
    const { bomFormat, components } = JSON.parse(stdout) as {
      readonly bomFormat: string;
      readonly components: readonly {
        readonly name: string;
        readonly version: string;
        readonly hashes?: unknown[];
      }[];
    };
    expect(bomFormat).toBe('CycloneDX');
    const there = new Set(components.map(({ name, version }) => `${name}@${version}`));
    const missing = shippedPackages().filter(({ name, version }) => !there.has(`${name}@${version}`));
    expect(missing).toEqual([]);
    expect(components.filter(({ hashes = [] }) => hashes.length === 0)).toEqual([]);
  }, 120_000);
});

const hasSshKeygen = await run('ssh-keygen', ['-Y', 'none']).then(
  () => true,
  (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
);

describe('a signature of a seal', () => {
  it.skipIf(!hasSshKeygen)('is made and verified by the commands of docs/signing.md', async () => {
    const text = await read('docs', 'signing.md');
    const commands = [...text.matchAll(/^```sh\n([^`]*)```$/gm)]
      .map(([, block = '']) => block.trim())
      .filter((block) => !block.startsWith('maskbench'));
    expect(commands).toHaveLength(4);
    const folder = await tempFolder();
    await mkdir(join(folder, 'runs', 'now'), { recursive: true });
    const seal = join(folder, 'runs', 'now', 'seal.json');
    await writeFile(seal, '{"root":"0123"}\n');
    let said = '';
    for (const command of commands) said = (await run('sh', ['-ec', command], { cwd: folder })).stdout;
    expect(said).toMatch(/^Good "maskbench" signature for evaluations with ED25519 key /);
    await writeFile(seal, '{"root":"4567"}\n');
    await expect(run('sh', ['-ec', commands.at(-1) ?? ''], { cwd: folder })).rejects.toMatchObject({
      code: 255,
    });
  });
});
