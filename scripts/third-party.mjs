// Writes THIRD-PARTY-NOTICES.md of package-lock.json: `npm run notices`. A test compares it with what is installed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '..');

/** What Maskbench fetches into its cache, and its own development installs. */
const ENGINE = new Set(['node_modules/onnxruntime-node', 'node_modules/onnxruntime-common']);

/** @typedef {{ readonly name: string, readonly version: string, readonly licence: string }} Package */

/**
 * Packages that an installation of Maskbench takes, on whatever platform, and the engine that it fetches on first use; tools of its
 * development are left out.
 * @returns {Package[]}
 */
export function shippedPackages() {
  /** @type {{ packages: Record<string, { version: string, license?: string, dev?: boolean }> }} */
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  /** @type {Map<string, Package>} */
  const found = new Map();
  for (const [path, { version, license = 'not said', dev }] of Object.entries(lock.packages)) {
    if (path === '' || (dev === true && !ENGINE.has(path))) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    found.set(`${name}@${version}`, { name, version, licence: license });
  }
  return [...found.values()].sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/**
 * The libraries in the binary that sharp comes with, as that says itself; none where it is not installed.
 * @returns {{ readonly library: string, readonly licence: string }[]}
 */
export function librariesInLibvips() {
  const folder = join(ROOT, 'node_modules', '@img');
  const readme = readdirSync(folder)
    .filter((name) => name.startsWith('sharp-libvips-'))
    .map((name) => join(folder, name, 'README.md'))
    .find((path) => existsSync(path));
  const text = readme === undefined ? '' : readFileSync(readme, 'utf8');
  return [...text.matchAll(/^\| ([\w-]+) +\| (.+?) *\|$/gm)]
    .map(([, library = '', licence = '']) => ({
      library,
      licence: licence.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1'),
    }))
    .filter(({ library }) => library !== 'Library' && !library.startsWith('-'));
}

/** @returns {string} */
export function notices() {
  const packages = shippedPackages();
  const libraries = librariesInLibvips();
  const isCopyleft = (/** @type {string} */ licence) => /GPL|MPL|Mozilla/.test(licence);
  const table = (/** @type {string[]} */ head, /** @type {string[][]} */ rows) =>
    [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return `# Third-party notices

Maskbench is under the Apache License 2.0 (\`LICENSE\`). Its npm package holds no code of others; installing it fetches these
packages, each with its licence text in its own folder below \`node_modules\`; onnxruntime-node and onnxruntime-common (MIT, by
Microsoft) are fetched on first use, into the cache. Written by \`npm run notices\` from \`package-lock.json\`.

## Copyleft parts

sharp comes with a prebuilt shared library, libvips, in a package of its own per platform (\`@img/sharp-libvips-*\`; on Windows and
for WebAssembly inside \`@img/sharp-*\`), under LGPL-3.0-or-later. It is loaded as it is, unchanged, and can be replaced by one of your own: build
libvips, and sharp against it (https://sharp.pixelplumbing.com/install). Its sources and build: https://github.com/lovell/sharp-libvips. In it are

${table(
  ['library', 'licence'],
  libraries.filter(({ licence }) => isCopyleft(licence)).map(({ library, licence }) => [library, licence]),
)}

and, under permissive licences,

${table(
  ['library', 'licence'],
  libraries.filter(({ licence }) => !isCopyleft(licence)).map(({ library, licence }) => [library, licence]),
)}

\`maskbench gpu install\` fetches ONNX Runtime's CUDA and TensorRT providers (MIT) and NVIDIA's libraries for them, under NVIDIA's own licences,
if you run it. Models and datasets are not part of Maskbench; \`maskbench models list\` and \`datasets list\` name their licences.

## Packages

${table(
  ['package', 'version', 'licence'],
  packages.map(({ name, version, licence }) => [
    name,
    version,
    isCopyleft(licence) ? `**${licence}**` : licence,
  ]),
)}
`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { format } = await import('prettier');
  const text = await format(notices(), {
    parser: 'markdown',
    ...JSON.parse(readFileSync(join(ROOT, '.prettierrc.json'), 'utf8')),
  });
  writeFileSync(join(ROOT, 'THIRD-PARTY-NOTICES.md'), text);
  console.log(`THIRD-PARTY-NOTICES.md: ${shippedPackages().length} packages`);
}
