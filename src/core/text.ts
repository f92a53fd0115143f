import { escapeControls } from './errors.js';

/** Columns of a terminal that nobody asked. */
export const TEXT_WIDTH = 80;

/** Stands for a space at which a line must not break; to be replaced by one after wrapping. */
export const NO_BREAK = '\u00a0';

/** Words in lines of at most `width` columns: the first line behind `first`, the others behind `indent`. */
export function wrapText(text: string, indent = '', first = '', width = TEXT_WIDTH): string {
  const lines: string[] = [];
  let line = first;
  for (const word of escapeControls(text).split(' ')) {
    if (line !== first && line.length + 1 + word.length > width) {
      lines.push(line);
      // A word that the indent alone makes too long, such as a signature, goes without it.
      line = indent.length + word.length > width ? word : indent + word;
    } else line = line === first ? first + word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

/** 0.0123 as `1.2 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Decimal megabytes. */
export function formatMegabytes(bytes: number): string {
  const mb = bytes / 1e6;
  return mb.toFixed(mb >= 10 ? 0 : mb >= 0.1 ? 1 : 3);
}

/** `1 image`, `1,000 images`. */
export function counted(n: number, thing: string): string {
  return `${n.toLocaleString('en-US')} ${thing}${n === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`; of many the first three. */
export function listed(names: readonly string[]): string {
  if (names.length > 5) return `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
