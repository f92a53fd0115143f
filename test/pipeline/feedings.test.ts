import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { casesFor, writeCase } from '../../scripts/parity/cases.mjs';
import type { Summary } from '../../src/schema/summary.js';
import type { PlannedSample } from '../../src/schema/planned-sample.js';
import type { PredictionRecord } from '../../src/store/records.js';
import { decodeMatte } from '../../src/image/codec.js';
import { IS_BUILT } from '../support/cli.js';
import { PICTURE } from '../support/tiny-datasets.js';
import { execute, makeWorkspace, readRecords, type Workspace } from '../support/workspace.js';

const PHASES = { predict: true, score: true, time: false };

let workspace: Workspace;
const out = (...names: string[]): string => workspace.path('out', ...names);

async function runModels(models: readonly string[], extra = '', time = false): Promise<Summary> {
  await writeFile(
    workspace.config,
    `name: feedings\nmodels: [${models.join(', ')}]\ndatasets: [./tiny.yaml]\naccuracy: { processes: 1, threads: 1 }\ntime: { images: 2, rounds: 1, warmup: 3, threads: 1 }\n${extra}`,
  );
  return execute(workspace, { phases: { ...PHASES, time } });
}

/** The spec of a parity case beside the config; returns how the config names it. */
async function givenCase(name: string, fields: Record<string, unknown> = {}): Promise<string> {
  const found = casesFor({ warp: 'scipy-linear', resample: 'pillow-lanczos' }).find(
    (one) => one.name === name,
  );
  if (found === undefined) throw new Error(`no case ${name}`);
  await writeCase({ ...found, fields: { ...found.fields, ...fields } }, workspace.path(name));
  return `./${name}/${name}.yaml`;
}

const matte = (model: string, id: string) => decodeMatte(out('predictions', model, 'tiny', `${id}.png`));

describe.skipIf(!IS_BUILT)('a run (skipped unless dist/ is built)', () => {
  beforeEach(async () => {
    workspace = await makeWorkspace({ samples: 3 });
  });
  afterEach(() => workspace.remove());

  it('predicts with SAM: two networks, a mask of 0 and 255, times of both', async () => {
    const summary = await runModels([await givenCase('sam')], '', true);
    expect(summary.cells).toEqual({ planned: 3, scored: 3, failed: 0 });
    const { data, width, height } = await matte('sam', '000');
    expect({ width, height }).toEqual(PICTURE);
    expect([...new Set(data)].every((value) => value === 0 || value === 255)).toBe(true);
    const [prediction] = await readRecords<PredictionRecord>(out('predictions.jsonl'));
    expect(prediction).toMatchObject({
      status: 'done',
      phases: { encoderMs: expect.any(Number) as unknown, decoderMs: expect.any(Number) as unknown },
    });
    const row = summary.timing.find(({ dataset }) => dataset === null);
    expect(row?.networks?.encoder.mean).toBeGreaterThan(0);
    expect(row?.networks?.decoder.mean).toBeLessThanOrEqual(row?.phases.inference.max ?? 0);
  });

  it('asks SAM of each image what its file of prompts says, and never reuses a matte after the file has changed', async () => {
    const folder = workspace.path('sam');
    await mkdir(folder);
    const ask = (x: number): Promise<void> =>
      writeFile(
        join(folder, 'prompts.yaml'),
        `unit: pixels\nimages:\n  tiny/000: [{ point: [${x}, 5] }]\n  tiny/001: [[{ point: [2, 2] }], [{ box: [40, 30, 60, 50] }]]\n`,
      );
    await ask(4);
    const sam = await givenCase('sam', { prompts: { file: 'prompts.yaml' } });
    await runModels([sam]);
    const before = await readRecords<PlannedSample>(out('plan.jsonl'));
    const first = await matte('sam', '000');
    await ask(60);
    const loaded = await execute(workspace, { out: workspace.path('second'), phases: PHASES });
    expect(loaded.cells.failed).toBe(0);
    const after = await readRecords<PlannedSample>(workspace.path('second', 'plan.jsonl'));
    expect(after[0]?.cells['sam']).not.toBe(before[0]?.cells['sam']);
    const second = await decodeMatte(workspace.path('second', 'predictions', 'sam', 'tiny', '000.png'));
    expect(second.data).not.toEqual(first.data);
  });

  it('makes each class, or their union, a candidate of its own', async () => {
    const union = await givenCase('u2net_cloth_seg', { output: { classes: { matte: 'union' } } });
    const variation = (name: string): string =>
      `{ extends: ${union}, name: ${name}, output: { classes: { matte: ${name} } } }`;
    const summary = await runModels([union, variation('upper'), variation('lower'), variation('full')]);
    expect(summary.cells).toEqual({ planned: 12, scored: 12, failed: 0 });
    const whole = await matte('u2net_cloth_seg', '001');
    const parts = await Promise.all(['upper', 'lower', 'full'].map((name) => matte(name, '001')));
    expect(whole.data).toEqual(whole.data.map((_, i) => Math.max(...parts.map(({ data }) => data[i] ?? 0))));
  });

  it('takes masks that were made elsewhere beside networks: cut-outs by alpha, with times from a file', async () => {
    const folder = workspace.path('vendor');
    await mkdir(folder);
    for (const id of ['000', '001']) {
      const { width, height } = PICTURE;
      const alpha = await sharp(workspace.path('data', 'gt', `${id}.png`))
        .extractChannel(0)
        .raw()
        .toBuffer();
      await sharp({ create: { width, height, channels: 3, background: 'red' } })
        .joinChannel(alpha, { raw: { width, height, channels: 1 } })
        .png()
        .toFile(join(folder, `${id}.png`));
    }
    await writeFile(join(folder, 'times.csv'), 'id,ms\n000,120.5\n001,79.5\n002,100\n');
    await writeFile(
      workspace.path('vendor.yaml'),
      'name: vendor\nfeeding: precomputed\nmasks: { path: vendor, times: vendor/times.csv }\n',
    );
    const summary = await runModels(['./luma.yaml', './vendor.yaml'], '', true);
    expect(summary.cells).toEqual({ planned: 6, scored: 5, failed: 1 });
    const row = summary.accuracy.find(({ model, dataset }) => model === 'vendor' && dataset === 'tiny');
    expect(row?.metrics['iou']?.mean).toBe(1);
    expect(summary.failures).toEqual([
      {
        model: 'vendor',
        dataset: 'tiny',
        id: '002',
        failure: { code: 'data.missing', message: 'no such file', where: join(folder, 'tiny', '002.png') },
      },
    ]);
    const times = summary.timing.find(({ model, dataset }) => model === 'vendor' && dataset === null);
    expect(times?.phases.inference.mean).toBeGreaterThan(79);
    const vendor = summary.models.find(({ name }) => name === 'vendor');
    expect(vendor?.timing).toMatchObject({ measuredElsewhere: true });
  });

  it('takes a mask anew when its bytes change, and fails one of another size by name', async () => {
    const folder = workspace.path('vendor');
    await mkdir(folder);
    for (const id of ['000', '001', '002']) {
      await writeFile(join(folder, `${id}.png`), await readFile(workspace.path('data', 'gt', `${id}.png`)));
    }
    await writeFile(
      workspace.path('vendor.yaml'),
      'name: vendor\nfeeding: precomputed\nmasks: { path: "vendor/{stem}.png" }\n',
    );
    const first = await runModels(['./vendor.yaml']);
    expect(first.cells.failed).toBe(0);
    await sharp({ create: { ...PICTURE, channels: 3, background: 'black' } })
      .png()
      .toFile(join(folder, '000.png'));
    await sharp({ create: { width: 5, height: 5, channels: 3, background: 'black' } })
      .png()
      .toFile(join(folder, '001.png'));
    const second = await execute(workspace, { resume: true, phases: PHASES });
    expect(second.cells).toMatchObject({ scored: 2, failed: 1 });
    expect(second.failures[0]).toMatchObject({
      id: '001',
      failure: { code: 'data.size-mismatch', message: 'the mask is 5 x 5, its image 72 x 56' },
    });
    expect((await matte('vendor', '000')).data.every((value) => value === 0)).toBe(true);
  });
});
