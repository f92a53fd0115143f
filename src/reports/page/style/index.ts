import { GALLERY } from './gallery.js';
import { LAYOUT } from './layout.js';
import { OVERVIEW_STYLE } from './overview.js';
import { PLOTS_STYLE } from './plots.js';
import { PRINT } from './print.js';
import { TABLES } from './tables.js';
import { TOKENS } from './tokens.js';
import { VERDICT } from './verdict.js';

/** The one stylesheet of all pages, in the order of the cascade. */
export const STYLESHEET: string = [
  TOKENS,
  LAYOUT,
  TABLES,
  OVERVIEW_STYLE,
  PLOTS_STYLE,
  GALLERY,
  VERDICT,
  PRINT,
].join('');
