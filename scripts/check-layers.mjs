// Fails if a folder of src/ imports one that it must not see, or if a library is imported outside its one place.
// (dependency-cruiser does not read TypeScript 7 yet.)
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';

/** core <- image <- {datasets, models, metrics} <- runners <- evaluate <- cli; reports and stats stand aside. */
const MAY_IMPORT = {
  core: [],
  image: ['core'],
  stats: ['core'],
  reports: ['core', 'image'],
  datasets: ['core', 'image'],
  models: ['core', 'image'],
  metrics: ['core', 'image'],
  runners: ['core', 'image', 'models'],
  evaluate: ['core', 'image', 'datasets', 'models', 'metrics', 'runners', 'stats'],
  cli: ['core', 'image', 'stats', 'reports', 'datasets', 'models', 'metrics', 'runners', 'evaluate'],
};

/** Libraries that only one file or folder may know. */
const ONLY_IN = {
  sharp: 'image/codec.ts',
  'onnxruntime-node': 'runners/',
  commander: 'cli/',
  'cli-progress': 'cli/',
};

const complaints = [];
const src = join(import.meta.dirname, '..', 'src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
for (const file of files.map((name) => name.split(sep).join('/'))) {
  const folder = file.split('/')[0];
  const text = readFileSync(join(src, file), 'utf8');
  for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    if (target.startsWith('.')) {
      const other = posix.join(posix.dirname(file), target).split('/')[0];
      if (other === folder || !file.includes('/')) continue;
      if (!MAY_IMPORT[folder]?.includes(other))
        complaints.push(`${file}: ${folder} must not import ${other} (${target})`);
    } else {
      const place = ONLY_IN[target];
      if (place !== undefined && !file.startsWith(place))
        complaints.push(`${file}: only ${place} may import ${target}`);
    }
  }
}
if (files.length === 0) complaints.push('no source files found');
for (const complaint of complaints) console.error(complaint);
console.log(
  `${files.length} files in ${relative(dirname(src), src)}/, ${complaints.length} forbidden imports`,
);
process.exitCode = complaints.length > 0 ? 1 : 0;
