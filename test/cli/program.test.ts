import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, IS_BUILT, startCli } from '../support/cli.js';
import { useTempFolders } from '../support/temp-folder.js';
import type { DeviceList } from '../../src/runners/onnx/devices/list-devices.js';

const run = (...argv: readonly string[]): ReturnType<typeof cli> => cli(argv, process.cwd());

describe('the command line', () => {
  it('shows its commands and what the exit status means', async () => {
    const { status, out, err } = await run('--help');
    expect(status).toBe(0);
    expect(err).toBe('');
    for (const word of ['run', 'score', 'time', 'report', 'models', 'datasets', 'devices', 'Exit status']) {
      expect(out).toContain(word);
    }
  });

  it('keeps its help within 80 columns for every command', async () => {
    const commands = [
      [],
      ['run'],
      ['time'],
      ['score'],
      ['report'],
      ['models'],
      ['models', 'pull'],
      ['datasets', 'pull'],
    ];
    for (const command of commands) {
      const { out } = await run(...command, '--help');
      const long = out.split('\n').filter((line) => line.length > 80 && !/^\d|^Exit status/.test(line));
      expect(long, command.join(' ')).toEqual([]);
    }
  });

  it.each([
    [undefined, 80],
    [40, 60],
    [100, 100],
    [300, 120],
  ])('fits its help to a terminal of %s columns', async (columns, width) => {
    const { out } = await cli(['run', '--help'], process.cwd(), { columns });
    const longest = Math.max(...out.split('\n').map(({ length }) => length));
    expect(longest).toBeLessThanOrEqual(width);
    // A description that has room for more is not broken before it.
    expect(longest).toBeGreaterThan(width - 20);
  });

  it('prints results on stdout and nothing else there', async () => {
    const { status, out, err } = await run('devices', '--json');
    expect(status).toBe(0);
    expect(err).toBe('');
    const { devices } = JSON.parse(out) as DeviceList;
    expect(devices.find(({ device }) => device === 'cpu')).toMatchObject({ usable: true });
    for (const { usable, reason } of devices) expect(reason === null).toBe(usable);
  });

  it('says why a device is not to be had, and what would help', async () => {
    const { out } = await run('devices');
    expect(out).toMatch(/coreml +no|dml +no/);
    expect(out).toMatch(/: onnxruntime-node [\d.]+ has no (coreml|dml|cuda) for/);
  });

  it('lists models and datasets as tables and as JSON', async () => {
    const models = JSON.parse((await run('models', 'list', '--json')).out) as readonly { name: string }[];
    expect(models.map(({ name }) => name)).toContain('isnet-fp16');
    expect((await run('models', 'list')).out).toMatch(/^isnet-fp16 +1024x1024 +88/m);
    expect((await run('models', 'list')).out).toMatch(/^bria-rmbg .* CC BY-NC 4\.0\.\.\.$/m);
    const datasets = JSON.parse((await run('datasets', 'list', '--json')).out) as readonly { name: string }[];
    expect(datasets.map(({ name }) => name)).toContain('samples-humans');
  });

  it('prints no line of its lists beyond 80 columns', async () => {
    for (const command of [
      ['models', 'list'],
      ['datasets', 'list'],
    ]) {
      const { out } = await run(...command);
      expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
  });
});

describe.skipIf(!IS_BUILT)('the list of commands', () => {
  const tempFolder = useTempFolders();

  it('loads what flags need, and no network, picture, schema or page', async () => {
    const folder = await tempFolder();
    // By it Node writes down every script that it ran.
    const { status } = await startCli(['--help'], folder, { NODE_V8_COVERAGE: folder }).result;
    expect(status).toBe(0);
    const [file = ''] = await readdir(folder);
    const { result } = JSON.parse(await readFile(join(folder, file), 'utf8')) as {
      readonly result: readonly { readonly url: string }[];
    };
    const packages = result.flatMap(({ url }) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
    expect(packages).toContain('commander');
    for (const heavy of ['onnxruntime-node', 'sharp', 'zod', 'yaml', 'preact', 'undici'])
      expect(packages).not.toContain(heavy);
  });
});
