import { escapeControls } from '../../core/errors.js';

const WIDTH = 80;

/** Words in lines of at most 80 columns, the first behind `first`, the others behind `indent`. */
export function wrap(text: string, first = '', indent = first): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of escapeControls(text).split(' ')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent + word;
    } else line = empty ? line + word : `${line} ${word}`;
    empty = false;
  }
  return [...lines, line].join('\n');
}
