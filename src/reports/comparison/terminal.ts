import { TEXT_WIDTH, wrapText } from '../../core/text.js';
import type { Comparison } from '../../schema/comparison.js';
import type { GateOutcome, PairVerdict } from '../../schema/verdict.js';
import { renderTable } from '../formats/terminal.js';
import {
  headline,
  imageLine,
  judgedLine,
  promiseLine,
  verdictTitle,
  VERDICT_WORDS,
} from './outcome-lines.js';
import { pairTitle, preambleOf, tablesOfPair } from './tables.js';

/** A comparison for a terminal, without colours. */
export function comparisonToTerminal(comparison: Comparison, width = TEXT_WIDTH): string {
  const pairs = comparison.pairs.map((pair) =>
    [`== ${pairTitle(pair)}`, ...tablesOfPair(pair).map((table) => renderTable(table, width))].join('\n\n'),
  );
  return `${[preamble(comparison, width), ...pairs].join('\n\n')}\n`;
}

/** A verdict for a terminal: every check with its evidence, and the figures that show more than the checks. */
export function outcomeToTerminal(outcome: GateOutcome, width = TEXT_WIDTH): string {
  const { comparison } = outcome;
  return `${[
    `${preamble(comparison, width)}\n${[`judged: ${judgedLine(outcome)}`, promiseLine(outcome) ?? []]
      .flat()
      .map((line) => wrapText(line, '  ', '', width))
      .join('\n')}`,
    ...outcome.pairs.map((pair) => [`== ${verdictTitle(pair)}`, ...checkLines(pair, width)].join('\n')),
    wrapText(headline(outcome), '', '', width),
  ].join('\n\n')}\n`;
}

function preamble(comparison: Comparison, width: number): string {
  const { sides, warnings, remarks } = preambleOf(comparison);
  return [...sides, ...warnings, ...remarks].map((line) => wrapText(line, '  ', '', width)).join('\n');
}

/** Images listed below a check. */
const LISTED = 5;
/** Of evidence below its verdict, and of the images below that. */
const INDENT = ' '.repeat(13);
const DEEPER = ' '.repeat(15);

function checkLines({ checks }: PairVerdict, width: number): readonly string[] {
  return checks.flatMap(({ verdict, rule, evidence, images, figures }) => [
    wrapText(rule, INDENT, VERDICT_WORDS[verdict].padEnd(INDENT.length), width),
    wrapText(evidence, INDENT, INDENT, width),
    ...images.slice(0, LISTED).map((image) => wrapText(imageLine(image), DEEPER, DEEPER, width)),
    ...(images.length > LISTED ? [`${DEEPER}and ${(figures['hits'] ?? images.length) - LISTED} more`] : []),
  ]);
}
