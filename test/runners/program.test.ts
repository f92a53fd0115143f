import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PredictionRecord } from '../../src/store/records.js';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { loadModelSpec } from '../../src/runners/load-spec.js';
import { openContender } from '../../src/analysis/drift/contender.js';
import { parseCandidate } from '../../src/analysis/drift/parse-candidate.js';
import { loadDataset } from '../../src/datasets/load.js';
import { execute, makeWorkspace, readRecords, type Workspace } from '../support/workspace.js';

// The one line that registers it.
vi.mock('../../src/runners/registry.js', async (original) => {
  const { RUNNERS } = await original<typeof import('../../src/runners/registry.js')>();
  const { programRunner } = await import('./program/program-runner.js');
  return { RUNNERS: [...RUNNERS, programRunner] };
});

const SCRIPT = join(PACKAGE_ROOT, 'test', 'runners', 'program', 'threshold-program.mjs');
const ALL = { predict: true, score: true, time: true };

let workspace: Workspace;

const spec = (fields: string): string => `name: bright\nfeeding: program\nprogram: { ${fields} }\n`;
const predictions = (): Promise<readonly PredictionRecord[]> =>
  readRecords<PredictionRecord>(workspace.path('out', 'predictions.jsonl'));

describe('a runner of somebody else: a program that dies once', () => {
  beforeEach(async () => {
    workspace = await makeWorkspace({ models: ['luma'], samples: 4 });
    await writeFile(workspace.path('bright.yaml'), spec(`script: "${SCRIPT}", threshold: 128`));
    const config = 'name: r\nmodels: [./luma.yaml, ./bright.yaml]\ndatasets: [./tiny.yaml]\n';
    await writeFile(workspace.config, `${config}accuracy: { processes: 1, threads: 1 }\n`);
  });
  afterEach(() => workspace.remove());

  it('predicts beside a network, is resumed after its death, scored and timed', async () => {
    const first = await execute(workspace);
    expect(first.cells).toEqual({ planned: 8, scored: 5, failed: 3 });
    expect(first.failures.map(({ model, failure }) => [model, failure.code])).toEqual(
      Array.from({ length: 3 }, () => ['bright', 'runner.crashed']),
    );
    const done = (await predictions()).filter(({ status }) => status === 'done');
    const second = await execute(workspace, { resume: true });
    expect(second.cells).toEqual({ planned: 8, scored: 8, failed: 0 });
    // What was done before is not done again: three lines more.
    expect((await predictions()).filter(({ status }) => status === 'done')).toHaveLength(done.length + 3);
    const row = second.accuracy.find(({ model, dataset }) => model === 'bright' && dataset === 'tiny');
    expect(row?.metrics['iou']?.mean).toBeGreaterThan(0.5);
  });

  it('has the times that it measures itself, and no conditions of ours with them', async () => {
    await writeFile(workspace.path('died-once'), '');
    const config = 'name: r\nmodels: [./bright.yaml]\ndatasets: [./tiny.yaml]\ntime: { profile: quick }\n';
    await writeFile(workspace.config, config);
    const summary = await execute(workspace, { phases: ALL });
    const times = summary.timing.find(({ dataset }) => dataset === null);
    expect(times?.phases.inference.mean).toBeGreaterThan(0);
    expect(summary.models[0]?.timing).not.toHaveProperty('measuredElsewhere');
    // Another threshold is another matte.
    await writeFile(workspace.path('bright.yaml'), spec(`script: "${SCRIPT}", threshold: 64`));
    await execute(workspace, { out: workspace.path('other') });
    const other = await readRecords<PredictionRecord>(workspace.path('other', 'predictions.jsonl'));
    const keys = new Set([...(await predictions()), ...other].map(({ key }) => key));
    expect(keys.size).toBe(8);
  });

  it('is named where a feeding is none, checked by its own schema, and varied part by part', async () => {
    await copyFile(SCRIPT, workspace.path('p.mjs'));
    await writeFile(workspace.path('bright.yaml'), spec('script: p.mjs, threshold: 128'));
    const varied = await loadModelSpec(
      { extends: './bright.yaml', name: 'dark', program: { threshold: 9 } },
      workspace.folder,
    );
    expect(varied.spec).toMatchObject({ name: 'dark', program: { script: 'p.mjs', threshold: 9 } });
    await writeFile(workspace.path('bright.yaml'), spec('script: p.mjs, treshold: 128'));
    await expect(loadModelSpec('./bright.yaml', workspace.folder)).rejects.toMatchObject({
      message: expect.stringContaining('threshold') as unknown,
    });
    await writeFile(workspace.path('bright.yaml'), 'name: x\nfeeding: programme\n');
    await expect(loadModelSpec('./bright.yaml', workspace.folder)).rejects.toMatchObject({
      message: expect.stringContaining(
        'matte, classes, sam, precomputed, command, http or program',
      ) as unknown,
    });
  });

  it('gives mattes alone where stages are compared, and has no settings of networks', async () => {
    await writeFile(workspace.path('died-once'), '');
    const { signal } = new AbortController();
    const dataset = await loadDataset('./tiny.yaml', { cwd: workspace.folder, env: {} });
    const options = { dataset, cwd: workspace.folder, offline: true, signal };
    const open = (text: string) => openContender(parseCandidate(text, 1), workspace.folder, options);
    const contender = await open('./bright.yaml');
    const sizes: (readonly [number, number])[] = [];
    try {
      for await (const entry of dataset.entries()) {
        if (entry.kind === 'problem') continue;
        const { matte, stages } = await contender.stagesOf(entry.sample);
        expect(stages).toBeUndefined();
        sizes.push([matte.width, matte.height]);
      }
    } finally {
      await contender.stop();
    }
    expect(sizes).toHaveLength(4);
    await expect(open('./bright.yaml+threads=2')).rejects.toMatchObject({
      code: 'usage',
      message: './bright.yaml is a program: nothing of it is set here',
    });
  });
});
