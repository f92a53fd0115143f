import { escapeControls } from '../../core/errors.js';

/** What a character is in LaTeX text of any font encoding. */
const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  "'": '\\textquotesingle{}',
  '`': '\\textasciigrave{}',
  // After a row's end these two would be read as its options.
  '[': '{[}',
  ']': '{]}',
  '*': '{*}',
  '†': '\\textsuperscript{\\textdagger}',
  '‡': '\\textsuperscript{\\textdaggerdbl}',
  '§': '\\textsuperscript{\\textsection}',
  '’': "'",
  '‘': '`',
  '“': '``',
  '”': "''",
  '–': '--',
  '—': '---',
  '…': '\\dots{}',
  '×': '$\\times$',
  '±': '$\\pm$',
  '·': '$\\cdot$',
  '°': '\\textdegree{}',
  '²': '\\textsuperscript{2}',
  '³': '\\textsuperscript{3}',
  µ: '$\\mu$',
  μ: '$\\mu$',
  ß: '\\ss{}',
  æ: '\\ae{}',
  Æ: '\\AE{}',
  ø: '\\o{}',
  Ø: '\\O{}',
  œ: '\\oe{}',
  Œ: '\\OE{}',
  ł: '\\l{}',
  Ł: '\\L{}',
  ı: '\\i{}',
  '\u00a0': '~',
};

/** Accents by combining character. */
const ACCENT: Readonly<Record<string, string>> = {
  '\u0300': '`',
  '\u0301': "'",
  '\u0302': '^',
  '\u0303': '~',
  '\u0304': '=',
  '\u0306': 'u',
  '\u0307': '.',
  '\u0308': '"',
  '\u030a': 'r',
  '\u030b': 'H',
  '\u030c': 'v',
  '\u0327': 'c',
};

/**
 * Text that stays text in LaTeX, in ASCII alone, so that it compiles under any engine and font encoding. Letters with
 * the usual accents stay what they are, quotes become those of typography, and what has no command is shown by its
 * number, as `[U+4E2D]`.
 */
export function escapeLatex(text: string): string {
  const plain = escapeControls(text)
    .normalize('NFC')
    .replaceAll(/(?<![^ (])"(?=.)/g, '“')
    .replaceAll('"', '”')
    .replaceAll(/(?<=\p{L})'(?=\p{L})/gu, '’');
  return plain.split(' ').map(wordOf).join(' ');
}

/** Words longer than this may be broken, every so many characters. */
const LONG_WORD = 24;
const PIECE = 12;

function wordOf(word: string): string {
  const characters = Array.from(word, characterOf);
  const isLong = characters.length > LONG_WORD;
  return (
    characters
      .map((character, i) => (isLong && i > 0 && i % PIECE === 0 ? `\\allowbreak{}${character}` : character))
      .join('')
      // Two hyphens would become a dash.
      .replaceAll(/-(?=-)/g, '-{}')
  );
}

function characterOf(character: string): string {
  const special = SPECIAL[character];
  if (special !== undefined) return special;
  if (character >= ' ' && character <= '~') return character;
  const [letter = '', accent = '', ...more] = character.normalize('NFD');
  const command = ACCENT[accent];
  if (/^[A-Za-z]$/.test(letter) && command !== undefined && more.length === 0)
    return `\\${command}{${letter}}`;
  return `{[}U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}{]}`;
}

/** The same for a figure: a minus in front is one, and marks stand close. */
export function latexFigure(text: string): string {
  const escaped = escapeLatex(text).replace(' \\textsuperscript', '\\textsuperscript');
  return /^-\d/.test(text) ? `$-$${escaped.slice(1)}` : escaped;
}
