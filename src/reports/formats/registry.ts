import { MaskbenchError } from '../../core/errors.js';
import { extensible } from '../../core/plugins/parts.js';
import { csv } from './csv.js';
import type { Format } from './format.js';
import { html } from './html.js';
import { json } from './json.js';
import { latex } from './latex.js';
import { markdown } from './markdown.js';
import { terminal } from './terminal.js';

/**
 * Every format of results, of one run, several, slices and rankings alike. Adding one is one file and one line here; what
 * it needs beyond text it loads when it renders, since the command line reads this list to know its choices.
 */
export const FORMATS = extensible<Format>('formats', [terminal, markdown, latex, csv, json, html]);

/** Those that need tables or figures and no more, so that they render whatever has some. */
export function tableFormats(): readonly Format[] {
  return FORMATS.filter(({ needsPage }) => needsPage === undefined);
}

/** @throws MaskbenchError `usage` if there is no format of that name among these. */
export function formatNamed(name: string, among: readonly Format[] = FORMATS): Format {
  const format = among.find((one) => one.name === name);
  if (format !== undefined) return format;
  throw new MaskbenchError('usage', `unknown format "${name}"`, {
    remedy: `there are ${among.map((one) => one.name).join(', ')}`,
  });
}
