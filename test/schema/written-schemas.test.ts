import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { gateSchema } from '../../src/analysis/gate/gate.js';
import { migrateGate } from '../../src/analysis/gate/migrate.js';
import { publishedSchemas } from '../../src/cli/json-schemas.js';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { parseYaml } from '../../src/core/yaml-file.js';
import { datasetSpecSchema } from '../../src/datasets/spec.js';
import { promptFileSchema } from '../../src/models/spec/prompts.js';
import { modelFileSchema } from '../../src/runners/load-spec.js';
import { runConfigSchema } from '../../src/store/config.js';

/** What the program parses each kind of file by. */
const PARSED_BY = {
  run: runConfigSchema,
  model: modelFileSchema,
  dataset: datasetSpecSchema,
  gate: gateSchema,
  prompts: promptFileSchema,
} satisfies Record<string, z.ZodType>;
type Kind = keyof typeof PARSED_BY;
const KINDS = Object.keys(PARSED_BY) as Kind[];

const texts = publishedSchemas();
const schemaOf = (kind: Kind): object => JSON.parse(texts[`${kind}.schema.json`] ?? '') as object;
const validators = Object.fromEntries(
  KINDS.map((kind) => [
    kind,
    new Ajv2020({
      allErrors: true,
      allowUnionTypes: true,
      formats: { uri: (text: string) => URL.canParse(text) },
    }).compile(schemaOf(kind)),
  ]),
) as Record<Kind, ValidateFunction>;

/** What an editor says of a file. */
function complaints(kind: Kind, text: string): readonly string[] {
  const validate = validators[kind];
  validate(parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const isTaken = (kind: Kind, text: string): boolean => PARSED_BY[kind].safeParse(parse(text)).success;

/** The files of the tree that users could have written, with their kinds. */
async function writtenFiles(): Promise<readonly (readonly [file: string, kind: Kind])[]> {
  const folders: Readonly<Record<string, Kind>> = {
    'configs/models': 'model',
    'configs/datasets': 'dataset',
    'configs/runs': 'run',
    'configs/gates': 'gate',
    'configs/proof': 'model',
  };
  const found = await Promise.all(
    Object.entries(folders).map(async ([folder, kind]) =>
      (await yamlFiles(folder)).map((file) => [join(folder, file), kind] as const),
    ),
  );
  return found.flat();
}

async function yamlFiles(folder: string): Promise<readonly string[]> {
  const files = await readdir(join(PACKAGE_ROOT, folder), { recursive: true });
  return files.filter((file) => /\.ya?ml$/.test(file)).sort();
}

const read = (file: string): Promise<string> => readFile(join(PACKAGE_ROOT, file), 'utf8');

describe('every YAML file of the tree', async () => {
  const files = await writtenFiles();

  it.each(files)('%s names the schema of a %s in its first line, and keeps to it', async (file, kind) => {
    const text = await read(file);
    const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
    const target = resolve(PACKAGE_ROOT, dirname(file), path);
    expect(relative(PACKAGE_ROOT, target)).toBe(join('docs', 'schema', `${kind}.schema.json`));
    expect(await readFile(target, 'utf8')).toBe(texts[`${kind}.schema.json`]);
    expect(complaints(kind, text)).toEqual([]);
    expect(() => parseYaml(text, file, PARSED_BY[kind])).not.toThrow();
  });

  it('is one of these, or a file that nobody but Maskbench writes', async () => {
    const all = [
      ...(await yamlFiles('configs')).map((file) => join('configs', file)),
      ...(await yamlFiles('samples')),
    ];
    expect(all.filter((file) => !files.some(([known]) => known === file))).toEqual([
      'configs/published.yaml',
    ]);
  });
});

describe('the examples of the documentation that are whole files', async () => {
  const pages = ['README.md', 'docs/models.md', 'docs/datasets.md', 'docs/verdict.md'];
  const examples = await Promise.all(
    pages.map(async (page) =>
      [...(await read(page)).matchAll(/^```yaml\n(# yaml-language-server: \$schema=(\S+)\n[^]*?)^```/gm)].map(
        ([, text = '', path = '']) => ({ page, text, path }),
      ),
    ),
  );

  it.each(pages.map((page, i) => [page, examples[i] ?? []] as const))(
    'keep to their schemas: %s',
    (_page, found) => {
      expect(found.length).toBeGreaterThan(0);
      for (const { text, path } of found) {
        const kind = KINDS.find((one) => path === `docs/schema/${one}.schema.json`);
        if (kind === undefined) throw new Error(`no schema in ${path}`);
        expect(complaints(kind, text)).toEqual([]);
        expect(() => parseYaml(text, 'example.yaml', PARSED_BY[kind])).not.toThrow();
      }
    },
  );
});

describe('the files that 0.1 ran, which stay as they were', async () => {
  const folder = 'test/fixtures/runs-0.1';
  const kindOf = (file: string): Kind => {
    if (file.startsWith('models/')) return 'model';
    return ['objects.yaml', 'people.yaml', 'plain.yaml'].includes(file) ? 'dataset' : 'run';
  };

  const files = await yamlFiles(folder);
  it.each(files.filter((file) => file !== 'gate.yaml'))('%s keeps to its schema', async (file) => {
    const text = await read(join(folder, file));
    expect(complaints(kindOf(file), text)).toEqual([]);
    expect(isTaken(kindOf(file), text)).toBe(true);
  });

  it('but for the gate, which does once it is rewritten', async () => {
    const text = await read(join(folder, 'gate.yaml'));
    expect(isTaken('gate', text)).toBe(false);
    expect(complaints('gate', text)).toContain(" must have required property 'version'");
    const { text: rewritten } = migrateGate(text, 'gate.yaml');
    expect([complaints('gate', rewritten), isTaken('gate', rewritten)]).toEqual([[], true]);
  });
});

const SHA = 'a'.repeat(64);
const NET = 'name: n\nfiles: file:n.onnx\n';
const FED = `${NET}input: { width: 8, height: 8 }\n`;
const RUN = 'name: r\nmodels: [u2net]\ndatasets: [humans]\n';
const SET = 'name: d\nroot: .\nlayout: paired-folders\nimages: { path: im }\ntruths: { path: gt }\n';
const GATE = 'version: 2\nname: g\naccuracy: [{ metric: iou, margin: 0.01 }]\n';
const SAM = 'name: s\nfeeding: sam\nfiles: { encoder: file:e.onnx, decoder: file:d.onnx }\n';
const SORTS = `${NET}feeding: classes\ninput: { width: 8, height: 8 }\n`;

describe('an editor and the program take', () => {
  it.each<readonly [Kind, string, string]>([
    [
      'model',
      'an address with its checksum',
      FED.replace('file:n.onnx', `https://x.org/n.onnx#sha256=${SHA}`),
    ],
    ['model', 'a hub file in short', FED.replace('file:n.onnx', 'hf:o/n@main/n.onnx')],
    ['model', 'mirrors', FED.replace('file:n.onnx', '[file:n.onnx, { kind: file, path: m.onnx }]')],
    ['model', 'a file by its role', FED.replace('file:n.onnx', '{ model: file:n.onnx }')],
    [
      'model',
      'numbers or names of outputs',
      `${FED}output: { select: mask, channel: [1, 2], activation: softmax }`,
    ],
    ['model', 'classes', `${SORTS}output: { classes: { names: [none, hat], matte: hat } }`],
    ['model', 'SAM', `${SAM}input: {}\nprompts: { default: [{ point: [0.5, 0.5] }, { box: [0, 0, 1, 1] }] }`],
    [
      'model',
      'SAM with several objects',
      `${SAM}input: {}\nprompts: { datasets: { d: [[{ point: [1, 2], label: 0 }]] } }`,
    ],
    ['model', 'masks', 'name: v\nfeeding: precomputed\nmasks: { path: "m/{dataset}/{id}.png" }'],
    [
      'model',
      'masks in a folder with a brace',
      'name: v\nfeeding: precomputed\nmasks: { path: "{stem}/{x.png" }',
    ],
    ['model', 'a variation', 'extends: u2net\nname: v\ninput: { resample: pillow-bilinear }'],
    [
      'model',
      'a variation of SAM',
      'extends: sam\ninput: { warp: opencv-linear }\nprompts: { unit: pixels }',
    ],
    ['model', 'a variation of classes', 'extends: u2net_cloth_seg\noutput: { classes: { matte: upper } }'],
    [
      'run',
      'a variation, a path and a spec',
      `name: r\nmodels: [./m.yaml, { extends: sam, input: { warp: opencv-linear } }, { name: n, files: file:n.onnx, input: { width: 8, height: 8 } }]\ndatasets: [{ extends: dis5k, splits: [DIS-VD] }, { name: h, layout: humans, root: . }]`,
    ],
    [
      'run',
      'everything else',
      `${RUN}device: cuda:0\nallowFallback: true\nprice: { perHour: 1, perKWh: 0.3 }\nlimit: 3\nrunner: { fetch: all }\naccuracy: { processes: auto, threads: 2 }\nscoring: { protocols: [fixed, sod], empty: skip }\ntime: { profile: quick, together: 2 }\nscenarios: [{ kind: offline }, { kind: server, boundMs: 5 }, { kind: sweep, threads: [1, 2] }]`,
    ],
    [
      'dataset',
      'paths, tags and terms',
      `${SET}contains: { a: [x] }\nexpected: { a: 3 }\nterms: { url: 'https://x.org' }\nsource: { kind: manual, url: 'https://x.org', instructions: ask }`,
    ],
    [
      'dataset',
      'several folders',
      SET.replace('path: im', 'path: [DIS5K/*/im, im], suffix: _a, extensions: [.png]'),
    ],
    ['gate', 'one rule', GATE],
    ['gate', 'a rule that is no list', 'version: 2\nname: g\nsize: { maximumRatio: 1.1 }'],
    [
      'gate',
      'all rules',
      `${GATE}floors: [{ metric: sod.s, mean: 0.8 }]\nslices: [{ attribute: split, values: [a, 3], metric: iou, margin: 0 }]\nlosses: [{ metric: iou, over: 0.1 }]\ncatastrophes: [{ metric: iou, worseThan: 0.5, maximumShare: 0.1 }]\nnever: [{ metric: iou, worseThan: 0.5, ids: [a] }]\nassume: no-rare-disasters\nminimumImages: 2\nlatency: { maximumRatio: 1.05, measure: { processes: 4 } }\nmemory: { maximumMegabytes: 9 }\nimprove: [{ metric: iou }, { latency: predict }, { sizeRatio: 0.8 }, { memoryRatio: 0.8 }]`,
    ],
    ['prompts', 'marks by image', 'unit: pixels\nimages: { d/1: [{ point: [4, 2] }] }'],
  ])('a %s with %s', (kind, _what, text) => {
    expect(complaints(kind, text)).toEqual([]);
    expect(() => parseYaml(text, 'mine.yaml', PARSED_BY[kind])).not.toThrow();
  });
});

describe('an editor and the program refuse', () => {
  it.each<readonly [Kind, string, string]>([
    ['model', 'an unknown key', `${FED}license: MIT`],
    ['model', 'an unknown key of the input', `${NET}input: { width: 8, height: 8, resampel: x }`],
    ['model', 'another filter', `${NET}input: { width: 8, height: 8, resample: bilinear }`],
    ['model', 'no files', 'name: n\ninput: { width: 8, height: 8 }'],
    ['model', 'no size', NET],
    ['model', 'a size in words', `${NET}input: { width: eight, height: 8 }`],
    ['model', 'a name of a folder', FED.replace('name: n', 'name: ../n')],
    ['model', 'a feeding that is none', `${FED}feeding: video`],
    ['model', 'an unknown kind of source', FED.replace('file:n.onnx', 'ftp:n.onnx')],
    ['model', 'an unknown key of a source', FED.replace('file:n.onnx', '{ kind: file, path: n, sha265: a }')],
    [
      'model',
      'a checksum that is too short',
      FED.replace('file:n.onnx', '{ kind: file, path: n, sha256: abc }'),
    ],
    ['model', 'a path that climbs', FED.replace('file:n.onnx', '{ kind: hf, repo: o/n, path: a/../../b }')],
    [
      'model',
      'neither path nor resource',
      FED.replace(
        'file:n.onnx',
        `{ kind: npm, package: p, version: 1.2.3, integrity: sha512-${'a'.repeat(86)}== }`,
      ),
    ],
    [
      'model',
      'SAM in one file',
      `${SAM.replace('{ encoder: file:e.onnx, decoder: file:d.onnx }', 'file:e.onnx')}input: {}`,
    ],
    ['model', 'a label that is none', `${SAM}input: {}\nprompts: { default: [{ point: [1, 2], label: 2 }] }`],
    ['model', 'an unknown placeholder', 'name: v\nfeeding: precomputed\nmasks: { path: "{name}.png" }'],
    ['model', 'an unknown key of a variation', 'extends: u2net\ninput: { resampel: x }'],
    ['model', 'a variation of a number', 'extends: 3\nname: v'],
    ['model', 'a list', '[a, b]'],
    ['run', 'an unknown key', `${RUN}modles: [a]`],
    ['run', 'no datasets', 'name: r\nmodels: [u2net]'],
    ['run', 'no model in the list', RUN.replace('[u2net]', '[]')],
    ['run', 'one model that is no list', RUN.replace('[u2net]', 'u2net')],
    ['run', 'a variation with an unknown key', RUN.replace('u2net', '{ extends: u2net, inptu: {} }')],
    ['run', 'another profile', `${RUN}time: { profile: slow }`],
    ['run', 'another protocol', `${RUN}scoring: { protocols: [iou] }`],
    ['run', 'another scenario', `${RUN}scenarios: [{ kind: online }]`],
    ['run', 'a limit of none', `${RUN}limit: 0`],
    ['run', 'a word for a yes', `${RUN}allowFallback: perhaps`],
    ['dataset', 'an unknown key', `${SET}images_path: x`],
    ['dataset', 'another layout', SET.replace('paired-folders', 'coco')],
    ['dataset', 'no root', SET.replace('root: .\n', '')],
    ['dataset', 'an absolute path', SET.replace('path: im', 'path: /im')],
    ['dataset', "a drive's path", SET.replace('path: im', "path: 'C:\\im'")],
    ['dataset', 'a path that climbs', SET.replace('path: im', 'path: a/../../im')],
    ['dataset', 'a split that is none', 'name: d\nroot: .\nlayout: dis5k\nsplits: [DIS-TE5]'],
    ['dataset', 'a tag that stands for none', `${SET}contains: [unknown]`],
    ['dataset', 'an address that is none', `${SET}terms: { url: nowhere }`],
    [
      'dataset',
      'a branch as a revision',
      `${SET}source: { kind: hf, repo: o/n, revision: main, file: a.zip, sha256: ${SHA}, bytes: 3 }`,
    ],
    ['gate', 'an unknown rule', `${GATE}speed: { maximumRatio: 1 }`],
    ['gate', 'an unknown metric', GATE.replace('iou', 'iuo')],
    ['gate', 'no margin', 'version: 2\nname: g\naccuracy: [{ metric: iou }]'],
    ['gate', 'no rule', 'version: 2\nname: g'],
    ['gate', 'an empty list of rules', 'version: 2\nname: g\naccuracy: []'],
    ['gate', 'losses up to a number', `${GATE}losses: [{ metric: iou, over: 0.1, maximum: 3 }]`],
    ['gate', 'no version', 'name: g\nsize: { maximumRatio: 1.1 }'],
    ['gate', 'an odd number of processes', `${GATE}latency: { maximumRatio: 1, measure: { processes: 3 } }`],
    ['gate', 'a level in percent', `${GATE}level: 95`],
    ['prompts', 'an unknown key', 'image: {}\nimages: {}'],
    ['prompts', 'no images', 'unit: share'],
    ['prompts', 'another unit', 'unit: mm\nimages: {}'],
    ['prompts', 'a box of two corners in words', 'images: { d/1: [{ box: [a, b, c, d] }] }'],
  ])('a %s with %s', (kind, _what, text) => {
    expect(complaints(kind, text)).not.toEqual([]);
    expect(isTaken(kind, text)).toBe(false);
  });
});

it('a wrong field of a variation is answered with its line and the nearest right one', () => {
  const text = 'extends: sam\ninput:\n  wrap: opencv-linear\n';
  expect(() => parseYaml(text, 'mine.yaml', modelFileSchema)).toThrow(
    expect.objectContaining({
      where: 'mine.yaml:3:3',
      message: 'input: unknown key "wrap"; did you mean "warp"?',
    }),
  );
});

describe('the schema of a', () => {
  it.each(KINDS)('%s describes every field, and leaves none open', (kind) => {
    const bare: string[] = [];
    walk(schemaOf(kind), (node, path) => {
      const properties = node['properties'];
      if (isNode(properties) && 'type' in node) {
        for (const [key, field] of Object.entries(properties)) {
          if (isNode(field) && !isDescribed(field)) bare.push(`${path}/${key}`);
        }
      }
      if (Object.keys(node).every((key) => key === 'description')) bare.push(`${path} is open`);
    });
    expect(bare).toEqual([]);
  });
});

type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** By itself, as one of a few, or by what it refers to. */
const isDescribed = (field: Node): boolean =>
  typeof field['description'] === 'string' || typeof field['$ref'] === 'string';

/** Every schema within a schema. */
function walk(node: unknown, visit: (node: Node, path: string) => void, path = ''): void {
  if (!isNode(node)) return;
  visit(node, path);
  for (const key of ['items', 'additionalProperties', 'propertyNames'])
    walk(node[key], visit, `${path}/${key}`);
  for (const key of ['properties', '$defs']) {
    const inner = node[key];
    if (isNode(inner)) for (const [name, one] of Object.entries(inner)) walk(one, visit, `${path}/${name}`);
  }
  for (const key of ['anyOf', 'oneOf', 'prefixItems']) {
    const inner = node[key];
    if (Array.isArray(inner) && !('type' in node))
      inner.forEach((one, i) => walk(one, visit, `${path}/${key}${i}`));
  }
}
