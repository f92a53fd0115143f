import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measureTruth } from '../../src/metrics/attributes.js';
import { DEFAULT_CONVENTIONS, type MetricMeta } from '../../src/metrics/metric.js';
import { METRICS } from '../../src/metrics/registry.js';
import { signaturesOf } from '../../src/metrics/signature.js';
import { filled } from './arbitrary-masks.js';

const page = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../docs', `${name}.md`), 'utf8');
const metricsPage = page('metrics');

describe('docs/metrics.md, and for cut-outs docs/metrics-cutout.md', () => {
  // Later tables name metrics again, with figures; a metric's own row is its first.
  const rows = new Map(
    tableRows(`${metricsPage}\n${page('metrics-cutout')}`)
      .toReversed()
      .flatMap((row) => idsOf(row[0]).map((id) => [id, row] as const)),
  );

  it.each(METRICS.map(({ meta }) => meta))(
    'has a row for $id: formula, range, better direction, empty masks',
    (meta) => {
      const [, formula = '', range = '', empty = ''] = rows.get(meta.id) ?? [];
      expect(formula.length).toBeGreaterThan(2);
      expect(range.split(/[ ,]/)[0]).toBe(rangeText(meta));
      expect(/lower/.test(range)).toBe(meta.better === 'lower');
      expect(empty.length).toBeGreaterThan(2);
    },
  );

  it('names the first source of every metric', () => {
    for (const { meta } of METRICS) {
      const [author] = /[A-Z]\w+(?= et al\.| \d{4})/.exec(meta.source) ?? [];
      if (author !== undefined) expect(metricsPage, meta.id).toContain(author);
    }
  });

  it('lists no metric that is not there', () => {
    const known = new Set(METRICS.map(({ meta }) => meta.id));
    for (const id of rows.keys())
      if (/^(sod|matting|cutout)\.\w*[a-z]$/.test(id)) expect(known, id).toContain(id);
  });

  it('shows the signatures as they are', () => {
    for (const signature of signaturesOf(['fixed', 'sod', 'matting', 'cutout'], DEFAULT_CONVENTIONS)) {
      expect(metricsPage).toContain(signature);
    }
  });
});

it('docs/metrics-structure.md and docs/scoring.md define every attribute of a ground truth', () => {
  for (const attribute of Object.keys(measureTruth(filled(3, 2, 255)))) {
    expect(page('metrics-structure'), attribute).toContain(`\`${attribute}\``);
    expect(page('scoring'), attribute).toContain(`\`${attribute}\``);
  }
});

/** Cells of the rows of all tables; `\|` is no border. */
function tableRows(markdown: string): readonly (readonly string[])[] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** `sod.{max,mean}_f` stands for two ids. */
function idsOf(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, id]) => {
    const braces = /^(.*)\{(.*)\}(.*)$/.exec(id);
    return braces === null ? [id] : braces[2].split(',').map((one) => `${braces[1]}${one}${braces[3]}`);
  });
}

/** `0..1`; an end without bound is left out. */
function rangeText({ range: [low, high] }: MetricMeta): string {
  return `${Number.isFinite(low) ? low : ''}..${high ?? ''}`;
}
