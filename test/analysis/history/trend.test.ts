import { describe, expect, it } from 'vitest';
import { trendOf } from '../../../src/analysis/history/trend.js';
import type { ListedRun } from '../../../src/analysis/history/list-runs.js';
import type { Summary } from '../../../src/schema/summary.js';
import { SUMMARY } from '../../reports/fixed-summary.js';

const inUnits = (units: number): Summary => ({
  ...SUMMARY,
  accuracy: SUMMARY.accuracy.map((row) => ({
    ...row,
    metrics: Object.fromEntries(Object.entries(row.metrics).map(([id, mean]) => [id, { ...mean, units }])),
  })),
});

const finished = (summary: Summary): ListedRun => ({
  kind: 'finished',
  path: 'runs/a',
  createdAt: summary.createdAt,
  evidence: { kind: 'unsealed', version: '0.2.0' },
  summary,
});

describe('a trend', () => {
  it('says where the mean counts units that the run before did not count, or counts others', () => {
    const runs = [SUMMARY, inUnits(4), inUnits(4), inUnits(5), SUMMARY].map(finished);
    expect(trendOf(runs, 'isnet-fp16', 'iou').points.map(({ changed }) => changed)).toEqual([
      [],
      ['units'],
      [],
      ['units'],
      ['units'],
    ]);
  });
});
