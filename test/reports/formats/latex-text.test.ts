import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeLatex, latexFigure } from '../../../src/reports/formats/latex-text.js';

describe('text in LaTeX', () => {
  it('keeps every special character a character', () => {
    expect(escapeLatex('100 % of a_b & {c} $d$ #1 ^2 ~ \\e')).toBe(
      '100 \\% of a\\_b \\& \\{c\\} \\$d\\$ \\#1 \\textasciicircum{}2 \\textasciitilde{} \\textbackslash{}e',
    );
  });

  it('does not become a dash, a row\u2019s option or a font\u2019s ligature', () => {
    expect(escapeLatex('a--b')).toBe('a-{}-b');
    expect(escapeLatex('[x]*')).toBe('{[}x{]}{*}');
    expect(escapeLatex('<>|')).toBe('\\textless{}\\textgreater{}\\textbar{}');
  });

  it('has quotes that open and close', () => {
    expect(escapeLatex('a "mean" of ("two")')).toBe("a ``mean'' of (``two'')");
    expect(escapeLatex("Tukey's 'x'")).toBe("Tukey's \\textquotesingle{}x\\textquotesingle{}");
  });

  it('may be broken in the middle of words that are longer than a line', () => {
    expect(escapeLatex('x'.repeat(30))).toBe(
      ['x'.repeat(12), 'x'.repeat(12), 'x'.repeat(6)].join('\\allowbreak{}'),
    );
  });

  it('keeps letters with accents and shows what has no command by its number', () => {
    expect(escapeLatex('Sørensen, Hölder, é')).toBe('S\\o{}rensen, H\\"{o}lder, \\\'{e}');
    expect(escapeLatex('中 🙂')).toBe('{[}U+4E2D{]} {[}U+1F642{]}');
    expect(escapeLatex('a\u202eb\n')).toBe('a\\textbackslash{}u202eb\\textbackslash{}u000a');
  });

  it('is ASCII on one line with balanced braces, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const escaped = escapeLatex(text);
        expect(escaped).toMatch(/^[ -~]*$/);
        const braces = escaped.replaceAll(/\\[{}]/g, '').replaceAll(/[^{}]/g, '');
        expect(braces.replaceAll('{', '').length).toBe(braces.length / 2);
        // No special character stands without its backslash.
        expect(escaped.replaceAll(/\\[#$%&_{}^~]/g, '')).not.toMatch(
          /(?<!\$-|\\times|\\pm|\\mu|\\cdot)[#%&_]/,
        );
      }),
    );
  });
});

it('a figure below zero has a minus, and a mark stands close to it', () => {
  expect(latexFigure('-0.31')).toBe('$-$0.31');
  expect(latexFigure('0.31 ‡')).toBe('0.31\\textsuperscript{\\textdaggerdbl}');
});
