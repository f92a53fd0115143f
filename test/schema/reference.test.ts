import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { z } from 'zod';
import { referencePage } from '../../scripts/write-reference.mjs';
import { gateSchema } from '../../src/analysis/gate/gate.js';
import { MaskbenchError } from '../../src/core/errors.js';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { parseYaml } from '../../src/core/yaml-file.js';
import { datasetSpecSchema } from '../../src/datasets/spec.js';
import { modelFileSchema } from '../../src/runners/load-spec.js';
import { runConfigSchema } from '../../src/store/config.js';

const read = (...path: readonly string[]): Promise<string> => readFile(join(PACKAGE_ROOT, ...path), 'utf8');

describe('docs/reference.md', () => {
  it('is what the schemas are now', async () => {
    expect(await read('docs', 'reference.md'), 'npm run schema').toBe(await referencePage());
  });

  it('has a meaning and an example for every field', async () => {
    const rows = (await read('docs', 'reference.md')).split('\n').filter((line) => line.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(200);
    for (const row of rows) {
      const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
      expect(cells, row).toHaveLength(7);
      for (const cell of [cells[1], cells[2], cells[4], cells[5]]) expect(cell, row).not.toBe('');
    }
  });
});

/** What no field takes everywhere. */
const WRONG: readonly unknown[] = [-1.5, 'no such word!', [[]], [], {}, { x: 1 }, null, true];

/** Words of the validator, which mean nothing to whoever wrote the file. */
const RAW = /Invalid |Unrecognized|Too (small|big)|expected \w+, received|ZodError|undefined/;

type Path = readonly (string | number)[];

function pathsIn(value: unknown): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return entries.flatMap(([key, inner]) => [[key], ...pathsIn(inner).map((path) => [key, ...path])]);
}

function replaced(value: unknown, [head, ...rest]: Path, by: unknown): unknown {
  if (head === undefined) return by;
  if (Array.isArray(value)) return value.map((of: unknown, i) => (i === head ? replaced(of, rest, by) : of));
  const record = value as Readonly<Record<string, unknown>>;
  return { ...record, [head]: replaced(record[head], rest, by) };
}

const KINDS: readonly [folder: string, schema: z.ZodType][] = [
  ['runs', runConfigSchema],
  ['models', modelFileSchema],
  ['datasets', datasetSpecSchema],
  ['gates', gateSchema],
];

describe.each(KINDS)('an error in a file of %s', (folder, schema) => {
  it('names file, line, column and field, and never speaks as a validator does', async () => {
    const files = (await readdir(join(PACKAGE_ROOT, 'configs', folder))).filter((file) =>
      file.endsWith('.yaml'),
    );
    let refused = 0;
    for (const file of files) {
      const document: unknown = parse(await read('configs', folder, file));
      for (const path of pathsIn(document)) {
        for (const wrong of WRONG) {
          const text = stringify(replaced(document, path, wrong));
          let thrown: unknown;
          try {
            parseYaml(text, 'mine.yaml', schema);
          } catch (error) {
            thrown = error;
          }
          if (thrown === undefined) continue;
          refused += 1;
          const what = `${file}: ${path.join('.')} is ${JSON.stringify(wrong)}`;
          expect(thrown, what).toBeInstanceOf(MaskbenchError);
          const { message, where } = thrown as MaskbenchError;
          expect(where, what).toMatch(/^mine\.yaml:\d+:\d+$/);
          expect(message, what).not.toMatch(RAW);
          const names = path.filter((part) => typeof part === 'string');
          expect(
            names.some((name) => message.includes(name)),
            `${what}: ${message}`,
          ).toBe(true);
        }
      }
    }
    expect(refused).toBeGreaterThan(20);
  });
});
