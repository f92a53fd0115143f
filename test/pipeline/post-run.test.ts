import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, describe, it } from 'vitest';
import { parse } from 'yaml';
import { casesFor, writeCase } from '../../scripts/parity/cases.mjs';
import type { Summary } from '../../src/schema/summary.js';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { cli, IS_BUILT } from '../support/cli.js';
import { shortOrLong } from '../support/long.js';
import { useTempFolders } from '../support/temp-folder.js';
import { writeHumans, writePairedFolders } from '../support/tiny-datasets.js';

const CONFIG = join(PACKAGE_ROOT, 'configs', 'runs', 'post.yaml');
const CASES = casesFor({ warp: 'opencv-linear', resample: 'pillow-lanczos' });

/** The models that rembg of the post's time ships. */
const REMBG = [
  'birefnet-cod',
  'birefnet-dis',
  'birefnet-general',
  'birefnet-general-lite',
  'birefnet-hrsod',
  'birefnet-massive',
  'birefnet-portrait',
  'bria-rmbg',
  'isnet-anime',
  'isnet-general-use',
  'sam',
  'silueta',
  'u2net',
  'u2net_cloth_seg',
  'u2net_human_seg',
  'u2netp',
];

/** Those that run: in the short form one of each way of feeding and reading, and of what the post's splits have leaked into. */
const RUN = shortOrLong(['birefnet-portrait', 'isnet-general-use', 'sam', 'u2net', 'u2net_cloth_seg'], REMBG);
const LEAKED = ['birefnet-general', 'birefnet-general-lite', 'birefnet-portrait'];

type Reference = string | { readonly name: string; readonly extends: string };

const tempFolder = useTempFolders();

/** The post's own config, but for small networks with the same inputs and outputs in place of the weights. */
async function configWithoutWeights(folder: string): Promise<string> {
  const config = parse(await readFile(CONFIG, 'utf8')) as { readonly models: readonly Reference[] };
  const references = config.models.map((one) =>
    typeof one === 'string' ? { extends: one, name: one } : one,
  );
  expect(references.map(({ name }) => name).toSorted()).toEqual(REMBG);
  const models: unknown[] = [];
  for (const own of references.filter(({ name }) => RUN.includes(name))) {
    const found = CASES.find(({ name }) => name === own.name);
    if (found === undefined) throw new Error(`no network for ${own.name}`);
    const { paths } = await writeCase(found, join(folder, own.name));
    const file = (path: string): string => `file:${path}`;
    const files =
      paths['model'] === undefined
        ? Object.fromEntries(Object.entries(paths).map(([role, path]) => [role, file(path)]))
        : file(paths['model']);
    models.push({ ...own, files });
  }
  const path = join(folder, 'post.yaml');
  await writeFile(path, JSON.stringify({ ...config, models, device: 'cpu', accuracy: { processes: 1 } }));
  return path;
}

describe.skipIf(!IS_BUILT)("the post's run (skipped unless dist/ is built)", () => {
  it(
    'goes from the two layouts to scores for models of rembg, SAM and clothes with them',
    { timeout: 300_000 },
    async () => {
      const folder = await tempFolder();
      const data = join(folder, 'data');
      await mkdir(join(data, 'DIS5K'), { recursive: true });
      await writeHumans(join(data, 'Humans'), 1);
      await writePairedFolders(join(data, 'DIS5K', 'DIS-VD'), 1);
      const config = await configWithoutWeights(folder);
      const { status, out, err } = await cli(
        ['run', config, '--out', join(folder, 'out'), '--limit', '1', '--no-time', '--offline', '--json'],
        folder,
        { env: { ...process.env, MASKBENCH_DATA: data } },
      );
      expect(status, err).toBe(0);
      const summary = JSON.parse(out) as Summary;
      expect(summary.models.map(({ name }) => name).toSorted()).toEqual(RUN);
      expect(summary.datasets.map(({ name, samples }) => [name, samples])).toEqual([
        ['humans', 1],
        ['dis5k', 1],
      ]);
      expect(summary.cells).toEqual({ planned: 2 * RUN.length, scored: 2 * RUN.length, failed: 0 });
      const leaked = summary.accuracy.filter((row) => row.dataset !== null && row.leaked.length > 0);
      expect(leaked.map(({ model, dataset }) => `${model} ${dataset}`)).toEqual(
        LEAKED.filter((name) => RUN.includes(name)).map((name) => `${name} humans`),
      );
    },
  );

  it('is refused without its weights in one line that says how to get them', async () => {
    const folder = await tempFolder();
    await writeHumans(join(folder, 'Humans'), 1);
    await writePairedFolders(join(folder, 'DIS5K', 'DIS-VD'), 1);
    const { status, err } = await cli(
      ['run', CONFIG, '--out', join(folder, 'out'), '--device', 'cpu', '--offline'],
      folder,
      { env: { ...process.env, MASKBENCH_DATA: folder, MASKBENCH_CACHE: join(folder, 'cache') } },
    );
    expect(status).toBe(69);
    expect(err.trim().split('\n').at(-1)).toMatch(/u2net.*maskbench models pull/);
  });
});
