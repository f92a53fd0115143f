import { csv } from './csv.js';
import { html } from './html.js';
import { json } from './json.js';
import { latex } from './latex.js';
import { markdown } from './markdown.js';
import type { Report } from './report.js';
import { terminal } from './terminal.js';

/** Every report format. Adding one is one file and one line here. */
export const REPORTS: readonly Report[] = [terminal, markdown, latex, csv, json, html];
