import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PACKAGE_ROOT } from '../src/core/package-root.js';
import { gateSchema } from '../src/analysis/gate/gate.js';
import { EXPORTS } from '../src/cli/exports/index.js';
import { FORMATS } from '../src/reports/formats/registry.js';
import { cli } from './support/cli.js';

const read = (path: string): Promise<string> => readFile(join(PACKAGE_ROOT, path), 'utf8');

/** Every `maskbench ...` of a text that is meant to be typed: its words without the name, lines joined. */
function commandsIn(text: string): readonly (readonly string[])[] {
  return text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const [, rest] = /^\s*(?:run: |npx )?maskbench (?!\(\))(.*)$/.exec(line) ?? [];
      return rest === undefined
        ? []
        : [
            rest
              .split(/\s(?:\|\||#)/)[0]
              ?.trim()
              .split(/\s+/) ?? [],
          ];
    });
}

/** The fenced shell blocks of a page. */
function shellOf(markdown: string): string {
  return [...markdown.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, code]) => code).join('\n');
}

const WITH_PARTS = ['baseline', 'models', 'datasets'];

async function expectKnown(words: readonly string[]): Promise<void> {
  const path = words.slice(0, WITH_PARTS.includes(words[0] ?? '') ? 2 : 1);
  const { status, out } = await cli([...path, '--help'], PACKAGE_ROOT);
  expect([status, out], words.join(' ')).toEqual([0, expect.stringContaining(`maskbench ${path.join(' ')}`)]);
  for (const option of words.filter((word) => word.startsWith('--'))) {
    expect(out, words.join(' ')).toMatch(new RegExp(`(?:^|\\s)${option}\\b`));
  }
}

describe.each([
  ['docs/verdict.md', 11],
  ['docs/ci.md', 4],
  ['docs/ci/maskbench.yml', 3],
  ['docs/ci/maskbench.sh', 3],
])('the commands in %s', (path, atLeast) => {
  it('are there, with every option', async () => {
    const text = await read(path);
    const commands = commandsIn(path.endsWith('.md') ? shellOf(text) : text);
    expect(commands.length).toBeGreaterThanOrEqual(atLeast);
    for (const words of commands) await expectKnown(words);
  });
});

describe("the gate's file in docs/verdict.md", () => {
  it('is one that is read, and shows every field', async () => {
    const [, yaml = ''] = /^```yaml\n([\s\S]*?)^```/m.exec(await read('docs/verdict.md')) ?? [];
    const shown = parse(yaml) as Record<string, unknown>;
    expect(gateSchema.safeParse(shown).error).toBeUndefined();
    const schema = JSON.parse(await read('docs/schema/gate.schema.json')) as { properties: object };
    expect(Object.keys(shown).sort()).toEqual(Object.keys(schema.properties).sort());
  });
});

describe('docs/report-formats.md', () => {
  it('lists the formats of the registries, in the order of the help', async () => {
    const page = await read('docs/report-formats.md');
    const [table = ''] = page.split('\n## ');
    const listed = [...table.matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, name]) => name);
    expect(listed).toEqual([...FORMATS, ...EXPORTS].map(({ name }) => name));
  });
});
