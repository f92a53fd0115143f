import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { foldName } from '../../src/core/names.js';
import { cli, IS_BUILT, MAIN } from '../support/cli.js';
import { SQUARE, writeMask, writeMasks } from '../support/mask-files.js';
import { writeOnnx } from '../support/onnx-builder.js';
import { useTempFolders } from '../support/temp-folder.js';
import { node } from '../support/tiny-models.js';
import { makeWorkspace } from '../support/workspace.js';

const tempFolder = useTempFolders();

/** Turns the terminal red and hides what follows from the reader. */
const HOSTILE = 'evil\u001b[31m\u202egnp';
/** Of util-linux: runs a command with a terminal of its own. */
const SCRIPT = ['/usr/bin/script'].find((path) => process.platform === 'linux' && existsSync(path));
const SHOWN = 'evil\\u001b[31m\\u202egnp';

describe('names that a terminal would obey', () => {
  it('are shown in what a model file says of itself, and keep their lines', async () => {
    const folder = await tempFolder();
    const side = { dtype: 'float32' as const, shape: [1, 3, 4, 4] };
    const inputs = [{ name: `${HOSTILE}\n  outputs     forged`, ...side }];
    const graph = {
      inputs,
      outputs: [{ name: 'map\u009b2J', ...side }],
      nodes: [node('Identity', [inputs[0]?.name ?? ''], 'map\u009b2J')],
    };
    await writeOnnx(join(folder, 'm.onnx'), { graph });
    const { status, out } = await cli(['models', 'inspect', 'm.onnx'], folder);
    expect(status).toBe(0);
    expect(out).toContain(`inputs      ${SHOWN}\\u000a  outputs     forged float32`);
    expect(out).toContain('outputs     map\\u009b2J float32');
    // oxlint-disable-next-line no-control-regex -- that is what must not come through
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it('are shown in CSV on a terminal, and kept in a file of it', async () => {
    const folder = await tempFolder();
    const masks = { [`${HOSTILE}.png`]: SQUARE };
    await writeMasks(join(folder, 'pred'), masks);
    await writeMasks(join(folder, 'gt'), masks);
    const argv = ['score', '--pred', 'pred', '--gt', 'gt', '--per-image', '--format', 'csv'];
    const piped = await cli(argv, folder);
    const shown = await cli(argv, folder, { outIsTerminal: true });
    expect([piped.status, shown.status]).toEqual([0, 0]);
    expect(piped.out).toContain(`\n${HOSTILE},done,`);
    expect(shown.out).toBe(piped.out.replaceAll(HOSTILE, SHOWN));
  });

  it.skipIf(!IS_BUILT || SCRIPT === undefined)(
    'are shown by the program itself where stdout is a terminal',
    async () => {
      const folder = await tempFolder();
      const masks = { [`${HOSTILE}.png`]: SQUARE };
      await writeMasks(join(folder, 'pred'), masks);
      await writeMasks(join(folder, 'gt'), masks);
      const command = `'${process.execPath}' '${MAIN}' score --pred pred --gt gt --per-image --format csv 2> err.txt`;
      const { stdout } = await promisify(execFile)(SCRIPT ?? '', ['-qec', command, 'typescript'], {
        cwd: folder,
      });
      expect(stdout).toContain(`${SHOWN},done,`);
      expect(stdout).not.toContain('\u001b[31m');
    },
  );

  it('are shown in warnings and errors', async () => {
    const folder = await tempFolder();
    const { status, err } = await cli(['report', `${HOSTILE}\r`], folder);
    expect(status).toBe(65);
    expect(err).toContain(`${SHOWN}\\u000d`);
    expect(err).not.toContain('\u001b');
  });
});

describe('names that would share a folder of a run', () => {
  const masks = (name: string) => `{ name: ${name}, feeding: precomputed, masks: { path: pred } }`;
  const data = (name: string) =>
    `{ name: ${name}, layout: paired-folders, root: "\${CONFIG_DIR}", images: { path: im }, truths: { path: gt } }`;

  async function run(models: readonly string[], datasets: readonly string[]) {
    const folder = await tempFolder();
    for (const name of ['im', 'gt', 'pred']) await writeMask(join(folder, name, 'a.png'), SQUARE);
    const config = `name: r\nmodels: [${models.map(masks).join(', ')}]\ndatasets: [${datasets.map(data).join(', ')}]\n`;
    await writeFile(join(folder, 'run.yaml'), config);
    return cli(['run', 'run.yaml', '--no-time', '--out', 'out'], folder);
  }

  it('are refused for models and datasets, on every system', async () => {
    for (const [what, result] of [
      ['model', await run(['Mine', 'mine'], ['d'])],
      ['dataset', await run(['mine'], ['Mine', 'mine'])],
    ] as const) {
      expect(result.status).toBe(64);
      expect(result.err).toBe(
        `maskbench: the config's ${what}s "Mine" and "mine" differ in case alone: on many systems their folders are one; every name once; give a variation a name of its own\n`,
      );
    }
    expect((await run(['mine', 'mine-2'], ['d'])).status).toBe(0);
  });

  it('are made different where they are of folders of masks', async () => {
    const folder = await tempFolder();
    await writeMasks(folder, { 'p/Mine/S/1.png': SQUARE, 'p/mine/S/1.png': SQUARE, 'd/S/gt/1.png': SQUARE });
    const argv = ['score', '--layout', 'birefnet', '--pred', 'p', '--gt', 'd', '--out', 'out'];
    expect((await cli(argv, folder)).status).toBe(0);
    expect((await readdir(join(folder, 'out', 'predictions'))).sort()).toEqual(['Mine', 'mine-2']);
  });

  it('fold as file systems do: by case of any script, and composed or not', () => {
    const same = [
      ['\u039f\u0394\u039f\u03a3', '\u03bf\u03b4\u03bf\u03c3'],
      ['caf\u00e9', 'CAFE\u0301'],
      ['Stra\u00dfe', 'STRASSE'],
      ['\u212a', 'k'],
      ['\u0130x', 'i\u0307X'],
    ];
    for (const [a = '', b = ''] of same) expect(foldName(a), `${a} ${b}`).toBe(foldName(b));
    const other = [
      ['s\u0131k', 'sik'],
      ['a', '\u00e4'],
      ['\u30cf', '\u30d0'],
    ];
    for (const [a = '', b = ''] of other) expect(foldName(a), `${a} ${b}`).not.toBe(foldName(b));
  });
});

describe.skipIf(process.platform !== 'linux')(
  'a name that is not UTF-8 (skipped where there can be none)',
  () => {
    it('is refused by its bytes, each of several, as a file and as a folder; one with the sign for it is not', async () => {
      const workspace = await makeWorkspace({ samples: 2 });
      try {
        const at = (name: string): Buffer =>
          Buffer.concat([Buffer.from(workspace.path('data')), Buffer.from(`/${name}`, 'latin1')]);
        for (const name of ['caf\xe9', 'caf\xe8']) {
          await copyFile(at('im/000.jpg'), at(`im/${name}.jpg`));
          await copyFile(at('gt/000.png'), at(`gt/${name}.png`));
        }
        await mkdir(at('im/f\xfc'));
        await copyFile(at('im/000.jpg'), workspace.path('data', 'im', '\ufffd.jpg'));
        await copyFile(at('gt/000.png'), workspace.path('data', 'gt', '\ufffd.png'));
        await appendFile(workspace.path('tiny.yaml'), '\nnested: true\n');
        const { out, status } = await cli(['datasets', 'verify', './tiny.yaml'], workspace.folder);
        const refused = out.split('\n').filter((line) => line.startsWith('error: '));
        const says = 'the name is not UTF-8; rename it (data.unsafe-path)';
        expect(refused).toEqual(
          ['f\\xfc', 'caf\\xe8.jpg', 'caf\\xe9.jpg'].map(
            (name) => `error: ${workspace.path('data', 'im', name)}: ${says}`,
          ),
        );
        expect(out).toContain('3 pairs, 3 errors');
        expect(status).toBe(65);
        const run = await cli(['run', 'run.yaml', '--no-time'], workspace.folder);
        expect(run.err).toContain('3 of 6 cells failed');
        expect(run.status).toBe(3);
      } finally {
        await workspace.remove();
      }
    });
  },
);
