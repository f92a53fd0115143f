import { styleText } from 'node:util';

type Colour = 'green' | 'red' | 'yellow' | 'magenta';

/** What begins a line and is worth a colour: verdicts, and whether evidence and times may be trusted. */
const WORDS: readonly (readonly [pattern: RegExp, colour: Colour])[] = [
  [/^(PASS|ok {4})(?=\s|$)/gm, 'green'],
  [/^(FAIL|WRONG)(?=\s|$)/gm, 'red'],
  [/^INCONCLUSIVE(?=\s|$)/gm, 'yellow'],
  [/^FORCED(?=\s|$)/gm, 'magenta'],
  [/(?<=^Evidence(?: of [^\n]*)?: )sealed(?= )/gm, 'green'],
  [/(?<=^Evidence(?: of [^\n]*)?: )(unsealed|unfinished)(?=\s)/gm, 'yellow'],
  [/^\* (unsealed|not sealed)(?=\s|:)/gm, 'yellow'],
];

/** A text with its verdicts and seals in colours, for a terminal that has some. */
export function paint(text: string): string {
  return WORDS.reduce(
    (painted, [pattern, colour]) =>
      // Whether there is a terminal is asked before; Node.js would ask its own.
      painted.replaceAll(pattern, (word) => styleText(colour, word, { validateStream: false })),
    text,
  );
}
