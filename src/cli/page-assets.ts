import { readFile } from 'node:fs/promises';
import { compiledEntry } from '../core/compiled-entry.js';
import type { PageAssets } from '../reports/page/render-page.js';

/** The client script of the page, as the build bundled it. */
export async function readPageAssets(): Promise<PageAssets> {
  return {
    script: await readFile(compiledEntry(new URL('../reports/page/client.js', import.meta.url)), 'utf8'),
  };
}
