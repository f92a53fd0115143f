import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSyntheticRun } from '../../../bench/support/synthetic-run.mjs';
import type { PageInput, PageRun } from '../../../src/schema/page-input.js';
import type { Summary } from '../../../src/schema/summary.js';
import type { SlownessSummary } from '../../../src/schema/timing-summary.js';
import { gatherRun } from '../../../src/analysis/gather-page.js';
import { renderPage } from '../../../src/reports/page/render-page.js';
import { SECTIONS } from '../../../src/reports/page/sections/index.js';
import { PLOTS } from '../../../src/reports/plots/index.js';
import { standalonePlots } from '../../../src/reports/plots/standalone.js';
import { HOSTILE } from '../fixed-summary.js';

let folder = '';
let run: PageRun;
let input: PageInput;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maskbench-page-'));
  await writeSyntheticRun(folder, { models: 3, samples: 60 });
  run = await gatherRun(folder, JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8')) as Summary);
  input = { runs: [run] };
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const SCRIPT = 'document.title += "!";';

describe('the page of a whole run', () => {
  it('has every plot of the registry, each under an id of its own', () => {
    const html = renderPage(input);
    for (const family of PLOTS) expect(family.draw(input).length, family.id).toBeGreaterThan(0);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('names every section once, in the contents and as a heading', () => {
    const html = renderPage(input);
    const shown = SECTIONS.filter((section) => section.render(input) !== null);
    expect(shown.length).toBeGreaterThan(6);
    for (const { id } of shown) {
      expect(html.split(`<section id="${id}"`)).toHaveLength(2);
      expect(html).toContain(`href="#${id}"`);
    }
  });

  it('says why a dataset is slower in the words of every other format', () => {
    const slowness: SlownessSummary = {
      model: 'm',
      slow: 'a',
      fast: 'b',
      differenceMs: { predict: 5, preprocess: 1, inference: 3, postprocess: 1 },
      ratio: {
        predict: { estimate: 1.05, lower: 0.9, upper: 1.2 },
        inference: { estimate: 1.05, lower: 0.9, upper: 1.2 },
      },
      megapixels: { slow: 1, fast: 1 },
      bySizeMs: null,
      r2: null,
      correlations: [],
    };
    const summary = { ...run.summary, slowness: [slowness] };
    const html = renderPage({ runs: [{ ...run, summary }] });
    expect(html).toContain('m: no difference beyond chance. a takes +5.00 ms');
  });

  it('gives every picture a role and a name', () => {
    const svgs = renderPage(input).match(/<svg[^>]*>(?:<title>[^<]+<\/title>)?/g) ?? [];
    expect(svgs.length).toBeGreaterThan(10);
    for (const svg of svgs) expect(svg).toMatch(/role="img".*<title>[^<]+<\/title>$/);
  });

  it('holds no figure that is no number', () => {
    expect(renderPage(input).replace(/<style>[\s\S]*?<\/style>/, '')).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('asks for nothing from anywhere and runs no script but its own', () => {
    const html = renderPage(input, { script: SCRIPT });
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text);
    expect(scripts).toContain(SCRIPT);
    for (const text of scripts) {
      expect(policy).toContain(`'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    }
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\/|@import|url\(/);
  });

  it('carries data for its script that no text of it ends', () => {
    const html = renderPage(hostile('</script><script>alert(1)</script>'), { script: SCRIPT });
    const block =
      /<script type="application\/json" id="data-overview">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
    const { data } = JSON.parse(block) as { data: { rows: { model: string }[] } };
    expect(data.rows[0]?.model).toBe('</script><script>alert(1)</script>');
    expect(html.match(/<script>/g)).toHaveLength(2);
  });

  it.each(HOSTILE)('is the same markup with a model called %j', (text) => {
    const elements = (html: string): readonly string[] => html.match(/<[!/]?[a-z][a-z0-9]*/gi) ?? [];
    const tame = elements(renderPage(hostile('x'.repeat(text.length))));
    const html = renderPage(hostile(text));
    expect(elements(html)).toEqual(tame);
    expect(html.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
  });
});

describe('the page of two runs', () => {
  it('tells them apart, and says once what they agree in', () => {
    const second = { ...run, summary: { ...run.summary, name: 'again', maskbenchVersion: '9.9.9' } };
    const html = renderPage({ runs: [run, second] });
    expect(html.indexOf('Differs: Maskbench')).toBeLessThan(html.indexOf('class="verdict"'));
    expect(html.match(/class="line"/g)).toHaveLength(2);
    expect(html.match(/On cpu, 2 threads \(again\)/g)).toHaveLength(1);
    expect(html.match(/<h3>Tiers/g)).toHaveLength(1);
    expect(html.match(/<h3>Measures of model accuracy/g)).toHaveLength(1);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('plots that stand alone', () => {
  it('have file names of their own and no colour that only the page knows', () => {
    const plots = standalonePlots(input);
    expect(new Set(plots.map(({ id }) => id)).size).toBe(plots.length);
    for (const { id, svg } of plots) {
      expect(id).toMatch(/^[a-z0-9._-]+$/);
      expect(svg).not.toMatch(/var\(|currentColor|NaN/);
      expect(svg).toMatch(/font-family="[^"]*sans-serif"/);
    }
  });

  it('do not share a name when their datasets differ in signs alone', () => {
    const ids = ['a/b', 'a b'].flatMap((name) =>
      standalonePlots({ runs: [renamed(name)] }).map(({ id }) => id),
    );
    expect(new Set(ids).size).toBe(ids.length - 3);
  });
});

/** The same run with its first model called otherwise, everywhere. */
function hostile(text: string): PageInput {
  const [first] = run.summary.models;
  const rename = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replaceAll(JSON.stringify(first?.name), JSON.stringify(text))) as T;
  const model = (name: string): string => (name === first?.name ? text : name);
  return {
    runs: [
      {
        summary: rename(run.summary),
        ...(run.ranking && { ranking: rename(run.ranking) }),
        ...(run.curves && { curves: rename(run.curves) }),
        ...(run.slices && { slices: rename(run.slices) }),
        ...(run.series && { series: run.series.map((one) => ({ ...one, model: model(one.model) })) }),
        ...(run.cells && {
          cells: {
            ...run.cells,
            datasets: run.cells.datasets.map((dataset) => ({
              ...dataset,
              models: dataset.models.map((one) => ({ ...one, model: model(one.model) })),
            })),
          },
        }),
      },
    ],
  };
}

/** Scores alone, of datasets called otherwise. */
function renamed(name: string): PageRun {
  const { summary, cells } = run;
  return {
    summary,
    ...(cells && {
      cells: { ...cells, datasets: cells.datasets.slice(0, 1).map((one) => ({ ...one, name })) },
    }),
  };
}
