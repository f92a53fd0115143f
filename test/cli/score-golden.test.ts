import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetricValue } from '../../src/schema/metric-value.js';
import { metricsOf } from '../../src/metrics/registry.js';
import { edgeCases } from '../metrics/golden-cases.js';
import { edgeMattingCases } from '../metrics/golden-matting.js';
import { IS_BUILT, type CliResult } from '../support/cli.js';
import { jsonOf, score } from '../support/score-json.js';

const BOTH = ['--pred', 'pred', '--gt', 'gt'];
const GOLDEN = join(import.meta.dirname, '../metrics/golden/cases');

describe.skipIf(!IS_BUILT)('maskbench score on the golden edge cases', () => {
  let folder = '';
  let result: CliResult;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'maskbench-'));
    for (const { name } of edgeCases) {
      await cp(join(GOLDEN, name, 'pred.png'), join(folder, 'pred', `${name}.png`));
      await cp(join(GOLDEN, name, 'gt.png'), join(folder, 'gt', `${name}.png`));
    }
    result = await score(folder, ...BOTH, '--protocol', 'fixed,sod,matting', '--format', 'json');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('scores all of them, with every metric of the protocols asked for', () => {
    expect(result.status).toBe(0);
    const { images, signature, failures } = jsonOf(result);
    expect(images.map(({ id }) => id)).toEqual(edgeCases.map(({ name }) => name));
    expect(Object.keys(signature)).toEqual(['fixed', 'sod', 'matting']);
    expect(failures).toEqual([]);
    const ids = metricsOf(['fixed', 'sod', 'matting']).map(({ meta }) => meta.id);
    for (const { metrics } of images) expect(Object.keys(metrics)).toEqual(ids);
  });

  it('prints a finite number or a reason, never null', () => {
    expect(result.out).not.toMatch(/NaN|Infinity/);
    for (const { id, metrics } of jsonOf(result).images) {
      for (const [metric, value] of Object.entries(metrics)) {
        const known = typeof value === 'number' || typeof value.undefined === 'string';
        expect(known, `${id} ${metric}`).toBe(true);
      }
    }
  });

  it('has the values of the references', () => {
    const images = new Map(jsonOf(result).images.map(({ id, metrics }) => [id, metrics]));
    const near = (name: string, id: string, expected: number | null): void => {
      if (expected === null) return;
      expect(images.get(name)?.[id], `${name} ${id}`).toSatisfy(
        (value: MetricValue) => typeof value === 'number' && Math.abs(value - expected) <= 1e-9,
      );
    };
    for (const { name, expected } of edgeCases) {
      const { fixed_threshold_128: fixed, pysodmetrics: sod } = expected;
      near(name, 'iou', fixed.iou);
      near(name, 'pixel_accuracy', fixed.pixel_accuracy);
      near(name, 'sod.wf', sod.wf);
      near(name, 'sod.s', sod.s);
      near(name, 'sod.max_f', sod.max_f);
      near(name, 'sod.mean_e', sod.mean_e);
      near(name, 'sod.bin_iou', sod.iou.binary);
    }
    for (const { name, expected } of edgeMattingCases) {
      near(name, 'boundary_iou', expected['boundary_iou_0.02']);
      near(name, 'matting.sad', expected.matting_whole_image.sad);
      near(name, 'matting.mse', expected.matting_whole_image.mse);
    }
  });

  it('has the mean of what it prints of the images', () => {
    const { images, summary } = jsonOf(result);
    for (const [id, { mean, n }] of Object.entries(summary)) {
      const values = images.flatMap(({ metrics }) => (typeof metrics[id] === 'number' ? [metrics[id]] : []));
      expect(n, id).toBe(values.length);
      expect(mean, id).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / n, 12);
    }
  });

  it('flags the perfect but faint mask, whose verdict the stretch turns over', async () => {
    const { out, status } = await score(folder, ...BOTH, '--protocol', 'fixed,sod');
    expect(status).toBe(0);
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(
      /differs between fixed and sod in .*edge-low-range \(0\.0000, 0\.88/,
    );
  });

  it('explains one of them within 80 columns', async () => {
    const argv = ['--protocol', 'fixed,sod,matting', '--explain', 'edge-low-range'];
    const { out, status } = await score(folder, ...BOTH, ...argv);
    expect(status).toBe(0);
    expect(out).toContain('TP 0  FP 0  FN 2,809  TN 9,898');
    expect(out).toContain('p = (value - 20) / (51 - 20)');
    expect(out).toMatch(/^ {2}prediction +pred\/edge-low-range\.png$/m);
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});
