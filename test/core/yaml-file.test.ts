import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeError } from '../../src/core/errors.js';
import { parseYaml, readYamlFile } from '../../src/core/yaml-file.js';
import { datasetReferenceSchema } from '../../src/datasets/spec.js';
import { useTempFolders } from '../support/temp-folder.js';

const schema = z.strictObject({
  name: z.string(),
  limit: z.int().positive().optional(),
  scoring: z.strictObject({ threshold: z.int().max(255).default(128) }).prefault({}),
  models: z.array(z.union([z.string(), z.strictObject({ path: z.string(), width: z.int() })])).default([]),
});

const tempFolder = useTempFolders();

/** The one line that a user sees for this text in `run.yaml`. */
function complaint(text: string, of: z.ZodType = schema): string {
  try {
    parseYaml(text, 'run.yaml', of);
  } catch (error) {
    return describeError(error);
  }
  throw new Error('no complaint');
}

describe('a YAML file', () => {
  it('gives what the schema makes of it', () => {
    expect(parseYaml('name: x\nmodels: [a]', 'run.yaml', schema)).toEqual({
      name: 'x',
      models: ['a'],
      scoring: { threshold: 128 },
    });
  });

  it('says of a regular expression in double quotes that single ones keep its backslashes', () => {
    expect(complaint('name: "^p\\d+_"\n')).toBe(
      "run.yaml:1:10: not valid YAML: Invalid escape sequence \\d; within double quotes a backslash begins an escape; use single quotes, as for '\\d'",
    );
  });

  it('answers a wrong key with its place and the nearest known key', () => {
    expect(complaint('name: x\nlimt: 3\n')).toBe('run.yaml:2:1: unknown key "limt"; did you mean "limit"?');
  });

  it('answers a wrong key inside another, with its own place', () => {
    expect(complaint('name: x\nscoring:\n  treshold: 3\n')).toBe(
      'run.yaml:3:3: scoring: unknown key "treshold"; did you mean "threshold"?',
    );
  });

  it('says of a key that another alternative has that it does not go with the others', () => {
    const either = z.union([
      z.strictObject({ a: z.string(), b: z.string() }),
      z.strictObject({ c: z.string(), b: z.string() }),
    ]);
    const hint = 'the key "c" does not go with the others there';
    expect(complaint('a: x\nb: x\nc: y\n', either)).toBe(`run.yaml:3:1: ${hint}`);
    expect(complaint('a: x\nb: x\nqqqqqqqq: y\n', either)).toBe(
      'run.yaml:3:1: unknown key "qqqqqqqq"; known keys are a, b, c',
    );
  });

  it('names the known keys where none is near', () => {
    expect(complaint('name: x\nzzzzzzzz: 1\n')).toContain('known keys are name, limit, scoring, models');
  });

  it('answers a wrong value with its place', () => {
    expect(complaint('name: x\nlimit: many\n')).toBe('run.yaml:2:1: limit: must be a number, not "many"');
    expect(complaint('name: x\nscoring: { threshold: 300 }')).toMatch(
      /^run\.yaml:2:12: scoring\.threshold: /,
    );
  });

  it.each([
    ['a: 3', z.string(), 'must be text, not 3'],
    ['b: x', z.string(), 'is missing; it must be text'],
    ['a: 1.5', z.int(), 'must be a whole number, not 1.5'],
    ['a: yes', z.boolean(), 'must be true or false, not "yes"'],
    ['a: { b: 1 }', z.array(z.number()), 'must be a list, not keys with values'],
    ['a: []', z.array(z.number()).min(1), 'must not be an empty list'],
    ["a: ''", z.string().min(1), 'must not be empty'],
    ['a: red', z.enum(['one', 'two', 'three']), 'must be one, two or three, not "red"'],
    ['a: 0', z.number().positive(), 'must be more than 0, not 0'],
    ['a: 300', z.number().max(255), 'must be at most 255, not 300'],
    ['a: 3', z.string({ error: 'own words' }), 'own words'],
  ])('says in plain words what is wrong: %s', (text, of, message) => {
    expect(() => parseYaml(text, 'x.yaml', z.object({ a: of }))).toThrow(`a: ${message}`);
  });

  it('points into the alternative of a union that comes closest', () => {
    expect(complaint('name: x\nmodels:\n  - a\n  - path: p\n    widht: 3\n')).toMatch(/^run\.yaml:[45]:/);
  });

  it('complains of a union by the alternative that the keys are of, and not of the keys that another one lacks', () => {
    const of = z.strictObject({ datasets: z.array(datasetReferenceSchema) });
    const text = (...lines: readonly string[]): string =>
      ['datasets:', '  - name: a', ...lines.map((line) => `    ${line}`)].join('\n');
    const rest = ['root: .', 'truths: { path: masks, suffix: _mask }'];
    const pictures = 'images: { path: photos }';
    const layout = 'layout: paired-folders';
    expect(complaint(text(layout, ...rest, pictures, 'attributes: "{clip}_{frame}"'), of)).toBe(
      'run.yaml:7:5: datasets.0.attributes: must be keys with values, not "{clip}_{frame}"',
    );
    expect(complaint(text(layout, ...rest, 'images: photos'), of)).toBe(
      'run.yaml:6:5: datasets.0.images: must be keys with values, not "photos"',
    );
    expect(complaint(text(layout, ...rest, pictures, 'atributes: {}'), of)).toBe(
      'run.yaml:7:5: datasets.0: unknown key "atributes"; did you mean "attributes"?',
    );
    expect(complaint(text('layout: paired', ...rest, pictures), of)).toMatch(
      /^run\.yaml:3:5: datasets\.0\.layout: the layout is one of humans, dis5k, paired-folders/,
    );
    expect(complaint('datasets: [{ extnds: dis5k, root: x }]', of)).toMatch(
      /unknown key "extnds"; did you mean "extends"\?$/,
    );
  });

  it('names the parent of a key that is missing', () => {
    expect(complaint('limit: 3\n')).toMatch(/^run\.yaml:1:1: name: /);
  });

  it('says where it is no YAML at all', () => {
    expect(complaint('name: [x\nlimit: 3\n')).toMatch(/^run\.yaml:2:\d+: not valid YAML: /);
    expect(complaint('name: x\nname: y\n')).toMatch(
      /^run\.yaml:2:1: not valid YAML: the key "name" is there twice; leave one/,
    );
  });

  it('says so when it is empty or a list', () => {
    expect(complaint('')).toBe('run.yaml:1:1: must be keys with values, not empty');
    expect(complaint('- a\n')).toBe('run.yaml:1:1: must be keys with values, not a list');
  });

  it('that repeats itself by aliases of aliases is refused by its name', () => {
    const levels = Array.from({ length: 9 }, (_, i) => {
      const inner = i === 0 ? 'x' : `*l${i - 1}`;
      return `l${i}: &l${i} [${Array.from({ length: 9 }, () => inner).join(', ')}]`;
    });
    expect(complaint(`${levels.join('\n')}\n`)).toMatch(
      /^run\.yaml: cannot be expanded: Excessive alias count/,
    );
  });

  it('is missed by its full path', async () => {
    const path = join(await tempFolder(), 'none.yaml');
    await expect(readYamlFile(path, schema)).rejects.toMatchObject({ code: 'data.missing', where: path });
  });
});
