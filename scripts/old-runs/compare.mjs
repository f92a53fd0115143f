// Holds what a build of Maskbench says of the runs that commit 5c38cc8 stored against what that commit said of them:
// every number and every label of tables, summaries and verdicts. Ends with status 1 if anything differs that
// test/fixtures/runs-0.1/exceptions.json does not declare, or if something declared there no longer differs.
//
//   node scripts/old-runs/compare.mjs [--tree <folder of another build>] [--only <start of a case>] [--write]
//       [--expected <folder>] [--exceptions <file>]
//
// --write keeps what is said as what is expected; it is for the tree of 5c38cc8 alone.

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { CASES } from './cases.mjs';
import { covers, differencesOf, isAbout, renamed } from './differences.mjs';
import { figuresOf, stored, storedDrawings } from './figures.mjs';

/** @typedef {import('./cases.mjs').Output} Output */

const root = resolve(import.meta.dirname, '..', '..');
const fixtures = join(root, 'test', 'fixtures', 'runs-0.1');
const { values: options } = parseArgs({
  options: {
    tree: { type: 'string', default: root },
    expected: { type: 'string', default: join(fixtures, 'expected') },
    exceptions: { type: 'string', default: join(fixtures, 'exceptions.json') },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
});
/** @type {{ renamed: import('./differences.mjs').Renaming[], differences: import('./differences.mjs').Exception[] }} */
const declared = JSON.parse(readFileSync(options.exceptions, 'utf8'));
/** @type {typeof import('../../dist/cli/program.js')} */
const { runCli } = await import(pathToFileURL(join(resolve(options.tree), 'dist', 'cli', 'program.js')).href);

/** What stands in the stored files for the folder that they lie in. */
const NEUTRAL = '/maskbench-0.1';

/** Characters of an expected output above which it is kept packed. */
const LARGE = 12_000;

/** The stored runs in a folder that may be written to, as if they had been made there. */
function unpack() {
  const folder = mkdtempSync(join(tmpdir(), 'old-runs-'));
  for (const name of readdirSync(fixtures)) {
    if (!['expected', 'README.md', 'exceptions.json'].includes(name))
      cpSync(join(fixtures, name), join(folder, name), { recursive: true });
  }
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, file);
    if (!/\.jsonl?(\.gz)?$/.test(file)) continue;
    const text = file.endsWith('.gz')
      ? gunzipSync(readFileSync(path)).toString()
      : readFileSync(path, 'utf8');
    rmSync(path);
    writeFileSync(path.replace(/\.gz$/, ''), text.replaceAll(NEUTRAL, folder));
  }
  mkdirSync(join(folder, 'out'));
  return folder;
}

/** @param {readonly string[]} argv @param {string} cwd */
async function maskbench(argv, cwd) {
  let [out, err] = ['', ''];
  const { GITHUB_ACTIONS: _, ...env } = process.env;
  const status = await runCli(argv, {
    out: (/** @type {string} */ text) => void (out += text),
    err: (/** @type {string} */ text) => void (err += text),
    outIsTerminal: false,
    cwd,
    env,
    interactive: false,
    signal: new AbortController().signal,
  });
  return { status, out, err };
}

/** An output in the form in which it is stored. @param {Output} output @param {string} out @param {string} folder */
async function read({ of, file }, out, folder) {
  if (file === undefined) return stored(of, out.replaceAll(folder, NEUTRAL));
  const path = join(folder, file);
  if (of === 'parquet') return (await readParquet(path)).replaceAll(folder, NEUTRAL);
  if (statSync(path).isDirectory()) {
    return storedDrawings(
      new Map(
        readdirSync(path)
          .sort()
          .map((name) => [name, readFileSync(join(path, name), 'utf8')]),
      ),
    );
  }
  return stored(of, readFileSync(path, 'utf8').replaceAll(folder, NEUTRAL));
}

/** As the CSV of the same cells. @param {string} path */
async function readParquet(path) {
  const { buffer } = new Uint8Array(readFileSync(path));
  const rows = await parquetReadObjects({ file: buffer });
  /** @param {unknown} value */
  const cell = (value) =>
    /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? '');
  return [Object.keys(rows[0]), ...rows.map((row) => Object.values(row))]
    .map((row) => `${row.map(cell).join(',')}\n`)
    .join('');
}

/** @param {string} text @param {readonly string[]} fields */
const withoutFields = (text, fields) =>
  JSON.stringify(JSON.parse(text, (key, value) => (fields.includes(key) ? undefined : value)));

/** Where a file of the fixtures lies, packed or not. @param {string} file */
const placeOf = (file) =>
  file.startsWith('expected/')
    ? join(options.expected, file.slice('expected/'.length))
    : join(fixtures, file);

/** @param {string} file */
function expected(file) {
  const path = placeOf(file);
  return existsSync(path) ? readFileSync(path, 'utf8') : gunzipSync(readFileSync(`${path}.gz`)).toString();
}

/** @param {string} file @param {string} text */
function keep(file, text) {
  const path = placeOf(file);
  mkdirSync(dirname(path), { recursive: true });
  if (text.length > LARGE) writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
  else writeFileSync(path, text);
}

/** How one output differs from what is expected. @param {Output} output @param {string} name @param {string} out @param {string} folder */
async function differencesIn(output, name, out, folder) {
  const { of, file, like = `expected/${name}.${of}`, changing = [] } = output;
  if (file !== undefined && !existsSync(join(folder, file))) return [MISSING];
  const text = await read(output, out, folder);
  if (options.write && like.startsWith(`expected/${name}.`)) keep(like, text);
  const [was, now] = [expected(like), text].map((one) =>
    changing.length > 0 ? withoutFields(one, changing) : one,
  );
  const format = of === 'parquet' ? 'csv' : of;
  return differencesOf(renamed(figuresOf(format, was), declared.renamed), figuresOf(format, now));
}

/** @type {import('./differences.mjs').Difference} */
const MISSING = { at: 'output', kind: 'missing' };

const started = performance.now();
const used = new Set();
/** @type {string[]} */
const undeclared = [];
let [lines, outputs, excused] = [0, 0, 0];

/** @param {string} name @param {import('./differences.mjs').Difference[]} differences */
function judge(name, differences) {
  for (const difference of differences) {
    const exception = declared.differences.find((one) => covers(one, name, difference));
    if (exception === undefined) undeclared.push(`${name}: ${described(difference)}`);
    else {
      used.add(exception);
      excused++;
    }
  }
}

/** @param {import('./differences.mjs').Difference} difference */
function described({ at, kind, was, now }) {
  const values = [was, now]
    .filter((value) => value !== undefined)
    .map((value) => JSON.stringify(value).slice(0, 200));
  return `${at}: ${kind} ${values.join(' -> ')}`.trim();
}

const cases = CASES.filter(({ name }) => name.startsWith(options.only));
const folder = unpack();
try {
  // a gate of 0.1 is refused as it is; a build that does not know the command reads it
  const migrated = await maskbench(['gate', 'migrate', 'gate.yaml'], folder);
  if (migrated.status === 0) writeFileSync(join(folder, 'gate.yaml'), migrated.out);
  /** @type {Record<string, number>} */
  const statuses = options.write ? {} : JSON.parse(expected('expected/statuses.json'));
  for (const { name, line, outputs: all, without = [] } of cases) {
    for (const file of without) rmSync(join(folder, file));
    const { status, out, err } = await maskbench(line.trim().split(/\s+/), folder);
    lines++;
    if (options.write) statuses[name] = status;
    if (status !== statuses[name]) {
      judge(name, [{ at: 'status', kind: 'changed', was: statuses[name], now: `${status} ${err}`.trim() }]);
    }
    // A refusal leaves nothing but its status.
    if (status >= 64 || statuses[name] >= 64) continue;
    for (const output of all) {
      const own = output.file === undefined || all.length === 1 ? name : `${name} ${output.file}`;
      judge(own, await differencesIn(output, own.replaceAll(/ .*\//g, '-'), out, folder));
      outputs++;
    }
  }
  if (options.write) keep('expected/statuses.json', `${JSON.stringify(statuses, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

// Of some cases alone nobody can tell whether what is declared of more than these still differs.
const stale = declared.differences.filter(
  (one) =>
    !used.has(one) && one.case.startsWith(options.only) && cases.some(({ name }) => isAbout(one, name)),
);
for (const line of undeclared) console.log(line);
for (const { case: name, at, kind } of stale) {
  console.log(`declared, yet nothing differs: ${name}: ${at}: ${kind}`);
}
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `${lines} command lines, ${outputs} outputs in ${seconds} s: ${undeclared.length} undeclared differences, ${excused} declared`,
);
process.exitCode = undeclared.length + stale.length > 0 ? 1 : 0;
