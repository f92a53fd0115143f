import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IS_BUILT, startCli, type CliResult } from '../support/cli.js';
import { shortOrLong } from '../support/long.js';
import { useTempFolders } from '../support/temp-folder.js';
import { writePairedFolders } from '../support/tiny-datasets.js';

const newFolder = useTempFolders();
const LIMIT_MS = 240_000;
const IMAGES = 4;

const run = (cwd: string, ...argv: readonly string[]): Promise<CliResult> => startCli(argv, cwd).result;

/** A metric's file; `compute` is the body. */
const metric = (name: string, compute: string, before = ''): string => `${before}
export default { name: '${name}', metrics: [{
  meta: { id: '${name}.m', name: 'Own metric', range: [0, 1], better: 'higher', formula: 'f', source: 's', emptyMasks: 'e' },
  compute({ prediction, truth }) { ${compute} },
}] };
`;
const SHARE = 'return prediction.data.filter((v) => v > 127).length / truth.pixels;';

const config = (plugins: string, protocols: string): string => `name: mine
plugins: [${plugins}]
models: [{ name: masks, feeding: precomputed, masks: { path: data/gt } }]
datasets: [{ name: photos, layout: paired-folders, root: '\${CONFIG_DIR}/data', images: { path: im }, truths: { path: gt } }]
scoring: { protocols: [${protocols}] }
`;

async function project(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await newFolder();
  await writePairedFolders(join(folder, 'data'), IMAGES);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const ONE_LINE = /^maskbench: [^\n]+\n$/;

describe.skipIf(!IS_BUILT)('plug-ins at the command line (skipped unless dist/ is built)', () => {
  it(
    'that throw, or give what is no value, are failed cells, and the rest goes on',
    async () => {
      const compute = `const n = truth.image.data.filter((v) => v > 0).length;
        if (n % 3 === 0) throw new TypeError('boom'); if (n % 3 === 1) return NaN; ${SHARE}`;
      const folder = await project({
        'own.mjs': metric('own', compute),
        'run.yaml': config('./own.mjs', 'fixed, own'),
      });
      const { status, out } = await run(folder, 'run', 'run.yaml', '--no-time', '--json');
      const { cells, failures } = JSON.parse(out) as {
        readonly cells: Readonly<Record<string, number>>;
        readonly failures: readonly {
          readonly failure: { readonly code: string; readonly message: string; readonly where: string };
        }[];
      };
      expect(status).toBe(3);
      expect(cells).toMatchObject({ planned: IMAGES, failed: failures.length });
      expect(failures.length).toBeGreaterThan(0);
      for (const { failure } of failures) {
        expect(failure.code).toBe('plugin.failed');
        expect(failure.where).toMatch(/^plug-in own/);
        expect(failure.message).toMatch(/^(boom|own\.m gave null; a metric gives a finite number, or .*)$/);
      }
    },
    LIMIT_MS,
  );

  it.each([
    ['a promise', 'return Promise.resolve(1);', /own\.m gave a promise; a metric gives a finite number/],
    ['a text', "return '1';", /own\.m gave "1"; a metric gives/],
    ['what its range has not', 'return 7;', /own\.m gave 7, and its range is 0 to 1; mend the metric/],
    ['the end of its process', 'process.exit(0);', /metric own\.m: it called process\.exit/],
  ])(
    'that give %s are failed cells',
    async (_what, compute, says) => {
      const folder = await project({
        'own.mjs': metric('own', compute),
        'run.yaml': config('./own.mjs', 'fixed, own'),
      });
      const { status, out, err } = await run(folder, 'run', 'run.yaml', '--no-time', '--json');
      expect(err).toMatch(says);
      expect(status).toBe(3);
      expect(JSON.parse(out)).toMatchObject({ cells: { failed: IMAGES } });
    },
    LIMIT_MS,
  );

  it(
    'cannot end a command as if it had gone well, nor print among its results',
    async () => {
      const said = "console.log('hello');";
      const folder = await project({
        'own.mjs': metric('own', `${said} ${SHARE}`, said),
        'run.yaml': config('./own.mjs', 'fixed, own'),
        'exits.mjs': 'process.exit(0);',
        'exits.yaml': 'plugins: [./exits.mjs]\n',
        'late.mjs': `export default { name: 'late', formats: [
          { name: 'late.f', extension: 'f', summary: 's', render() { process.exit(0); } }] };`,
        'late.yaml': 'plugins: [./late.mjs]\n',
      });
      const { status, out, err } = await run(folder, 'run', 'run.yaml', '--no-time', '--json');
      expect(status).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ cells: { scored: IMAGES } });
      expect(err).toContain('hello');
      const report = ['report', 'runs/mine', '--format'];
      for (const argv of [
        [...report, 'csv', '--config', 'exits.yaml'],
        [...report, 'late.f', '--config', 'late.yaml'],
      ]) {
        const ended = await run(folder, ...argv);
        expect(ended.err).toMatch(/something ended the process before the command was over \(status 0\)/);
        expect(ended.err).toMatch(ONE_LINE);
        expect(ended.status).toBe(65);
      }
    },
    LIMIT_MS,
  );

  it(
    'that throw in no call end a command with a line that names their file',
    async () => {
      const folder = await project({
        'late.mjs': `const late = () => { throw new Error('too late'); };
          const load = () => new Promise(() => setTimeout(late));
          export default { name: 'late', commands: [{ name: 'late.c', description: 'd', load }] };`,
        'late.yaml': 'plugins: [./late.mjs]\n',
      });
      const ended = await run(folder, '--config', 'late.yaml', 'late.c');
      expect(ended.err).toBe(`maskbench: outside of any call, ${join(folder, 'late.mjs')}: too late\n`);
      expect(ended.status).toBe(65);
    },
    LIMIT_MS,
  );

  it.each(["Promise.reject(new Error('late'));", "queueMicrotask(() => { throw new Error('late'); });"])(
    'that throw in no call are failed cells: %s',
    async (compute) => {
      const folder = await project({
        'own.mjs': metric('own', `${compute} ${SHARE}`),
        'run.yaml': config('./own.mjs', 'fixed, own'),
      });
      const { status, err } = await run(folder, 'run', 'run.yaml', '--no-time');
      expect(err).toMatch(/^failed: masks .*: outside of any call, .*own\.mjs: late$/m);
      expect(err).not.toMatch(/bug in Maskbench/);
      expect(status).toBe(3);
    },
    LIMIT_MS,
  );

  it.each([
    [
      'is not there',
      './none.mjs',
      65,
      /none\.mjs: no such plug-in; plugins of a file are relative to its folder/,
    ],
    [
      'is not installed',
      'maskbench-plugin-none',
      65,
      /the plug-in "maskbench-plugin-none" is not installed; npm install/,
    ],
    ['throws as it is loaded', './throws.mjs', 65, /throws\.mjs: not today; it cannot be loaded/],
    ['is no code', './broken.mjs', 65, /broken\.mjs: .+; it cannot be loaded/],
    [
      'imports what is not installed',
      './lost.mjs',
      65,
      /Cannot find package 'maskbench'.*; install maskbench where the plug-in lies/,
    ],
    ['exports nothing', './empty.mjs', 64, /empty\.mjs: a plug-in cannot have the name undefined/],
    [
      'has a name of ours',
      './sod.mjs',
      64,
      /sod\.mjs: a plug-in cannot have the name "sod"; take a word of a-z/,
    ],
    [
      'has a key that there is not',
      './key.mjs',
      64,
      /key\.mjs: a plug-in has no "metric"; it may have metrics, /,
    ],
    ['has no list', './list.mjs', 64, /list\.mjs: "metrics" must be a list; put it into \[ \]/],
    [
      'has a part of another name',
      './name.mjs',
      64,
      /name\.mjs: "iou" is no name for a metric of "name"; begin it with "name\."/,
    ],
    [
      'has no whole part',
      './half.mjs',
      64,
      /half\.mjs: this is no metric: meta\.name: is missing; .*docs\/plugins shows one of each kind/,
    ],
    ['has two parts of a name', './two.mjs', 64, /two\.mjs: there are two metrics two\.m/],
  ])('refuse in one line one that %s', async (_what, entry, status, says) => {
    const half = "metrics: [{ meta: { id: 'half.m' }, compute() {} }]";
    const one = /metrics: (\[\{[\s\S]*\}\])/.exec(metric('two', SHARE))?.[1]?.slice(1, -1) ?? '';
    const folder = await project({
      'throws.mjs': "throw new Error('not today');",
      'broken.mjs': 'export default {',
      'lost.mjs': "import 'maskbench/plugin'; export default {};",
      'empty.mjs': 'export default {};',
      'sod.mjs': metric('sod', SHARE),
      'key.mjs': "export default { name: 'key', metric: [] };",
      'list.mjs': "export default { name: 'list', metrics: {} };",
      'name.mjs': metric('name', SHARE).replace('name.m', 'iou'),
      'half.mjs': `export default { name: 'half', ${half} };`,
      'two.mjs': `export default { name: 'two', metrics: [${one}, ${one}] };`,
      'run.yaml': config(entry, 'fixed'),
    });
    const ended = await run(folder, 'run', 'run.yaml', '--no-time');
    expect(ended.err).toMatch(says);
    expect(ended.err).toMatch(ONE_LINE);
    expect(ended.status).toBe(status);
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });

  it('name themselves where a format or a command throws', async () => {
    const folder = await project({
      'own.mjs': `export default { name: 'own',
        formats: [{ name: 'own.f', extension: 'f', summary: 's', render() { throw new Error('no ink'); } }],
        commands: [{ name: 'own.c', description: 'd', load: async () => { throw new Error('no command'); } }] };`,
      'plugins.yaml': 'plugins: [./own.mjs]\n',
      'run.yaml': config('./own.mjs', 'fixed'),
    });
    await run(folder, 'run', 'run.yaml', '--no-time');
    for (const [argv, says] of [
      [['report', 'runs/mine', '--format', 'own.f'], 'maskbench: plug-in own, format own.f: no ink\n'],
      [['own.c'], 'maskbench: plug-in own, command own.c: no command\n'],
    ] as const) {
      const { status, err } = await run(folder, ...argv, '--config', 'plugins.yaml');
      expect({ status, err }).toEqual({ status: 65, err: says });
    }
  });

  it(
    'are loaded by nothing but what the user names',
    async () => {
      const mark = (name: string): string =>
        metric('own', SHARE, `import { writeFileSync } from 'node:fs'; writeFileSync('${name}', '');`);
      const folder = await project({
        'own.mjs': mark('LOADED'),
        'maskbench.config.mjs': mark('LAY-THERE'),
        'plugin.mjs': mark('LAY-THERE'),
        'run.yaml': config('./own.mjs', 'fixed, own'),
        'plain.yaml': config('', 'fixed').replace('name: mine', 'name: plain'),
      });
      const loaded = (): boolean => existsSync(join(folder, 'LOADED'));
      await run(folder, 'run', 'plain.yaml', '--no-time');
      expect(loaded()).toBe(false);
      const without = await run(folder, 'run', 'run.yaml', '--no-time', '--no-plugins');
      expect(without.status).toBe(64);
      expect(without.err).toMatch(/scoring\.protocols\.1: must be fixed, sod, matting or cutout, not "own"/);
      expect(loaded()).toBe(false);
      // A run that says that it was begun with a plug-in does not make anybody load it.
      const manifest = join(folder, 'runs/plain/manifest.json');
      const text = await readFile(manifest, 'utf8');
      const written = JSON.parse(text) as { origin: { config: { plugins: string[] } } };
      written.origin.config.plugins = ['./own.mjs'];
      await writeFile(manifest, JSON.stringify(written));
      for (const command of ['report', 'resume', 'verify', 'rank']) await run(folder, command, 'runs/plain');
      expect(loaded()).toBe(false);
      expect(existsSync(join(folder, 'LAY-THERE'))).toBe(false);
      expect((await run(folder, 'run', 'run.yaml', '--no-time')).status).toBe(0);
      expect(loaded()).toBe(true);
    },
    LIMIT_MS,
  );

  it(
    'that have changed, or what they import, are a changed setting of the run',
    async () => {
      const folder = await project({
        'own.mjs': metric(
          'own',
          'return share({ prediction, truth });',
          "import { share } from './share.mjs';",
        ),
        'share.mjs': `export const share = ({ prediction, truth }) => { ${SHARE} };`,
        'run.yaml': config('./own.mjs', 'fixed, own'),
      });
      const again = ['run', 'run.yaml', '--no-time', '--resume'];
      expect((await run(folder, 'run', 'run.yaml', '--no-time')).status).toBe(0);
      expect((await run(folder, ...again)).status).toBe(0);
      const share = readFileSync(join(folder, 'share.mjs'), 'utf8');
      await writeFile(join(folder, 'share.mjs'), `${share}// another\n`);
      const ended = await run(folder, ...again);
      expect(ended.status).toBe(64);
      expect(ended.err).toMatch(
        /under other settings: plugins \(own sha256-[0-9a-f]{16} there, own sha256-[0-9a-f]{16} now\)/,
      );
      // The new version makes other runs; one of the old stays what it was, and is compared with none of the new.
      expect((await run(folder, 'run', 'run.yaml', '--no-time', '--out', 'runs/new')).status).toBe(0);
      const signature = async (name: string): Promise<string> => {
        const { out } = await run(
          folder,
          'rank',
          `runs/${name}`,
          '--metrics',
          'own.m',
          '--json',
          '--config',
          'run.yaml',
        );
        const { signatures, tables } = JSON.parse(out) as {
          readonly signatures: readonly string[];
          readonly tables: readonly { readonly n: number }[];
        };
        expect(tables[0]?.n).toBe(IMAGES);
        return signatures[1] ?? '';
      };
      const [old, fresh] = [await signature('mine'), await signature('new')];
      expect(old).toMatch(/^own\|t:128\|empty:one\|plugin:sha256-[0-9a-f]{16}\|v:1$/);
      expect(fresh).not.toBe(old);
      const both = ['compare', 'runs/mine', 'runs/new', '--metrics', 'own.m'];
      expect((await run(folder, ...both)).err).toMatch(
        /cannot be compared: signature own\|.*plugin:.* against own\|.*plugin:/,
      );
      await writeFile(join(folder, 'share.mjs'), share);
      expect((await run(folder, ...again)).status).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'of a plan are those of all its shards, in one version',
    async () => {
      const folder = await project({
        'own.mjs': metric('own', SHARE),
        'run.yaml': config('./own.mjs', 'fixed, own'),
      });
      const named = ['--config', 'run.yaml'];
      const work = (shard: number, ...more: readonly string[]): Promise<CliResult> =>
        run(folder, 'work', 'plan', '--shard', String(shard), ...more);
      const planned = await run(folder, 'plan', 'run.yaml', '--shards', '2', '--out', 'plan');
      expect(planned.out).toMatch(/^maskbench work plan --shard 1 --config run\.yaml /m);
      const unnamed =
        /plan: the plan was made with the plug-in "own" \(sha256-\w+\), which is not loaded; .*--config/;
      expect((await run(folder, 'submit', 'parallel', 'plan')).err).toMatch(unnamed);
      expect((await run(folder, 'submit', 'parallel', 'plan', ...named)).out).toMatch(
        / --config \S+\/run\.yaml work .*\n.* --config \S+\/run\.yaml merge /,
      );
      expect((await work(1)).err).toMatch(/plan\.json: the plan was made .* not loaded; .*--config/);
      expect((await work(1, ...named)).status).toBe(0);
      const code = await readFile(join(folder, 'own.mjs'), 'utf8');
      await writeFile(join(folder, 'own.mjs'), `${code}// another\n`);
      const other = await work(2, ...named);
      expect(other.status).toBe(64);
      expect(other.err).toMatch(/"own" \(sha256-\w+\), and another is loaded \(sha256-\w+\); restore it/);
      await writeFile(join(folder, 'own.mjs'), code);
      expect((await work(2, ...named)).status).toBe(0);
      expect((await run(folder, 'merge', 'plan', '--out', 'merged')).err).toMatch(/not loaded; .*--config/);
      expect((await run(folder, 'merge', 'plan', '--out', 'merged', ...named)).status).toBe(0);
      // Neither is there a difference to a run in one piece, nor (in the long form) to shards of one that are merged.
      await run(folder, 'run', 'run.yaml', '--no-time');
      const figures = async (of: string): Promise<string> =>
        (await run(folder, 'report', of, '--format', 'csv')).out;
      expect(await figures('merged')).toBe(await figures('runs/mine'));
      expect(await figures('merged')).toMatch(/^accuracy,masks,photos,own\.m,mean,/m);
      expect((await run(folder, 'resume', 'merged')).err).toMatch(/the run was made .*"own"/);
      if (shortOrLong(true, false)) return;
      for (const i of [1, 2])
        await run(folder, 'run', 'run.yaml', '--no-time', '--shard', `${i}/2`, '--out', `runs/s${i}`);
      expect((await run(folder, 'merge', 'runs/s1', 'runs/s2', '--out', 'shards')).status).toBe(0);
      expect(await figures('shards')).toBe(await figures('runs/mine'));
    },
    LIMIT_MS,
  );

  it(
    'are not needed to read what they have made',
    async () => {
      const folder = await project({
        'own.mjs': metric('own', SHARE).replace("better: 'higher'", "better: 'lower'"),
        'run.yaml': config('./own.mjs', 'fixed, own'),
        'gate.yaml': 'version: 2\nname: own\nplugins: [./own.mjs]\nfloors: [{ metric: own.m, mean: 0.99 }]\n',
        'blind.yaml': 'version: 2\nname: own\nfloors: [{ metric: own.m, mean: 0.99 }]\n',
      });
      await run(folder, 'run', 'run.yaml', '--no-time');
      const table = await run(folder, 'report', 'runs/mine');
      expect(table.out).toMatch(/Own metric/);
      expect(
        (await run(folder, 'report', 'runs/mine', '--format', 'html', '--out', 'page.html')).status,
      ).toBe(0);
      expect(await readFile(join(folder, 'page.html'), 'utf8')).toContain('Own metric');
      const compared = ['compare', '--json', '--metrics', 'own.m'];
      const { metrics } = (
        JSON.parse((await run(folder, ...compared, 'runs/mine', 'runs/mine')).out) as {
          readonly pairs: readonly { readonly metrics: readonly object[] }[];
        }
      ).pairs[0] ?? { metrics: [] };
      expect(metrics[0]).toMatchObject({ metric: 'own.m', better: 'lower' });
      expect((await run(folder, 'rank', 'runs/mine', '--metrics', 'own.m')).out).toMatch(/Own metric/);
      expect(
        (await run(folder, 'report', 'runs/mine', '--by', 'split', '--metric', 'own.m')).err,
      ).not.toMatch(/plug-in/);
      expect((await run(folder, 'verify', 'runs/mine')).out).toMatch(/sealed/);
      expect((await run(folder, 'baseline', 'set', 'kept', '--run', 'runs/mine')).status).toBe(0);
      expect((await run(folder, ...compared, 'kept', 'runs/mine')).status).toBe(0);
      const check = ['check', '--baseline', 'kept', '--candidate', 'runs/mine', '--gate'];
      const blind = await run(folder, ...check, 'blind.yaml');
      expect(blind.err).toMatch(/unknown metric "own\.m"; .*"plugins" of the gate loads others/);
      const judged = await run(folder, ...check, 'gate.yaml', '--json');
      const { code } = JSON.parse(judged.out) as { readonly code: object };
      expect(code).toMatchObject({
        plugins: [{ name: 'own', version: expect.stringMatching(/^sha256-/) as string }],
      });
      // What would have to compute something says which plug-in it takes.
      const scored = await run(folder, 'score', '--pred', 'data/gt', '--gt', 'data/gt', '--protocol', 'own');
      expect(scored.err).toMatch(/unknown protocol "own"/);
      expect((await run(folder, 'resume', 'runs/mine')).err).toMatch(
        /made with the plug-in "own" .* --config/,
      );
    },
    LIMIT_MS,
  );

  it(
    'of a check come from its gate, and never from the candidate',
    async () => {
      const folder = await project({
        'own.mjs': metric(
          'own',
          SHARE,
          "import { writeFileSync } from 'node:fs'; writeFileSync('LOADED', '');",
        ),
        'plain.yaml': config('', 'fixed'),
        'run.yaml': config('./own.mjs', 'fixed'),
        'blind.yaml': 'version: 2\nname: g\nfloors: [{ metric: iou, mean: 0.1 }]\n',
        'gate.yaml': 'version: 2\nname: g\nplugins: [./own.mjs]\nfloors: [{ metric: iou, mean: 0.1 }]\n',
      });
      await run(folder, 'run', 'plain.yaml', '--no-time');
      const walk = ['check', '--until-decided', '--baseline', 'runs/mine', '--candidate-config', 'run.yaml'];
      const refused = await run(folder, ...walk, '--out', 'runs/a', '--gate', 'blind.yaml');
      expect(refused.status).toBe(64);
      expect(refused.err).toMatch(
        /the plug-in is not loaded from here: \.\/own\.mjs; a check takes plug-ins from its gate/,
      );
      expect(existsSync(join(folder, 'LOADED'))).toBe(false);
      const judged = await run(folder, ...walk, '--out', 'runs/b', '--gate', 'gate.yaml');
      expect([0, 2], judged.err).toContain(judged.status);
      expect(existsSync(join(folder, 'LOADED'))).toBe(true);
    },
    LIMIT_MS,
  );
});
