import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { libraryReferencePage } from '../scripts/write-library-reference.mjs';
import { idOf, kindOf, surfaceOf, typesIn } from '../scripts/support/public-face.mjs';
import { PACKAGE_ROOT } from '../src/core/package-root.js';
import { IS_BUILT } from './support/cli.js';
import { fencedBlocks } from './support/markdown.js';
import { useTempFolders } from './support/temp-folder.js';
import { writePairedFolders } from './support/tiny-datasets.js';
import { writeTinyModel } from './support/tiny-models.js';

// The examples of docs/library.md are checked by the compiler against what is published, and run one after another in a folder of
// which "maskbench" is a dependency.

const newFolder = useTempFolders();
const LIMIT_MS = 300_000;

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly said: string;
}

function node(args: readonly string[], cwd: string): Promise<Ended> {
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd }, (error, out, err) => {
      done({ status: error === null ? 0 : Number(error.code ?? -1), out, said: out + err });
    });
  });
}

describe.runIf(IS_BUILT)('docs/library.md', () => {
  let folder = '';
  let examples: readonly string[] = [];

  beforeAll(async () => {
    folder = await newFolder();
    const page = await readFile(join(PACKAGE_ROOT, 'docs', 'library.md'), 'utf8');
    examples = fencedBlocks(page, 'ts');
    await mkdir(join(folder, 'node_modules', '@types'), { recursive: true });
    await symlink(PACKAGE_ROOT, join(folder, 'node_modules', 'maskbench'));
    const types = join(PACKAGE_ROOT, 'node_modules', '@types', 'node');
    await symlink(types, join(folder, 'node_modules', '@types', 'node'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
    // What the page says that lies there.
    await writePairedFolders(join(folder, 'data'), 4);
    for (const [name, model] of [
      ['old', 'luma'],
      ['new', 'inverse'],
    ] as const) {
      await writeTinyModel(folder, model);
      const spec = await readFile(join(folder, `${model}.yaml`), 'utf8');
      await writeFile(join(folder, `${name}.yaml`), spec.replace(/^name: .*$/m, `name: ${name}`));
    }
    const [config = ''] = fencedBlocks(page, 'yaml');
    await writeFile(join(folder, 'run.yaml'), config);
    for (const [i, code] of examples.entries()) {
      await writeFile(join(folder, `example-${i}.ts`), code);
      const { code: script } = await transform(code, { loader: 'ts', format: 'esm' });
      await writeFile(join(folder, `example-${i}.js`), script);
    }
  });

  it(
    'has examples that compile against what is published, in the strictest way',
    async () => {
      const options = { strict: true, module: 'nodenext', target: 'es2023', noEmit: true, types: ['node'] };
      const checked = { ...options, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true };
      const files = examples.map((_, i) => `example-${i}.ts`);
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: checked, files }));
      const { status, said } = await node(
        [join(PACKAGE_ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'],
        folder,
      );
      expect(status, said).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'has examples that run, from top to bottom, and print what the page says',
    async () => {
      const printed: string[] = [];
      for (const i of examples.keys()) {
        const { status, out, said } = await node([`example-${i}.js`], folder);
        expect(status, `${examples[i]}\n${said}`).toBe(0);
        printed.push(out);
      }
      expect(printed.map((out) => out.replaceAll(/0\.\d+/g, '0.…').replaceAll(/sha256-\w+/g, 'sha256-…')))
        .toMatchInlineSnapshot(`
        [
          "plan photos undefined
        predict old 4
        predict new 4
        score masks 4
        { planned: 8, scored: 8, failed: 0 }
        ",
          "2 of 2 scored
        ",
          "sealed
        old photos 0.…
        new photos 0
        old null 0.…
        new null 0
        photos 000 0.…
        photos 001 0.…
        photos 002 1
        photos 003 1
        ",
          "[ 'In short', 'Measures of model accuracy' ]
        ",
          "photos -0.…
        fail 5
        ",
          "0.… 0.… fixed|t:128|empty:one|boundary:0.…|v:1
        ",
          "photos gt 4 0
        0 fixed|t:128|empty:one|boundary:0.…|agg:mean|v:1 []
        ",
          "mine sha256-… [ 'mine.bias' ]
        ",
          "data.missing 65
        ",
        ]
      `);
      for (const name of ['report.md', 'report.html', 'verdict.md']) {
        expect((await readFile(join(folder, name), 'utf8')).length, name).toBeGreaterThan(500);
      }
    },
    LIMIT_MS,
  );
});

describe.runIf(IS_BUILT)('docs/library-reference.md (skipped unless dist/ is built)', () => {
  it('is what can be imported now', async () => {
    const page = await readFile(join(PACKAGE_ROOT, 'docs', 'library-reference.md'), 'utf8');
    expect(page, 'npm run schema').toBe(await libraryReferencePage());
    for (const name of ['run', 'checkGate', 'defineMetric', 'defineRunner', 'Runner', 'Protocol'])
      expect(page).toContain(`### \`${name}\``);
  });
});

describe.runIf(IS_BUILT)('the types of the library', () => {
  it('are named: those in the signatures of its functions, and those of their fields', () => {
    const index = join(PACKAGE_ROOT, 'dist', 'index.d.ts');
    const named = new Set([...surfaceOf(index).values()].map(idOf));
    const functions = [...surfaceOf(index).values()].filter((at) => kindOf(at) === 'function');
    expect(functions.length).toBeGreaterThan(25);
    const direct = functions.flatMap(typesIn);
    const missing = [...direct, ...direct.flatMap(typesIn)].filter((at) => !named.has(idOf(at)));
    // A helper of the schemas that editors and compilers see through, and the keys that options pick.
    const seenThrough = ['Document', 'Needed'];
    expect(
      [...new Set(missing.map(({ name }) => name))].filter((name) => !seenThrough.includes(name)),
    ).toEqual([]);
  });
});
