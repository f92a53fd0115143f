import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Summary } from '../../../src/schema/summary.js';
import { reportDocument } from '../../../src/reports/document.js';
import { latex } from '../../../src/reports/formats/latex.js';
import { markdown } from '../../../src/reports/formats/markdown.js';
import { useTempFolders } from '../../support/temp-folder.js';
import { HOSTILE, hostileSummary, SUMMARY } from '../fixed-summary.js';

const tempFolder = useTempFolders();

/** With intervals, a third model that competes, and sealed times. */
const CONTEST: Summary = {
  ...SUMMARY,
  accuracy: SUMMARY.accuracy.map((row) => ({
    ...row,
    metrics: Object.fromEntries(
      Object.entries(row.metrics).map(([id, of]) => [
        id,
        of.mean === null ? of : { ...of, interval: [of.mean - 0.01, of.mean + 0.01] as const },
      ]),
    ),
  })),
  timing: SUMMARY.timing.map((row) => ({ ...row, seal: { kind: 'sealed' } })),
};

describe('the LaTeX report', () => {
  it('with intervals is what it was', async () => {
    await expect(latex.render(reportDocument([CONTEST]), { intervals: true })).toMatchFileSnapshot(
      join('__snapshots__', 'contest.tex'),
    );
  });

  it('has the best in bold and the second underlined, leaked ones aside', () => {
    const text = latex.render(reportDocument([CONTEST]));
    // On DIS5K neither is leaked; on Humans one is, so that nobody is left to win against.
    expect(text).toMatch(/DIS5K.*\\underline\{0\.813\}/);
    expect(text).toMatch(/DIS5K.*\\textbf\{0\.90[12]\}/);
    expect(text).not.toMatch(/\\(textbf|underline)\{0\.9(41|79)/);
    expect(text).toMatch(/isnet-fp16 & \\textbf\{1882\} & \\textbf\{1900\}/);
  });

  it('marks no time that is not sealed', () => {
    expect(latex.render(reportDocument([SUMMARY])).split('Appendix 2')[0]).not.toContain('\\textbf');
  });

  it('names in a comment the packages that it needs', () => {
    expect(latex.render(reportDocument([SUMMARY]))).toMatch(
      /^% post-in-small: .*\n% Needs.*\n% +\\usepackage\{booktabs\}/,
    );
  });
});

describe('the Markdown report', () => {
  it('has the best in bold, the second in italics, and intervals on request', () => {
    expect(markdown.render(reportDocument([CONTEST]))).toMatch(/DIS5K.*\| _0\.813_ \|/);
    expect(markdown.render(reportDocument([CONTEST]))).toMatch(/DIS5K.*\| \*\*0\.90[12]\*\* \|/);
    expect(markdown.render(reportDocument([CONTEST]), { intervals: true })).toContain(
      '| _0.813_ (0.803 to 0.823) |',
    );
  });
});

const isInstalled = spawnSync('pdflatex', ['--version']).status === 0;

describe.skipIf(!isInstalled)('pdflatex (skipped where it is not installed)', () => {
  async function compile(...summaries: readonly Summary[]): Promise<string> {
    const folder = await tempFolder();
    const inputs = summaries.map((_, i) => `\\input{tables${i}.tex}\\clearpage`);
    for (const [i, summary] of summaries.entries()) {
      await writeFile(
        join(folder, `tables${i}.tex`),
        latex.render(reportDocument([summary]), { intervals: true }),
      );
    }
    const document = [
      '\\documentclass{article}',
      '\\usepackage{booktabs}',
      '\\usepackage{graphicx}',
      '\\begin{document}',
      ...inputs,
      '\\end{document}',
    ];
    await writeFile(join(folder, 'paper.tex'), document.join('\n'));
    spawnSync('pdflatex', ['-interaction=nonstopmode', '-halt-on-error', 'paper.tex'], { cwd: folder });
    return readFile(join(folder, 'paper.log'), 'latin1');
  }

  it('compiles the tables, without a warning of boxes that are too wide', async () => {
    const log = await compile(CONTEST);
    expect(log).toMatch(/Output written on paper\.pdf \(\d+ pages?/);
    expect(log).not.toMatch(/^!|Overfull \\hbox|undefined/m);
  });

  it('compiles hostile names, very long ones, and more rows than fit a page', async () => {
    const names = [
      ...HOSTILE,
      'x'.repeat(300),
      '\\end{table}\\input{/etc/passwd}',
      '中文 é ß 🙂',
      '[2cm]*% #$&_{}^~',
    ];
    const rows = Array.from({ length: 60 }, (_, i) => ({ ...SUMMARY.accuracy[0], model: `model-${i}` }));
    const many: Summary = {
      ...SUMMARY,
      models: rows.map(({ model }) => ({ ...SUMMARY.models[0], name: model })),
      accuracy: rows,
    };
    const log = await compile(...names.map(hostileSummary), many);
    expect(log).toMatch(/Output written on paper\.pdf/);
    expect(log).not.toMatch(/^!|Overfull \\hbox|undefined/m);
  });
});
