// Bundles the script that the HTML report carries: src/reports/page/client into one file of dist/, which is inlined in
// every page. Run by "npm run build".
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outfile = join(root, 'dist/reports/page/client.js');
/** Of a script that every page carries. One that is larger has taken in what draws plots on the other side. */
const MOST_BYTES = 60_000;

await build({
  entryPoints: [join(root, 'src/reports/page/client/main.ts')],
  outfile,
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome111', 'firefox115', 'safari16.4'],
  charset: 'ascii',
  legalComments: 'none',
  tsconfig: join(root, 'tsconfig.client.json'),
  logLevel: 'warning',
});

const { size } = statSync(outfile);
if (size > MOST_BYTES) throw new Error(`the page's script has ${size} bytes; expected at most ${MOST_BYTES}`);
