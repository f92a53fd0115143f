import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gpuProofSchema } from '../../src/schema/gpu-proof.js';
import { cli, IS_BUILT } from '../support/cli.js';
import { useTempFolders } from '../support/temp-folder.js';
import { writeTinyModel } from '../support/tiny-models.js';

const tempFolder = useTempFolders();

describe.skipIf(!IS_BUILT)('gpu prove (skipped where nothing is built)', () => {
  it(
    'goes through every check on a CPU, writes a document and a page, and says what is not known',
    { timeout: 300_000 },
    async () => {
      const folder = await tempFolder();
      await writeTinyModel(folder, 'luma');
      const argv = ['gpu', 'prove', '--device', 'cpu', '--models', './luma.yaml', '--quick', '--offline'];
      const { status, out, err } = await cli([...argv, '--out', 'proof', '--json'], folder);
      const proof = gpuProofSchema.parse(JSON.parse(out));
      const states = Object.fromEntries(proof.checks.map(({ name, state }) => [name, state]));
      expect(states, out).toMatchObject({
        device: 'pass',
        placement: 'pass',
        mattes: 'pass',
        run: 'pass',
        telemetry: 'not known',
        energy: 'not known',
        times: 'not known',
        'two-cards': 'not known',
        'full-memory': 'pass',
        kill: expect.stringMatching(/^pass$|^not known$/),
      });
      // Others may compute on this machine while it is proven.
      const failed = proof.checks.filter(({ state }) => state === 'fail').map(({ name }) => name);
      expect(
        failed.filter((name) => !['neighbours', 'seal', 'throttling', 'same-twice'].includes(name)),
      ).toEqual([]);
      expect(status).toBe(failed.length > 0 ? 1 : 0);
      expect(err).toContain('Written to proof/gpu-proof.json and proof/gpu-proof.html');
      expect(JSON.parse(await readFile(join(folder, 'proof', 'gpu-proof.json'), 'utf8'))).toEqual(
        JSON.parse(out),
      );
      const page = await readFile(join(folder, 'proof', 'gpu-proof.html'), 'utf8');
      for (const { title } of proof.checks) expect(page).toContain(title.replaceAll('&', '&amp;'));
    },
  );

  it('says of a device that is not there why, and what could not be seen without it', async () => {
    const folder = await tempFolder();
    await writeTinyModel(folder, 'luma');
    const argv = ['gpu', 'prove', '--device', 'cuda:99', '--models', './luma.yaml', '--quick', '--offline'];
    const { status, out } = await cli(argv, folder, { columns: 60 });
    expect(status).toBe(1);
    expect(out).toMatch(/^fail +device /m);
    expect(out).toMatch(/^not known +placement /m);
    expect(out).toMatch(/0 pass; 1 fail \(device\);/);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  });

  it('names the checks that there are, wants a device where there is no card, and leaves no empty folder', async () => {
    const folder = await tempFolder();
    const wrong = await cli(['gpu', 'prove', '--device', 'cpu', '--checks', 'platement'], folder);
    expect([wrong.status, wrong.err]).toEqual([64, expect.stringContaining('placement')]);
    const nothing = ['gpu', 'prove', '--device', 'cpu', '--models', './none.yaml', '--out', 'proof'];
    expect((await cli(nothing, folder)).status).toBe(65);
    expect(await readdir(folder)).toEqual([]);
    const none = await cli(['gpu', 'prove'], folder);
    expect([none.status, none.err]).toEqual([69, expect.stringContaining('--device')]);
  });
});
