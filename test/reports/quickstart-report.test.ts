import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportDocument } from '../../src/reports/document.js';
import { markdown } from '../../src/reports/formats/markdown.js';
import { terminal } from '../../src/reports/formats/terminal.js';
import { renderPage } from '../../src/reports/page/render-page.js';
import { decisiveTables } from '../../src/reports/tables/tables-of.js';
import { rankingSchema } from '../../src/schema/ranking.js';
import { summarySchema } from '../../src/schema/summary.js';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDER = join(ROOT, 'reports', 'quickstart');
const MEND = 'run "node scripts/quickstart-report.mjs", which makes it anew from one quick start';

const text = (name: string): Promise<string> => readFile(join(FOLDER, name), 'utf8');
const summary = summarySchema.parse(JSON.parse(await text('summary.json')));
const ranking = rankingSchema.parse(JSON.parse(await text('ranking.json')));
const { evidence } = ranking;
const run = { ...summary, ...(evidence === undefined ? {} : { evidence }) };
const options = { rankings: [ranking] };

describe('the committed report of the quick start', () => {
  it('is the Markdown that the code renders today', async () => {
    expect(await text('report.md'), MEND).toBe(markdown.render(reportDocument([run], options)));
  });

  it('is a page that lacks no heading, caption, table or note of today', async () => {
    const shown = (html: string): readonly string[] =>
      [...html.matchAll(/<(h[1-4]|th|td|p|li|summary)\b[^>]*>([^]*?)<\/\1>/g)].map(([, , inner = '']) =>
        inner.replaceAll(/<[^>]*>/g, '').trim(),
      );
    const committed = new Set(shown(await text('report.html')));
    const today = shown(renderPage({ runs: [{ summary: run, ranking }] }));
    expect(today.length).toBeGreaterThan(200);
    expect(
      today.filter((one) => !committed.has(one)),
      MEND,
    ).toEqual([]);
  });

  it('has the tables in the README', async () => {
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
    const tables = terminal.render({
      ...reportDocument([run], options),
      tables: decisiveTables([run], options),
      evidence: [],
    });
    expect(readme, MEND).toContain(`\`\`\`text\n${tables.trimEnd()}\n\`\`\``);
  });

  it('has no file of more than a megabyte', async () => {
    for (const entry of await readdir(FOLDER, { recursive: true, withFileTypes: true }))
      if (entry.isFile())
        expect((await stat(join(entry.parentPath, entry.name))).size, entry.name).toBeLessThan(1e6);
  });
});
