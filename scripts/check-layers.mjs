// Fails if a folder of src/ imports one that it must not see, if files import each other in a circle (types count), or if
// a library is imported outside its one place. (dependency-cruiser does not read TypeScript 7 yet.)
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';

const GROUND = ['core', 'schema', 'image', 'stats'];
const STORE = [...GROUND, 'datasets', 'models', 'metrics', 'runners', 'scoring'];

/**
 * What each room may import besides itself, from the ground up (docs/design.md).
 * @type {Record<string, readonly string[]>}
 */
const MAY_IMPORT = {
  core: [],
  schema: ['core'],
  image: ['core', 'schema'],
  stats: ['core', 'schema'],
  datasets: GROUND,
  models: GROUND,
  metrics: GROUND,
  runners: [...GROUND, 'datasets', 'models'],
  scoring: [...GROUND, 'datasets', 'metrics'],
  store: STORE,
  pipeline: [...STORE, 'store'],
  analysis: [...STORE, 'store', 'pipeline'],
  reports: ['core', 'schema', 'image'],
};
/** The command line, what the library offers, and what plug-ins are made of, see everything. */
const SEES_ALL = new Set(['cli', 'index.ts', 'plugin.ts']);

/**
 * Libraries that only one file or folder may know.
 *
 * @type {Record<string, string>}
 */
const ONLY_IN = {
  sharp: 'image/open-sharp.ts',
  'onnxruntime-node': 'runners/onnx/',
  commander: 'cli/',
  '@commander-js/extra-typings': 'cli/',
};

const src = join(import.meta.dirname, '..', 'src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((name) => name.split(sep).join('/'))
  .filter((file) => /\.tsx?$/.test(file));
/** @type {string[]} */
const complaints = files.length === 0 ? ['no source files found'] : [];
/** @type {Map<string, string[]>} */
const imports = new Map();
for (const file of files) imports.set(file, importsOf(file));
for (const circle of circles()) complaints.push(`these import each other: ${circle.join(' -> ')}`);
for (const complaint of complaints) console.error(complaint);
console.log(`${files.length} files in src/, ${complaints.length} complaints about imports`);
process.exitCode = complaints.length > 0 ? 1 : 0;

/**
 * The files that one imports; what it must not import is complained about.
 * @param {string} file
 */
function importsOf(file) {
  const room = file.split('/')[0];
  const own = [];
  for (const [, target] of readFileSync(join(src, file), 'utf8').matchAll(
    /(?:from|import)\s*\(?\s*'([^']+)'/g,
  )) {
    if (!target.startsWith('.')) {
      const place = ONLY_IN[/** @type {keyof typeof ONLY_IN} */ (target)];
      if (place !== undefined && !file.startsWith(place))
        complaints.push(`${file}: only ${place} may import ${target}`);
      continue;
    }
    const path = posix.join(posix.dirname(file), target).replace(/\.jsx?$/, '');
    const other = path.split('/')[0];
    const allowed = MAY_IMPORT[room] ?? [];
    if (other !== room && !SEES_ALL.has(room) && !allowed.includes(other))
      complaints.push(`${file}: ${room} must not import ${other} (${target})`);
    own.push(existsSync(join(src, `${path}.tsx`)) ? `${path}.tsx` : `${path}.ts`);
  }
  return own;
}

/** Circles among files, each once, as the paths round. */
function circles() {
  /** @type {string[][]} */
  const found = [];
  /** @type {Map<string, 'open' | 'done'>} */
  const state = new Map();
  /** @type {string[]} */
  const path = [];
  /** @param {string} file */
  const visit = (file) => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      found.push([...path.slice(path.indexOf(file)), file]);
      return;
    }
    state.set(file, 'open');
    path.push(file);
    for (const other of imports.get(file) ?? []) visit(other);
    path.pop();
    state.set(file, 'done');
  };
  for (const file of files) visit(file);
  return found;
}
