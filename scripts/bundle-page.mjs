// Bundles the script that the HTML report carries: src/reports/page/client into one file of dist/, which is inlined in
// every page. Run by "npm run build".
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
await build({
  entryPoints: [join(root, 'src/reports/page/client/main.ts')],
  outfile: join(root, 'dist/reports/page/client.js'),
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome111', 'firefox115', 'safari16.4'],
  charset: 'ascii',
  legalComments: 'none',
  tsconfig: join(root, 'tsconfig.client.json'),
  logLevel: 'warning',
});
