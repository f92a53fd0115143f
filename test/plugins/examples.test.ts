import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLES, writePackages, writePluginProject } from '../../scripts/support/plugin-project.mjs';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { IS_BUILT, startCli } from '../support/cli.js';
import { useTempFolders } from '../support/temp-folder.js';

const newFolder = useTempFolders();
const LIMIT_MS = 300_000;

/** What `npm install maskbench` leaves in a folder. */
function installMaskbench(folder: string): void {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(PACKAGE_ROOT, join(folder, 'node_modules', 'maskbench'));
}

/** Packs and installs packages of the examples, from files alone. */
async function installExamples(folder: string): Promise<void> {
  const sources = writePackages(await newFolder(), PACKAGE_ROOT);
  const npm = (...args: readonly string[]): string =>
    execFileSync('npm', [...args], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  const tarballs = npm('pack', '--silent', ...sources)
    .trim()
    .split('\n');
  const quietly = ['--offline', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'];
  npm('install', ...quietly, ...tarballs.map((name) => `./${name}`));
}

describe.skipIf(!IS_BUILT).each(['files', 'packages'] as const)(
  'the examples of docs/plugins as %s (skipped unless dist/ is built)',
  (as) => {
    it(
      'do in a folder of a user what they are for',
      async () => {
        const folder = await newFolder();
        if (as === 'packages') await installExamples(folder);
        installMaskbench(folder);
        const { env, steps } = writePluginProject(folder, PACKAGE_ROOT, as);
        for (const { args, status = 0, says } of steps) {
          const ended = await startCli(args, folder, env).result;
          const line = `${args.join(' ')}\n${ended.out}${ended.err}`;
          expect(ended.status, line).toBe(status);
          expect(status === 0 ? ended.out : ended.err, line).toMatch(says);
        }
      },
      LIMIT_MS,
    );
  },
);

describe('the examples of docs/plugins', () => {
  const read = (name: string): string =>
    readFileSync(join(PACKAGE_ROOT, 'docs/plugins', `${name}.mjs`), 'utf8');

  it.each(EXAMPLES)('are less than 40 lines each: %s', (name) => {
    expect(read(name).trimEnd().split('\n').length).toBeLessThan(40);
  });

  describe.runIf(IS_BUILT)('and their types (skipped unless dist/ is built)', () => {
    let folder = '';
    beforeAll(async () => {
      folder = await newFolder();
      installMaskbench(folder);
      mkdirSync(join(folder, 'node_modules', '@types'));
      symlinkSync(join(PACKAGE_ROOT, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'));
      for (const name of [...EXAMPLES, 'template']) writeFileSync(join(folder, `${name}.mjs`), read(name));
    });

    it(
      'are those that are published',
      () => {
        const options = { allowJs: true, checkJs: true, strict: true, noImplicitAny: false, types: ['node'] };
        const how = { ...options, module: 'nodenext', target: 'es2023', noEmit: true, skipLibCheck: true };
        writeFileSync(
          join(folder, 'tsconfig.json'),
          JSON.stringify({ compilerOptions: how, include: ['*.mjs'] }),
        );
        const tsc = join(PACKAGE_ROOT, 'node_modules/typescript/bin/tsc');
        const ended = (): string => {
          try {
            return execFileSync(process.execPath, [tsc, '-p', '.'], { cwd: folder, encoding: 'utf8' });
          } catch (error) {
            return (error as { readonly stdout: string }).stdout;
          }
        };
        expect(ended()).toBe('');
      },
      LIMIT_MS,
    );
  });
});
