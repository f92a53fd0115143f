import { GALLERY } from './gallery.js';
import { LAYOUT } from './layout.js';
import { PRINT } from './print.js';
import { TABLES } from './tables.js';
import { TOKENS } from './tokens.js';
import { VERDICT } from './verdict.js';

/** The one stylesheet of all pages, in the order of the cascade. */
export const STYLESHEET: string = [TOKENS, LAYOUT, TABLES, GALLERY, VERDICT, PRINT].join('');
