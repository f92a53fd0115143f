import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MaskbenchError } from '../../src/core/errors.js';
import { guarded } from '../../src/core/plugins/guard.js';
import { lateBound } from '../../src/core/plugins/late-bound.js';
import { assertUnchanged, locatePlugin } from '../../src/core/plugins/locate.js';
import { addPart, extensible } from '../../src/core/plugins/parts.js';
import { describeForRecord, noteProtocols } from '../../src/metrics/recorded-protocols.js';
import { knownMetrics, metaOf, protocolsOf } from '../../src/metrics/registry.js';
import { DEFAULT_CONVENTIONS } from '../../src/metrics/metric.js';
import { signatureOf } from '../../src/metrics/signature.js';
import { createPair, createTruth } from '../../src/metrics/context.js';
import { useTempFolders } from '../support/temp-folder.js';

const newFolder = useTempFolders();

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

describe('a registry', () => {
  // Of a kind that no other test reads: what is added stays for as long as the process lives.
  const kind = 'sources';

  it('has what is added before and after it is there, and schemas of it follow', () => {
    const by = { name: 'a', version: '1' };
    addPart(kind, 'early', by);
    const all = extensible<string>(kind, ['ours'], (part, { name }) => `${name}.${String(part)}`);
    const schema = lateBound(() => z.enum(all));
    const within = z.object({ names: z.array(schema) });
    const takes = (name: string): boolean => within.safeParse({ names: [name] }).success;
    expect([takes('ours'), takes('a.early'), takes('a.late')]).toEqual([true, true, false]);
    addPart(kind, 'late', by);
    expect(all).toEqual(['ours', 'a.early', 'a.late']);
    expect([takes('ours'), takes('a.late'), takes('nothing')]).toEqual([true, true, false]);
    expect(JSON.stringify(z.toJSONSchema(within))).toContain('a.late');
  });
});

describe('a guard', () => {
  const failure = async (act: () => unknown): Promise<unknown> => {
    try {
      return await act();
    } catch (error) {
      return error instanceof MaskbenchError ? [error.code, error.where, error.message] : error;
    }
  };
  const told = ['plugin.failed', 'plug-in a', 'boom'];
  const boom = (): never => {
    throw new Error('boom');
  };
  const part = guarded(
    {
      now: boom,
      later: async () => boom(),
      deep: { inner: [boom] },
      gives: () => ({ act: boom, wait: async () => async () => boom() }),
      async *list() {
        yield 1;
        boom();
      },
      ours: () => {
        throw new MaskbenchError('data.missing', 'none');
      },
      words: () => {
        // oxlint-disable-next-line no-throw-literal -- as plug-ins may
        throw 'boom';
      },
      own: new Map([['a', 1]]),
      twice(n: number) {
        return this.add(n, n);
      },
      add: (a: number, b: number) => a + b,
    },
    'plug-in a',
  );

  it('names the plug-in whatever is thrown, now, later, deep inside, or by what was returned', async () => {
    expect(await failure(() => part.now())).toEqual(told);
    expect(await failure(() => part.later())).toEqual(told);
    expect(await failure(() => part.deep.inner[0]?.())).toEqual(told);
    expect(await failure(() => part.gives().act())).toEqual(told);
    expect(await failure(async () => (await part.gives().wait())())).toEqual(told);
    expect(await failure(() => part.words())).toEqual(told);
    const seen: number[] = [];
    expect(
      await failure(async () => {
        for await (const n of part.list()) seen.push(n);
      }),
    ).toEqual(told);
    expect(seen).toEqual([1]);
  });

  it('leaves our own errors, classes and results as they are', async () => {
    expect(await failure(() => part.ours())).toEqual(['data.missing', undefined, 'none']);
    expect(part.own.get('a')).toBe(1);
    expect(part.twice(2)).toBe(4);
  });
});

describe('the version of a file', () => {
  const files = {
    'a.mjs': "import { b } from './lib/b.js';\nexport const c = () => import('./lib/c.mjs');",
    'lib/b.js':
      "const { d } = require('./d');\nnew URL('../weights.json', import.meta.url); export const b = d;",
    'lib/c.mjs': 'export default 1;',
    'lib/d.js': 'exports.d = 1;',
    'weights.json': '[1]',
    'beside.mjs': 'nobody names this',
  };
  const versionIn = (folder: string): string => locatePlugin('./a.mjs', folder).version;

  it('changes with every file that it reaches by a relative path, and with no other', async () => {
    const folder = await newFolder();
    await write(folder, files);
    const before = versionIn(folder);
    expect(before).toMatch(/^sha256-[0-9a-f]{16}$/);
    for (const name of ['a.mjs', 'lib/b.js', 'lib/c.mjs', 'lib/d.js', 'weights.json'] as const) {
      await write(folder, { [name]: `${files[name]}\n` });
      expect(versionIn(folder), name).not.toBe(before);
      await write(folder, { [name]: files[name] });
      expect(versionIn(folder)).toBe(before);
    }
    await write(folder, { 'beside.mjs': 'other' });
    expect(versionIn(folder)).toBe(before);
  });

  it('is the same in another folder, and can be pinned and held to', async () => {
    const [one, other] = [await newFolder(), await newFolder()];
    await write(one, files);
    await write(other, files);
    expect(versionIn(one)).toBe(versionIn(other));
    const pin = versionIn(one).replace('sha256-', '#sha256=');
    const ref = locatePlugin(`./a.mjs${pin}`, one);
    expect(() => assertUnchanged(ref)).not.toThrow();
    await write(one, { 'lib/d.js': 'exports.d = 2;' });
    expect(() => locatePlugin(`./a.mjs${pin}`, one)).toThrow(
      /not the one that is pinned: its sha256 is [0-9a-f]{64}/,
    );
    expect(() => assertUnchanged(ref)).toThrow(/has changed while it was in use/);
  });

  it('of a package is that of its package.json, found in a folder above, by whatever names its entry', async () => {
    const folder = await newFolder();
    const at = (name: string, file: object) =>
      write(join(folder, 'node_modules', name), {
        'package.json': JSON.stringify(file),
        'x.mjs': '',
        'index.js': '',
      });
    await at('plain', { version: '1.0.0' });
    await at('@scope/main', { version: '2.0.0', main: 'x.mjs' });
    await at('exporting', { version: '3.0.0', exports: { '.': { types: './x.d.ts', import: './x.mjs' } } });
    const found = (name: string) => locatePlugin(name, join(folder, 'deep', 'er'));
    const root = join(folder, 'node_modules');
    expect(found('plain')).toEqual({ path: join(root, 'plain/index.js'), version: 'plain@1.0.0' });
    expect(found('@scope/main')).toEqual({
      path: join(root, '@scope/main/x.mjs'),
      version: '@scope/main@2.0.0',
    });
    expect(found('exporting')).toEqual({ path: join(root, 'exporting/x.mjs'), version: 'exporting@3.0.0' });
    expect(() => found('../x')).toThrow(/no such plug-in/);
    expect(() => found('Not A Package')).toThrow(/neither a file nor a package/);
    expect(() => found('plain#sha256=0123456789abcdef')).toThrow(/only a file is pinned/);
  });
});

describe('a protocol of a plug-in that is not loaded', () => {
  const [sod] = protocolsOf(['sod']);
  const plugin = { name: 'ghost', version: 'ghost@1.0.0' };
  const own = {
    ...sod,
    id: 'ghost',
    metrics: sod.metrics.map((metric) => ({
      ...metric,
      meta: { ...metric.meta, id: `ghost.${metric.meta.id}`, protocol: 'ghost' },
    })),
    signature: () => ['x:1'],
  };
  const recorded = describeForRecord(own, DEFAULT_CONVENTIONS, plugin);

  it('can be shown and compared as its run describes it, and refuses by name to compute', () => {
    noteProtocols([recorded], 'runs/a', DEFAULT_CONVENTIONS);
    expect(metaOf('ghost.sod.s')).toMatchObject({
      name: metaOf('sod.s').name,
      better: 'higher',
      protocol: 'ghost',
    });
    expect(signatureOf('ghost', DEFAULT_CONVENTIONS)).toBe(`ghost|x:1|plugin:ghost@1.0.0|v:${sod.version}`);
    expect(knownMetrics().filter(({ meta }) => meta.protocol === 'ghost')).toHaveLength(sod.metrics.length);
    const image = { width: 1, height: 1, data: Uint8Array.of(255) };
    const [metric] = protocolsOf(['ghost'])[0]?.metrics ?? [];
    const says = /"ghost" takes the plug-in "ghost" \(ghost@1\.0\.0\), which is not loaded/;
    expect(() => metric?.compute(createPair(image, createTruth(image)))).toThrow(says);
    expect(() => signatureOf('ghost', { ...DEFAULT_CONVENTIONS, threshold: 7 })).toThrow(says);
  });

  it('is one and the same in all runs that are read, or refused', () => {
    noteProtocols([recorded], 'runs/b', { ...DEFAULT_CONVENTIONS, threshold: 7 });
    expect(signatureOf('ghost', { ...DEFAULT_CONVENTIONS, threshold: 7 })).toContain('ghost|x:1');
    noteProtocols([{ ...recorded, title: 'another' }], 'runs/c');
    const other = { ...recorded, version: recorded.version + 1 };
    expect(() => noteProtocols([other], 'runs/d')).toThrow(
      /its protocol "ghost" is not that of the other run/,
    );
  });
});
