import { describe, expect, it } from 'vitest';
import type { MetricComparison, PairComparison } from '../../../src/schema/comparison.js';
import { metricTable } from '../../../src/reports/comparison/metric-table.js';
import { renderTable } from '../../../src/reports/formats/terminal.js';

const model = { name: 'model', sha256: 'f'.repeat(64), bytes: 1 };

function row(figures: Partial<MetricComparison>): MetricComparison {
  return {
    metric: 'pixel_accuracy',
    title: 'Pixel accuracy',
    better: 'higher',
    dataset: 'samples-humans-and-more',
    n: 100_000,
    undefinedBaseline: 0,
    undefinedCandidate: 0,
    baseline: 0.9123,
    candidate: 0.9001,
    gain: { mean: -0.0122, lower: -0.0151, upper: -0.0093, level: 0.95, method: 'guarded', caution: null },
    p: 0.0002,
    adjusted: 0.0004,
    wins: 45_678,
    ties: 12_345,
    losses: 41_977,
    dz: -0.1,
    rankBiserial: -0.2,
    ...figures,
  };
}

function printed(...metrics: readonly MetricComparison[]): string {
  const pair: PairComparison = {
    baseline: model,
    candidate: model,
    leaked: [],
    metrics,
    slices: null,
    moved: null,
    latency: { kind: 'none', reason: 'no times' },
    peakRssBytes: null,
  };
  return renderTable(metricTable(pair));
}

describe('the table of scores on a terminal', () => {
  it('keeps to 80 columns with counts of 100,000 images, and breaks between words', () => {
    const text = printed(row({}), row({ dataset: null }));
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text).toMatch(/│Pixel +│/);
    expect(text).toMatch(/│accuracy +│/);
  });

  it('has the interval in one line where there is room', () => {
    const text = printed(row({ title: 'IoU', dataset: 'd', n: 99, wins: 4, ties: 0, losses: 95 }));
    expect(text).toContain('-0.0151 to -0.0093');
    expect(text).toContain('<0.001*');
  });
});
