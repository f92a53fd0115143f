import { describe, expect, it } from 'vitest';
import { checkGate } from '../../../src/analysis/gate/check.js';
import { outcomeToAnnotations } from '../../../src/reports/comparison/annotations.js';
import { comparisonToHtml, outcomeToHtml } from '../../../src/reports/comparison/html.js';
import { outcomeToJunit } from '../../../src/reports/comparison/junit.js';
import { comparisonToMarkdown, outcomeToMarkdown } from '../../../src/reports/comparison/markdown.js';
import { comparisonToTerminal, outcomeToTerminal } from '../../../src/reports/comparison/terminal.js';
import { oneModelSide, paperGate } from '../../support/paper-sides.js';
import { xmlFault } from '../../support/well-formed.js';

/** A file name that tries to be markup in every format at once. */
const HOSTILE = '<script>alert("x")</script>|`*_[a](b)::error::%0A&amp;]]>\u0001\u202e\ud800\nend';
const CONTROLS = ['\u0001', '\u202e'];
const scores = Array.from({ length: 40 }, (_, i) => 0.9 + i / 1000);
const ids = scores.map((_, i) => (i === 0 ? HOSTILE : `image-${i}`));
const before = oneModelSide('before', { iou: scores }, { ids });
const now = oneModelSide('now', { iou: scores.map((score, i) => (i === 0 ? 0.1 : score)) }, { ids });
const gate = paperGate({
  accuracy: [{ metric: 'iou', margin: 0.2 }],
  never: [{ metric: 'iou', worseThan: 0.5, ids: [HOSTILE] }],
  latency: { maximumRatio: 1.05 },
});
const outcome = await checkGate(before, now, gate, { resamples: 200 });

describe('a verdict with a hostile file name', () => {
  it('is a failure, by the rule that names the file', () => {
    expect(outcome.verdict).toBe('fail');
    expect(outcome.pairs[0]?.checks.find(({ verdict }) => verdict === 'fail')?.images[0]?.id).toBe(HOSTILE);
  });

  it('is well-formed JUnit: a failure, an open check as skipped, one that passed', () => {
    const xml = outcomeToJunit(outcome);
    expect(xmlFault(xml)).toBeNull();
    expect(xml).toContain(
      '<testsuites name="maskbench paper" tests="4" failures="1" errors="0" skipped="2" time="0">',
    );
    expect(xml).toContain('&lt;script&gt;alert(');
  });

  it('is a line an annotation', () => {
    const lines = outcomeToAnnotations(outcome).trimEnd().split('\n');
    expect(lines.map((line) => /^::(\w+) title=[^:,]*::/.exec(line)?.[1])).toEqual([
      'error',
      'warning',
      'warning',
      'notice',
    ]);
  });

  it('stays text in HTML', () => {
    for (const page of [outcomeToHtml(outcome), comparisonToHtml(outcome.comparison)]) {
      expect(page).toMatch(/&lt;script(?:>|&gt;)alert\((?:"|&quot;)x/);
      expect(page).not.toContain('<script');
      for (const control of CONTROLS) expect(page).not.toContain(control);
    }
  });

  it('stays in its cell in Markdown', () => {
    for (const text of [outcomeToMarkdown(outcome), comparisonToMarkdown(outcome.comparison)]) {
      const lines = text.split('\n').filter((line) => line.includes('alert'));
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect(line).toMatch(/^\|.*\|$/);
      expect(text).not.toContain('<script');
    }
  });

  it('stays within its lines on a terminal', () => {
    for (const text of [outcomeToTerminal(outcome), comparisonToTerminal(outcome.comparison)]) {
      for (const control of CONTROLS) expect(text).not.toContain(control);
      expect(text).toContain('\\u000aend');
    }
  });
});

describe('what a gate takes for granted', () => {
  it('is repeated in every output', async () => {
    const assuming = paperGate({ accuracy: [{ metric: 'iou', margin: 0.2 }], assume: 'no-rare-disasters' });
    const assumed = await checkGate(before, now, assuming, { resamples: 200 });
    expect(assumed.verdict).toBe('pass');
    const pages = [outcomeToTerminal, outcomeToMarkdown, outcomeToHtml, outcomeToJunit, outcomeToAnnotations];
    for (const render of pages) {
      const [said, silent] = [render(assumed), render(outcome)].map((text) =>
        text.replaceAll(/&quot;/g, '"').replaceAll(/\s+/g, ' '),
      );
      expect(said).toMatch(/paper"?, which assumes no-rare-disasters/);
      expect(silent).not.toContain('assumes');
    }
    for (const render of pages.slice(0, 3)) {
      expect(render(assumed).replaceAll(/\s+/g, ' ')).toContain(
        'ASSUMED (no-rare-disasters): no rare image loses',
      );
      expect(render(outcome).replaceAll(/\s+/g, ' ')).toContain('Promised, of independent images and scores');
    }
    expect(outcomeToJunit(assumed)).toContain('<property name="gate.assume" value="no-rare-disasters"/>');
  });
});

describe('a checker of XML', () => {
  it.each([
    '<a>',
    '<a></b>',
    '<a b="<"/>',
    '<a>&</a>',
    '<a/><b/>',
    '<a b="1" b="2"/>',
    'text',
    '<a>\u0001</a>',
  ])('finds the fault in %j', (xml) => expect(xmlFault(xml)).not.toBeNull());
  it('accepts what is well-formed', () =>
    expect(xmlFault('<?xml version="1.0" encoding="UTF-8"?>\n<a b="1">x &amp; <c/></a>\n')).toBeNull());
});
