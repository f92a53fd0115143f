import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listPresetNames, PRESETS, readPreset, resolveDataset } from '../../src/datasets/resolve.js';

const names = await listPresetNames();

describe('the presets', () => {
  it('cover the sets of the post and the usual benchmarks', () => {
    const benchmarks = [
      'duts-te',
      'ecssd',
      'hrsod-te',
      'uhrsd-te',
      'p3m-500-p',
      'p3m-500-np',
      'aim-500',
      'ppm-100',
    ];
    const packs = ['cod10k-te', 'camo-te', 'inspyrenet-pack', 'birefnet-pack'];
    const all = ['humans', 'dis5k', 'samples-humans', 'samples-dis5k', ...benchmarks, ...packs];
    expect(names).toEqual(all.sort());
  });

  it.each(names)('%s is valid, named as its file, and has tags', async (name) => {
    const spec = await readPreset(name);
    expect(spec.name).toBe(name);
    expect(spec.description).toBeTruthy();
    const { tags } = await resolveDataset(name);
    expect(tags.length).toBeGreaterThan(0);
  });

  it.each(names.filter((name) => !name.startsWith('samples-')))(
    '%s lies under MASKBENCH_DATA and says where to get it',
    async (name) => {
      const { root, spec } = await resolveDataset(name, { cwd: '/', env: { MASKBENCH_DATA: '/big' } });
      expect(dirname(root)).toBe('/big');
      expect(spec.source).toBeDefined();
    },
  );

  it.each(['samples-humans', 'samples-dis5k'])(
    '%s lies in the package, wherever it is called from',
    async (name) => {
      const { root } = await resolveDataset(name, { cwd: '/', env: {} });
      expect(dirname(root)).toBe(join(dirname(dirname(PRESETS)), 'samples'));
    },
  );

  it('ask for the acceptance of the terms of DIS5K', async () => {
    expect((await readPreset('dis5k')).terms?.mustAccept).toBe(true);
  });

  it('name no folder of one machine', async () => {
    for (const name of names) {
      expect(await readFile(join(PRESETS, `${name}.yaml`), 'utf8')).not.toMatch(/root: ["']?[/~]/);
    }
  });
});
