// Compiles the WebAssembly text in src/image to binaries in dist/image. Run by "npm run build".
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import initWabt from 'wabt';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src/image');
const target = join(root, 'dist/image');
const wabt = await initWabt();
mkdirSync(target, { recursive: true });
for (const name of readdirSync(source).filter((file) => file.endsWith('.wat'))) {
  const module = wabt.parseWat(name, readFileSync(join(source, name), 'utf8'), { simd: true });
  module.resolveNames();
  module.validate();
  writeFileSync(join(target, `${basename(name, '.wat')}.wasm`), module.toBinary({}).buffer);
  module.destroy();
}
