import { wrapText } from '../../core/text.js';
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
export function comparisonToTerminal(comparison: Comparison): string {
  const pairs = comparison.pairs.map((pair) =>
    [`== ${pairTitle(pair)}`, ...tablesOfPair(pair).map(renderTable)].join('\n\n'),
  );
  return `${[preamble(comparison), ...pairs].join('\n\n')}\n`;
}

/** A verdict for a terminal: every check with its evidence, and the figures that show more than the checks. */
export function outcomeToTerminal(outcome: GateOutcome): string {
  const { comparison } = outcome;
  return `${[
    `${preamble(comparison)}\n${[`judged: ${judgedLine(outcome)}`, promiseLine(outcome)].map((line) => wrapText(line, '  ')).join('\n')}`,
    ...outcome.pairs.map((pair) => [`== ${verdictTitle(pair)}`, ...checkLines(pair)].join('\n')),
    wrapText(headline(outcome)),
  ].join('\n\n')}\n`;
}

function preamble(comparison: Comparison): string {
  const { sides, warnings, remarks } = preambleOf(comparison);
  return [...sides, ...warnings, ...remarks].map((line) => wrapText(line, '  ')).join('\n');
}

/** Images listed below a check. */
const LISTED = 5;
/** Of evidence below its verdict, and of the images below that. */
const INDENT = ' '.repeat(13);
const DEEPER = ' '.repeat(15);

function checkLines({ checks }: PairVerdict): readonly string[] {
  return checks.flatMap(({ verdict, rule, evidence, images, figures }) => [
    wrapText(rule, INDENT, VERDICT_WORDS[verdict].padEnd(INDENT.length)),
    wrapText(evidence, INDENT, INDENT),
    ...images.slice(0, LISTED).map((image) => wrapText(imageLine(image), DEEPER, DEEPER)),
    ...(images.length > LISTED ? [`${DEEPER}and ${(figures['hits'] ?? images.length) - LISTED} more`] : []),
  ]);
}
