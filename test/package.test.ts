import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../src/core/package-root.js';
import { PARTS } from '../src/runners/onnx/engine/ensure-engine.js';
import { ENGINE_VERSION } from '../src/runners/onnx/engine/engine.js';

const run = promisify(execFile);
const readJson = async (path: string): Promise<unknown> =>
  JSON.parse(await readFile(join(PACKAGE_ROOT, path), 'utf8'));
const git = async (...args: readonly string[]): Promise<readonly string[]> =>
  (await run('git', [...args], { cwd: PACKAGE_ROOT, maxBuffer: 1 << 26 })).stdout.trim().split('\n');

let packed: ReadonlySet<string>;

beforeAll(async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: PACKAGE_ROOT,
    maxBuffer: 1 << 26,
  });
  const [{ files }] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }];
  packed = new Set(files.map(({ path }) => path));
}, 120_000);

describe('the package', () => {
  it('holds these kinds of files and no others', () => {
    const kinds = [
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md|THIRD-PARTY-NOTICES\.md)$/,
      /^dist\/.*\.(js|d\.ts|wasm)$/,
      /^configs\/published\.yaml$/,
      /^configs\/(datasets|gates|models|proof|runs)\/[\w-]+\.yaml$/,
      /^configs\/(models\/contrast-baseline|proof\/full-memory)\.onnx$/,
      /^docs\/[\w-]+\.md$/,
      /^docs\/plugins\/[\w-]+\.mjs$/,
      /^docs\/ci\/[\w-]+\.(yml|sh)$/,
      /^docs\/programs\/\w+\.(py|sh)$/,
      /^docs\/services\/[\w-]+\.yaml$/,
      /^docs\/schema\/[\w-]+\.schema\.json$/,
      /^samples\/[A-Z]+\.md$/,
      /^samples\/(DIS5K|humans)\/.*\.(jpg|png)$/,
    ];
    expect([...packed].filter((path) => !kinds.some((kind) => kind.test(path)))).toEqual([]);
    for (const kind of kinds) expect([...packed].some((path) => kind.test(path))).toBe(true);
  });

  it('holds what the code of src is compiled to, and none of what was compiled before', async () => {
    const sources = (await git('ls-files', '--cached', '--others', '--exclude-standard', 'src')).filter(
      (path) => /\.tsx?$/.test(path) && !path.startsWith('src/reports/page/client/'),
    );
    const compiled = sources.map((path) => path.replace(/^src\//, 'dist/').replace(/\.tsx?$/, '.js'));
    const bundled = ['dist/reports/page/client.js'];
    const there = [...packed].filter((path) => /^dist\/.*\.js$/.test(path));
    expect(compiled.filter((path) => !packed.has(path))).toEqual([]);
    expect(
      there.filter((path) => !compiled.includes(path)),
      'remove dist, and build',
    ).toEqual(bundled);
  });

  it('holds every path that the code reads from its root', async () => {
    const places: string[] = [];
    for (const path of await git('ls-files', '--cached', '--others', '--exclude-standard', 'src')) {
      if (!path.endsWith('.ts')) continue;
      const text = await readFile(join(PACKAGE_ROOT, path), 'utf8').catch(() => '');
      for (const [, parts = ''] of text.matchAll(/\bjoin\(\s*PACKAGE_ROOT,([^)]*)\)/g))
        places.push([...parts.matchAll(/'([^']+)'/g)].map(([, part]) => part).join('/'));
      for (const [, relative = ''] of text.matchAll(/new URL\([`']([^`'$]+)[`'], import\.meta\.url\)/g))
        places.push(join(path, '..', relative).replace(/^src\//, 'dist/'));
    }
    for (const known of ['configs/models', 'configs/published.yaml', 'configs/datasets', 'package.json'])
      expect(places).toContain(known);
    expect(places.length).toBeGreaterThan(8);
    const isThere = (place: string): boolean =>
      packed.has(place) || [...packed].some((path) => path.startsWith(`${place}/`));
    expect(places.filter((place) => !isThere(place))).toEqual([]);
  });

  it('holds all configs and samples that are in the repository', async () => {
    const wanted = (await git('ls-files', 'configs', 'samples')).filter(
      (path) => !path.startsWith('samples/make/'),
    );
    expect(wanted.filter((path) => !packed.has(path))).toEqual([]);
  });

  it('can be published, and has what its manifest names', async () => {
    const manifest = (await readJson('package.json')) as {
      readonly private?: boolean;
      readonly bin: Readonly<Record<string, string>>;
      readonly exports: { readonly '.': Readonly<Record<string, string>> };
      readonly types: string;
    };
    expect(manifest.private).toBeUndefined();
    for (const path of [
      ...Object.values(manifest.bin),
      ...Object.values(manifest.exports['.']),
      manifest.types,
    ])
      expect(packed).toContain(path.replace(/^\.\//, ''));
  });
});

describe('what installing it takes', () => {
  interface Lock {
    readonly packages: Readonly<
      Record<
        string,
        {
          readonly version: string;
          readonly integrity: string;
          readonly dev?: boolean;
          readonly hasInstallScript?: boolean;
        }
      >
    >;
  }

  it('runs no install script of anybody', async () => {
    const { packages } = (await readJson('package-lock.json')) as Lock;
    const withScripts = Object.entries(packages).filter(
      ([, { hasInstallScript }]) => hasInstallScript === true,
    );
    expect(withScripts.length).toBeGreaterThan(0);
    expect(withScripts.filter(([, { dev }]) => dev !== true)).toEqual([]);
  });

  it('has an engine of the version and bytes that were tested here', async () => {
    const { packages } = (await readJson('package-lock.json')) as Lock;
    for (const { name, integrity } of PARTS) {
      expect(packages[`node_modules/${name}`]).toMatchObject({ version: ENGINE_VERSION, integrity });
    }
  });
});
