import type { MetricMean } from '../../schema/summary.js';
import { INTERVALS } from '../../scoring/aggregate/intervals.js';
import type { FolderResults, FolderScores } from '../../scoring/folders/score-folders.js';
import { pooledProtocols } from '../../metrics/registry.js';
import type { OutputRequest, ScoreOutput } from './output.js';
import { signaturesByProtocol } from '../../scoring/folders/score-plain-folders.js';

/**
 * One JSON document, an image per line: `{signature, images, summary, failures ...}`. Where there are several methods or
 * datasets, images and failures name theirs, and `summary` is by method, then by dataset.
 */
export function jsonOutput({ plan, scoring, out }: OutputRequest): ScoreOutput {
  let separator = '\n';
  const named = <T extends object>(
    of: { readonly model: string; readonly dataset: string },
    rest: T,
  ): object => (plan.several ? { method: of.model, dataset: of.dataset, ...rest } : rest);
  const byName = (results: FolderResults, value: (of: FolderScores) => unknown): unknown => {
    if (!plan.several) return value(results.scores[0]);
    const methods = new Set(results.scores.map(({ model }) => model));
    return Object.fromEntries(
      [...methods].map((method) => [
        method,
        Object.fromEntries(
          results.scores.filter((of) => of.model === method).map((of) => [of.dataset, value(of)]),
        ),
      ]),
    );
  };
  out(`{"signature": ${JSON.stringify(signaturesByProtocol(scoring))},\n"images": [`);
  return {
    cell(cell) {
      if (cell.status === 'failed') return;
      const { id, metrics } = cell;
      out(`${separator}${JSON.stringify(named(cell, { id, metrics }))}`);
      separator = ',\n';
    },
    end(results) {
      const { failures, flips } = results;
      const pooled = signaturesByProtocol(
        { ...scoring, protocols: pooledProtocols(scoring.protocols) },
        'pooled',
      );
      const parts: readonly (readonly [string, unknown])[] = [
        ['summary', byName(results, summaryOf)],
        ['aggregation', { mean: signaturesByProtocol(scoring, 'mean'), pooled, intervals: INTERVALS }],
        ['threshold', byName(results, ({ threshold }) => threshold ?? null)],
        [
          'flips',
          flips === undefined
            ? null
            : {
                ...flips,
                images: flips.images.map(({ model, dataset, ...rest }) => named({ model, dataset }, rest)),
              },
        ],
        ['failures', failures.map((of) => named(of, { id: of.id, ...of.failure }))],
        ['warnings', plan.warnings],
      ];
      out(`\n],\n${parts.map(([key, value]) => `"${key}": ${JSON.stringify(value)}`).join(',\n')}}\n`);
    },
  };
}

/** Means as the file has them: a figure, or why there is none. */
function summaryOf({ metrics }: FolderScores): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(metrics).map(([id, of]: [string, MetricMean]) => [
      id,
      { ...of, mean: of.mean ?? { undefined: 'no image has a value' } },
    ]),
  );
}
