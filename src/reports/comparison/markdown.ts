import type { Comparison } from '../../schema/comparison.js';
import type { GateOutcome, PairVerdict } from '../../schema/verdict.js';
import { escapeMarkdown as escapeText, renderTable } from '../formats/markdown.js';
import {
  headline,
  imageLine,
  judgedLine,
  promiseLine,
  verdictTitle,
  VERDICT_WORDS,
} from './outcome-lines.js';
import { pairTitle, preambleOf, tablesOfPair } from './tables.js';

/** By it a workflow finds its own comment again, to update it. */
export const COMMENT_MARK = '<!-- maskbench verdict -->';

/** A comparison as GitHub-flavoured Markdown. */
export function comparisonToMarkdown(comparison: Comparison): string {
  return `${[
    '# Comparison',
    ...preamble(comparison),
    ...comparison.pairs.flatMap((pair) => [
      `# ${escapeMarkdown(pairTitle(pair))}`,
      ...tablesOfPair(pair).map((table) => renderTable(table)),
    ]),
  ].join('\n\n')}\n`;
}

/** A verdict as a comment on a pull request: the verdict first, the checks, and all tables folded away. */
export function outcomeToMarkdown(outcome: GateOutcome): string {
  const { comparison } = outcome;
  const promise = promiseLine(outcome);
  const tables = comparison.pairs.flatMap((pair) => [
    `### ${escapeMarkdown(pairTitle(pair))}`,
    ...tablesOfPair(pair).map((table) => renderTable(table)),
  ]);
  return `${[
    COMMENT_MARK,
    `## ${escapeMarkdown(headline(outcome))}`,
    ...outcome.pairs.flatMap((pair) => [`### ${escapeMarkdown(verdictTitle(pair))}`, checkTable(pair)]),
    ...preamble(comparison),
    escapeMarkdown(`Judged: ${judgedLine(outcome)}.`),
    ...(promise === null ? [] : [escapeMarkdown(`${promise}.`)]),
    `<details><summary>All figures</summary>\n\n${tables.join('\n\n')}\n\n</details>`,
  ].join('\n\n')}\n`;
}

function preamble(comparison: Comparison): readonly string[] {
  const { sides, warnings, remarks } = preambleOf(comparison);
  return [
    ...(warnings.length === 0 ? [] : [warnings.map((line) => `> **${escapeMarkdown(line)}**`).join('\n>\n')]),
    [...sides, ...remarks].map((line) => `- ${escapeMarkdown(line)}`).join('\n'),
  ];
}

function checkTable({ checks }: PairVerdict): string {
  const rows = checks.map(({ verdict, rule, evidence, images }) => {
    const named = images.slice(0, 5).map((image) => escapeMarkdown(imageLine(image)));
    const cells = [
      VERDICT_WORDS[verdict],
      escapeMarkdown(rule),
      [escapeMarkdown(evidence), ...named].join('<br>'),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| Verdict | Check | Evidence |', '| :--- | :--- | :--- |', ...rows].join('\n');
}

/** Text that stays text in Markdown, also where it would call somebody by name. */
function escapeMarkdown(text: string): string {
  return escapeText(text).replaceAll('@', '@<!-- -->');
}
