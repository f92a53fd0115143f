import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSyntheticRun } from '../../bench/support/synthetic-run.mjs';
import type { PageRun } from '../../src/schema/page-input.js';
import type { Summary } from '../../src/schema/summary.js';
import { gatherRun } from '../../src/analysis/gather-page.js';

let folder = '';
let run: PageRun;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maskbench-gather-'));
  await writeSyntheticRun(folder, { models: 6, samples: 90 });
  run = await gatherRun(folder, JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8')) as Summary);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('what a report shows beyond the summary', () => {
  it('has a score per image whose mean is the summary\u2019s', () => {
    const at = run.cells?.metrics.indexOf('iou') ?? -1;
    for (const { name, ids, models } of run.cells?.datasets ?? []) {
      expect(ids).toHaveLength(45);
      for (const { model, scores } of models) {
        const row = run.summary.accuracy.find((one) => one.model === model && one.dataset === name);
        const mean = scores[at].reduce((sum, value) => sum + value, 0) / scores[at].length;
        expect(mean).toBeCloseTo(row?.metrics['iou']?.mean ?? Number.NaN, 12);
      }
    }
  });

  it('cuts every image of a dataset into exactly one slice of each attribute', () => {
    expect(run.slices?.map(({ attribute }) => attribute)).toEqual(
      expect.arrayContaining(['group', 'category', 'foregroundShare', 'megapixels']),
    );
    for (const { attribute, rows } of run.slices ?? []) {
      for (const dataset of new Set(rows.map((row) => row.dataset))) {
        const own = rows.filter((row) => row.dataset === dataset && row.model === 'u2net');
        expect(
          own.reduce((sum, { n }) => sum + n, 0),
          attribute,
        ).toBe(45);
      }
    }
  });

  it('has the raw times of a model in the order in which they were made', () => {
    expect(run.series?.map(({ model }) => model)).toEqual(run.summary.models.map(({ name }) => name));
    for (const { atMs, predictMs, ids, model } of run.series ?? []) {
      expect(ids).toHaveLength(predictMs.length);
      expect([...atMs]).toEqual([...atMs].sort((a, b) => a - b));
      const row = run.summary.timing.find((one) => one.model === model && one.dataset === null);
      expect(predictMs.reduce((a, b) => Math.max(a, b))).toBeCloseTo(
        row?.phases.predict.max ?? Number.NaN,
        9,
      );
    }
  });

  it('has curves at 256 thresholds, the one in use among them', () => {
    const row = run.summary.thresholds?.[0];
    const own = run.curves?.find(({ model, dataset }) => model === row?.model && dataset === row.dataset);
    expect(own?.curves.iou).toHaveLength(256);
    expect(own?.curves.iou?.[128]).toBeCloseTo(row?.used.iou ?? Number.NaN, 12);
  });

  it('ranks no model on pictures that it was trained on', () => {
    const humans = run.ranking?.tables.find(({ dataset }) => dataset === 'humans');
    expect(humans?.excluded.map(({ model }) => model)).toEqual(['birefnet-general-lite']);
    expect(humans?.ranks.map(({ model }) => model)).not.toContain('birefnet-general-lite');
  });

  it('is the summary alone where nothing was scored', async () => {
    const bare = { ...run.summary, cells: { planned: 0, scored: 0, failed: 0 } };
    expect(await gatherRun(join(folder, 'nowhere'), bare)).toEqual({ summary: bare });
  });
});
