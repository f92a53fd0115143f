// A folder in which the examples of docs/plugins are used, each as a file or as an installed package, and what is done there: by a
// test with what is compiled, and by scripts/try-package.mjs with what is packed.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export const EXAMPLES = [
  'metric',
  'protocol',
  'layout',
  'runner',
  'format',
  'gate-rule',
  'source',
  'command',
];
const MODEL = 'contrast-baseline';

/**
 * @typedef {{
 *   readonly args: readonly string[], readonly status?: number, readonly says: RegExp,
 * }} Step
 */

/** What a package of an example is called. @param {string} example */
export const packageOf = (example) => `maskbench-plugin-${example}`;

/** Writes the examples as packages into folders, each to be packed. @param {string} folder @param {string} root of Maskbench */
export function writePackages(folder, root) {
  return EXAMPLES.map((example) => {
    const own = join(folder, packageOf(example));
    mkdirSync(own, { recursive: true });
    copyFileSync(join(root, 'docs/plugins', `${example}.mjs`), join(own, 'plugin.mjs'));
    const file = { name: packageOf(example), version: '1.2.3', type: 'module', exports: './plugin.mjs' };
    writeFileSync(
      join(own, 'package.json'),
      JSON.stringify({ ...file, peerDependencies: { maskbench: '*' } }),
    );
    return own;
  });
}

/**
 * Writes configs, gate and data, and the examples themselves where they are files.
 *
 * @param {string} folder @param {string} root of Maskbench @param {'files' | 'packages'} as
 * @returns {{ readonly env: Record<string, string>, readonly steps: readonly Step[] }}
 */
export function writePluginProject(folder, root, as) {
  /** @param {readonly string[]} names */
  const entries = (...names) =>
    names.map((name) => (as === 'files' ? `./${name}.mjs` : packageOf(name))).join(', ');
  const photos = join(root, 'samples/humans/validation');
  for (const side of ['im', 'gt']) mkdirSync(join(folder, 'data', side), { recursive: true });
  const pairs = readdirSync(join(photos, 'gt'))
    .sort()
    .slice(0, 2)
    .map((mask) => {
      const stem = basename(mask, '.png');
      copyFileSync(join(photos, 'gt', mask), join(folder, 'data/gt', mask));
      copyFileSync(join(photos, 'im', `${stem}.jpg`), join(folder, 'data/im', `${stem}.jpg`));
      return `im/${stem}.jpg,gt/${mask}\n`;
    });
  writeFileSync(join(folder, 'data/pairs.csv'), pairs.join(''));
  if (as === 'files') {
    for (const example of [...EXAMPLES, 'template'])
      copyFileSync(join(root, 'docs/plugins', `${example}.mjs`), join(folder, `${example}.mjs`));
    writeFileSync(join(folder, 'template.yaml'), 'plugins: [./template.mjs]\n');
  }
  const shelf = join(root, 'configs/models');
  const sha256 = createHash('sha256')
    .update(readFileSync(join(shelf, `${MODEL}.onnx`)))
    .digest('hex');
  writeFileSync(
    join(folder, 'run.yaml'),
    `name: mine
plugins: [${entries('metric', 'protocol', 'layout', 'runner', 'source')}]
models:
  - { name: bright, feeding: luma.threshold, level: 128 }
  - { extends: ${MODEL}, name: shelved, files: { kind: shelf.model, name: ${MODEL}, sha256: ${sha256} } }
datasets: [{ name: photos, layout: csv.pairs, root: '\${CONFIG_DIR}/data' }]
scoring: { protocols: [fixed, softness, strict.levels] }
`,
  );
  writeFileSync(join(folder, 'plugins.yaml'), `plugins: [${entries('format', 'command')}]\n`);
  writeFileSync(
    join(folder, 'gate.yaml'),
    `version: 2
name: mine
plugins: [${entries('gate-rule', 'metric')}]
worst.image: { metric: softness.share, noWorseThan: 0.5 }
`,
  );
  const both = ['--baseline', 'runs/mine', '--candidate', 'runs/mine'];
  const version =
    as === 'files'
      ? /softness\|.*plugin:sha256-[0-9a-f]{16}\|/
      : /softness\|.*plugin:maskbench-plugin-metric@1\.2\.3\|/;
  /** @type {Step[]} */
  const steps = [
    { args: ['run', 'run.yaml', '--no-time'], says: version },
    {
      args: ['report', 'runs/mine', '--format', 'csv'],
      says: /^accuracy,bright,photos,softness\.share,mean,0\.\d+,2,/m,
    },
    {
      args: ['report', 'runs/mine', '--format', 'csv'],
      says: /^accuracy,shelved,photos,strict\.levels\.iou64,mean,0\.\d+,2,/m,
    },
    {
      args: ['report', 'runs/mine', '--format', 'tabbed.tsv', '--config', 'plugins.yaml'],
      says: /^accuracy\tbright\tphotos\tiou\tmean\t/m,
    },
    {
      args: ['check', ...both, '--gate', 'gate.yaml', '--model-a', 'bright', '--model-b', 'bright'],
      says: /^PASS +Soft pixels of the worst image: no worse than 0\.5$/m,
    },
    { args: ['--config', 'plugins.yaml', 'tell.failures', 'runs/mine'], says: /^$/ },
    { args: ['resume', 'runs/mine', '--config', 'run.yaml'], says: /sealed/ },
    {
      args: ['resume', 'runs/mine'],
      status: 64,
      says: /made with the plug-in "softness" \(.+\), which is not loaded; name the config/,
    },
  ];
  if (as === 'files') {
    const score = [
      'score',
      '--pred',
      'runs/mine/predictions/bright/photos',
      '--gt',
      'data/gt',
      '--protocol',
      'acme',
    ];
    steps.push({ args: [...score, '--config', 'template.yaml'], says: /acme\.mine +0\.\d+/ });
  }
  return { env: { SHELF: shelf }, steps };
}
