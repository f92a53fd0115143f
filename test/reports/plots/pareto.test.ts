import { describe, expect, it } from 'vitest';
import { choosePoints } from '../../../src/reports/plots/pareto/choose.js';
import { drawPareto, linearTicks, logTicks } from '../../../src/reports/plots/pareto/draw-pareto.js';
import { frameOf } from '../../../src/reports/plots/pareto/frame.js';
import { gatherPareto, firstChoice } from '../../../src/reports/plots/pareto/gather-pareto.js';
import type { ParetoChoice, ParetoData, ParetoRow } from '../../../src/reports/plots/pareto/pareto-data.js';
import { placeLabels } from '../../../src/reports/plots/pareto/place-labels.js';
import { HOSTILE, SUMMARY } from '../fixed-summary.js';

const row = (model: string, ms: number, iou: number, fields: Partial<ParetoRow> = {}): ParetoRow => ({
  model,
  colour: 0,
  device: 0,
  dataset: null,
  bytes: 1e6,
  sealed: true,
  leaked: false,
  ms: { mean: ms },
  scores: { iou: [iou, iou - 0.01, iou + 0.01], mae: [1 - iou, 0, 1] },
  ...fields,
});

const DATA: ParetoData = {
  devices: ['cpu'],
  datasets: [{ name: null, title: 'mean' }],
  metrics: [
    { id: 'iou', name: 'IoU', better: 'higher' },
    { id: 'mae', name: 'MAE', better: 'lower' },
  ],
  statistics: ['mean'],
  rows: [
    row('slow', 900, 0.9),
    row('fast', 50, 0.7),
    row('beaten', 500, 0.65),
    row('leaky', 60, 0.99, { leaked: true }),
  ],
};
const CHOICE: ParetoChoice = { metric: 'iou', statistic: 'mean', dataset: null, device: null };
const frontOf = (choice: ParetoChoice): readonly string[] =>
  choosePoints(DATA, choice).flatMap(({ label, front }) => (front ? [label] : []));

describe('the front of accuracy against latency', () => {
  it('has every model that no held-out one beats in both, and none that knew the pictures', () => {
    expect(frontOf(CHOICE)).toEqual(['fast', 'slow']);
  });

  it('knows which way a metric is better', () => {
    expect(frontOf({ ...CHOICE, metric: 'mae' })).toEqual(['fast', 'slow']);
  });

  it('keeps two equals', () => {
    const data = { ...DATA, rows: [row('a', 50, 0.7), row('b', 50, 0.7)] };
    expect(choosePoints(data, CHOICE).every(({ front }) => front)).toBe(true);
  });

  it('names the device where there are several', () => {
    const data = {
      ...DATA,
      devices: ['cpu', 'cuda:0'],
      rows: [row('a', 50, 0.7), row('a', 5, 0.7, { device: 1 })],
    };
    expect(choosePoints(data, CHOICE).map(({ label }) => label)).toEqual(['a (cuda:0)', 'a (cpu)']);
    expect(choosePoints(data, { ...CHOICE, device: 0 }).map(({ label }) => label)).toEqual(['a']);
  });
});

describe('the drawing', () => {
  const draw = (data: ParetoData): string =>
    drawPareto(choosePoints(data, CHOICE), frameOf(data, CHOICE, 760));

  it('marks what is not sealed and what was not held out', () => {
    const svg = draw({
      ...DATA,
      rows: [row('a', 50, 0.7, { sealed: false }), row('b', 500, 0.9, { leaked: true })],
    });
    expect(svg).toContain('>a *</text>');
    expect(svg).toContain('>b \u2021</text>');
    expect(svg.match(/stroke-dasharray="3 3"/g)).toHaveLength(1);
  });

  it.each(HOSTILE)('shows %j as text', (model) => {
    const svg = draw({ ...DATA, rows: [row(model, 50, 0.7), row('b', 500, 0.9)] });
    expect(svg).not.toMatch(/<(?!\/?(?:svg|title|path|text|circle)\b)/);
  });

  it('has no figure that is no number, for one model, equal times or none at all', () => {
    for (const rows of [[], [row('a', 0, 0.5)], [row('a', 50, 0.5), row('b', 50, 0.5)]]) {
      expect(draw({ ...DATA, rows })).not.toMatch(/NaN|Infinity|undefined/);
    }
  });
});

describe('labels', () => {
  it('lie apart where there is room', () => {
    const spots = [1, 2, 3].map((i) => ({ x: 100 + i, y: 100 + i * 3, r: 6, text: `model-${i}` }));
    const labels = placeLabels(spots, { left: 0, right: 600, top: 0, bottom: 300 });
    expect(new Set(labels.map(({ x, y, anchor }) => `${x} ${y} ${anchor}`)).size).toBe(3);
  });

  it.each([310, 760])('of eight long names in one place lie apart and within a frame %i wide', (right) => {
    const frame = { left: 0, right, top: 0, bottom: 260 };
    const spots = Array.from({ length: 8 }, (_, i) => ({
      x: 60 + (i % 3) * 6,
      y: 120 + i,
      r: 8,
      bar: [90, 150] as const,
      text: `a-model-with-a-really-long-name-${i}`,
    }));
    const boxes = placeLabels(spots, frame).map(({ x, y, anchor, text }) => {
      const width = text.length * 6.4;
      const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
      return { left, right: left + width, top: y - 11, bottom: y + 3 };
    });
    for (const [i, a] of boxes.entries()) {
      expect(Math.min(a.left, right - a.right, a.top, 260 - a.bottom)).toBeGreaterThanOrEqual(0);
      for (const b of boxes.slice(i + 1)) {
        const isApart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        expect(isApart).toBe(true);
      }
    }
  });

  it('turn away from the edge', () => {
    const [label] = placeLabels([{ x: 590, y: 100, r: 6, text: 'a-long-name' }], {
      left: 0,
      right: 600,
      top: 0,
      bottom: 300,
    });
    expect(label?.anchor).toBe('end');
  });
});

describe('ticks', () => {
  it('are round', () => {
    expect(linearTicks(0.12, 0.93, 6)).toEqual([0.2, 0.4, 0.6, 0.8]);
    expect(logTicks(40, 900)).toEqual([50, 100, 200, 500]);
  });
});

describe('a summary', () => {
  it('gives a point a model and dataset that was scored and timed', () => {
    const data = gatherPareto({ runs: [{ summary: SUMMARY }] });
    expect(data?.rows.map(({ model, dataset }) => `${model} ${dataset}`)).toHaveLength(6);
    expect(data?.rows.filter(({ leaked }) => leaked).map(({ dataset }) => dataset)).toEqual([
      'samples-humans',
      null,
    ]);
    if (data === null) throw new Error('nothing to draw');
    expect(firstChoice({ runs: [{ summary: SUMMARY }] }, data)).toEqual(CHOICE);
  });
});
