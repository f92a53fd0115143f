import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../../src/core/package-root.js';
import { cli, IS_BUILT } from '../../support/cli.js';
import { makeWorkspace, type Workspace } from '../../support/workspace.js';

let workspace: Workspace;

interface Drift {
  readonly versions: Readonly<Record<string, string>>;
  readonly summaries: readonly Record<string, unknown>[];
  readonly images: readonly Record<string, unknown>[];
}

async function drift(...args: string[]): Promise<{ status: number | null; json: Drift }> {
  const { status, out } = await cli(
    ['drift', '--dataset', './tiny.yaml', '--threads', '1', '--json', ...args],
    workspace.folder,
  );
  return { status, json: JSON.parse(out) as Drift };
}

const varied = (name: string, fields: string): Promise<void> =>
  writeFile(workspace.path(`${name}.yaml`), `extends: ./luma.yaml\nname: ${name}\n${fields}\n`);

describe.skipIf(!IS_BUILT)('maskbench drift (skipped unless dist/ is built)', () => {
  beforeEach(async () => {
    workspace = await makeWorkspace({ models: ['luma', 'not-a-number'], samples: 3 });
  });
  afterEach(() => workspace.remove());

  it('finds no difference between a model and itself with other threads and without optimization', async () => {
    const { status, json } = await drift(
      '--reference',
      './luma.yaml',
      '--candidates',
      './luma.yaml+threads=2,./luma.yaml+graph=disabled',
    );
    expect(status).toBe(0);
    expect(json.summaries).toMatchObject([
      { images: 3, identical: 3, maxLevel: 0, maxFlipped: 0, scoreChange: 0, stages: { none: 3 } },
      { identical: 3 },
    ]);
  });

  it('says at which stage models part: feeding, network or reading', async () => {
    await varied('bilinear', 'input: { resample: pillow-bilinear }');
    await varied('stretched', 'output: { rescale: min-max }');
    const { json } = await drift(
      '--reference',
      './luma.yaml',
      '--candidates',
      './bilinear.yaml,./stretched.yaml',
    );
    expect(json.summaries).toMatchObject([
      { candidate: './bilinear.yaml', stages: { 'input tensor': 3 } },
      { candidate: './stretched.yaml', stages: { 'post-processing': 3 } },
    ]);
    expect(json.images).toHaveLength(6);
    const flips = json.images.map(({ matte }) => (matte as { flipped: number }).flipped);
    expect(flips).toEqual([...flips].sort((a, b) => b - a));
  });

  it('keeps going where a candidate gives no matte, and says so in its exit status', async () => {
    const { status, json } = await drift(
      '--reference',
      './luma.yaml',
      '--candidates',
      './not-a-number.yaml',
      '--limit',
      '2',
    );
    expect(status).toBe(3);
    expect(json.summaries).toMatchObject([{ images: 0, failed: 2 }]);
    expect(json.images[0]).toMatchObject({
      status: 'failed',
      failure: { code: 'model.output', message: expect.stringMatching(/NaN/) as unknown },
    });
  });

  it('counts a picture without a ground truth as failed', async () => {
    await rm(workspace.path('data', 'gt', '001.png'));
    const { status, json } = await drift(
      '--reference',
      './luma.yaml',
      '--candidates',
      './luma.yaml+threads=2',
    );
    expect(status).toBe(3);
    expect(json.summaries).toMatchObject([{ images: 2, failed: 1 }]);
    expect(json.images[0]).toMatchObject({ id: '001', status: 'failed', failure: { code: 'data.unpaired' } });
  });

  it('ends with one line where a candidate cannot be run at all', async () => {
    await varied('wide', 'input: { width: 128 }');
    const { status, out, err } = await cli(
      ['drift', '--reference', './luma.yaml', '--candidates', './wide.yaml', '--dataset', './tiny.yaml'],
      workspace.folder,
    );
    expect(status).toBe(64);
    expect(out).toBe('');
    expect(err.trim().split('\n')).toEqual([expect.stringMatching(/the model's input "image" is float32/)]);
  });

  it('prints a table, the worst images first', async () => {
    await varied('bilinear', 'input: { resample: pillow-bilinear }');
    const { out, status } = await cli(
      [
        'drift',
        '--reference',
        './luma.yaml',
        '--candidates',
        './bilinear.yaml',
        '--dataset',
        './tiny.yaml',
        '--worst',
        '2',
      ],
      workspace.folder,
    );
    expect(status).toBe(0);
    expect(out).toMatch(/^drift on tiny, threshold 128, worst images first/);
    expect(out).toMatch(/\.\/bilinear\.yaml beside \.\/luma\.yaml/);
    expect(out).toMatch(/They differ from this stage on: input tensor\s3\./);
    const lines = out.split('\n');
    expect(lines.filter((line) => /^│ 00\d/.test(line))).toHaveLength(2);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('compares the mattes alone of programs and of masks made elsewhere, and names versions', async () => {
    const program = join(PACKAGE_ROOT, 'test', 'runners', 'command', 'program.mjs');
    const write = (name: string, ...args: readonly string[]): Promise<void> => {
      const command = { run: [process.execPath, program, ...args], files: [program] };
      return writeFile(workspace.path(`${name}.yaml`), JSON.stringify({ name, feeding: 'command', command }));
    };
    await write('one');
    await write('two', '--version', '2', '--refuse-at', '001.');
    const masks = 'name: vendor\nfeeding: precomputed\nmasks: { path: data/gt }\n';
    await writeFile(workspace.path('vendor.yaml'), masks);
    const candidates = './one.yaml,./two.yaml,./vendor.yaml';
    const { status, json } = await drift('--reference', './luma.yaml', '--candidates', candidates);
    expect(status).toBe(3);
    expect(json.versions).toEqual({ './one.yaml': '1', './two.yaml': '2' });
    const [one, two, vendor] = json.summaries;
    expect(one).toMatchObject({ images: 3, failed: 0, stages: null });
    expect(one?.['maxLevel']).toBeGreaterThan(0);
    expect(two).toMatchObject({ images: 2, failed: 1, stages: null });
    expect(vendor).toMatchObject({ images: 3, failed: 0, stages: null });
    const ofVendor = json.images.filter(({ candidate }) => candidate === './vendor.yaml');
    expect(ofVendor.map(({ candidateIou }) => candidateIou)).toEqual([1, 1, 1]);
    expect(json.images.find((image) => image['status'] === 'failed')).toMatchObject({
      id: '001',
      failure: { code: 'model.output', message: 'the program failed: too dark' },
    });

    const args = ['--dataset', './tiny.yaml', '--candidates', './two.yaml'];
    const shown = await cli(['drift', '--reference', './one.yaml', ...args], workspace.folder);
    expect(shown.out.replaceAll(/\s+/g, ' ')).toContain(
      './two.yaml (version 2) beside ./one.yaml (version 1) 2 images, 2 with equal mattes, 1 failed.',
    );
    expect(shown.out.replaceAll(/\s+/g, ' ')).toContain('it has no stages to compare.');
  });
});
