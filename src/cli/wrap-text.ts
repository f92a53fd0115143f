import { escapeControls } from '../core/errors.js';

const WIDTH = 80;

/** Words in lines of at most 80 columns; all lines but the first begin with `indent`. */
export function wrapText(text: string, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of escapeControls(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}
