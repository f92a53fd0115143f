import { describe, expect, it } from 'vitest';
import { chooseImages } from '../../src/analysis/gallery/choose-images.js';
import { headlineOf, metricsOf } from '../../src/metrics/registry.js';
import type { DoneScore } from '../../src/store/records.js';
import { shownScore, worstCells } from '../../src/store/worst-cells.js';
import { generator } from '../../bench/support/kill-run.mjs';
import { paperSettings } from '../support/run-settings.js';

const idOf = (i: number): string => String(i).padStart(3, '0');

function score(metric: string, id: string, value: number | null, dataset = 'd', model = 'm'): DoneScore {
  const metrics = { [metric]: value ?? { undefined: 'both masks are empty' } };
  return { key: 'k', model, dataset, id, status: 'done', metrics } as DoneScore;
}

/** Tells scores one after the other, and gives what is in and what has fallen out. */
function tell(
  scores: readonly DoneScore[],
  mattes: string,
  protocol = 'fixed',
): { readonly kept: readonly string[]; readonly out: readonly string[] } {
  const { scoring } = paperSettings();
  const worst = worstCells({ mattes, scoring: { ...scoring, protocols: [protocol] } });
  const out = scores.flatMap((one) => worst.see(one)).map(({ id }) => id);
  const ids = [...new Set(scores.map(({ id }) => id))];
  return { kept: ids.filter((id) => worst.has('m', { dataset: 'd', id })).sort(), out: out.sort() };
}

describe('the worst cells', () => {
  it.each(['fixed', 'sod', 'matting'])(
    'are the first that a gallery shows as the worst, in whatever order scores come (%s)',
    (protocol) => {
      const headline = headlineOf(metricsOf([protocol]).map(({ meta }) => meta.id)) ?? '';
      const isLower = metricsOf([protocol]).some(
        ({ meta }) => meta.id === headline && meta.better === 'lower',
      );
      const random = generator(7);
      for (let turn = 0; turn < 40; turn++) {
        // Few levels, so that many are equal; some but for digits that nobody sees; some undefined.
        const values = Array.from({ length: 30 }, () =>
          random() < 0.1 ? null : Math.floor(random() * 6) / 6 + random() * 1e-9,
        );
        const shown = values.map((value) => (value === null ? Number.NaN : shownScore(value)));
        const scoreOf = (image: number): number => (isLower ? -1 : 1) * (shown[image] ?? Number.NaN);
        const candidates = { datasets: [{ images: shown.length }], sources: 1, score: scoreOf };
        // Of a gallery of one source the worst and the best take turns.
        const ranked = chooseImages(candidates, { count: 30, changes: [] });
        const worst = ranked.find(({ reasons }) => reasons.some((r) => r.kind === 'worst' && r.rank === 1));
        const count = 1 + Math.floor(random() * 8);
        const scores = values.map((value, i) => score(headline, idOf(i), value));
        const mixed = scores.toSorted(() => random() - 0.5);
        const one = tell(scores, `worst:${count}`, protocol);
        const other = tell(mixed, `worst:${count}`, protocol);
        expect(other).toEqual(one);
        const order = [...shown.keys()]
          .filter((i) => !Number.isNaN(shown[i] ?? Number.NaN))
          .sort((a, b) => scoreOf(a) - scoreOf(b) || a - b);
        expect(order[0]).toBe(worst?.image);
        expect(one.kept).toEqual(order.slice(0, count).map(idOf).sort());
        expect([...one.kept, ...one.out].sort()).toEqual(scores.map(({ id }) => id));
      }
    },
  );

  it('are none, or of each model and dataset by itself', () => {
    const scores = [score('iou', 'a', 0.5), score('iou', 'b', 0.4), score('iou', 'a', 0.1, 'e')];
    expect(tell(scores, 'none')).toEqual({ kept: [], out: ['a', 'a', 'b'] });
    expect(tell(scores, 'worst:1')).toEqual({ kept: ['b'], out: ['a'] });
  });

  it('are each there once, also where a cell is scored again', () => {
    const again = [score('iou', 'a', 0.5), score('iou', 'b', 0.6), score('iou', 'a', 0.5)];
    expect(tell(again, 'worst:2')).toEqual({ kept: ['a', 'b'], out: [] });
    const better = [...again, score('iou', 'c', 0.7), score('iou', 'a', 0.9)];
    expect(tell(better, 'worst:2')).toEqual({ kept: ['a', 'b'], out: ['c'] });
  });
});
