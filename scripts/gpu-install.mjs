// Fetches the CUDA and TensorRT providers of onnxruntime-node, which its npm package leaves out for their size.
// The project installs without scripts, so that it installs everywhere; whoever has an NVIDIA card runs this once
// after every `npm ci` (docs/gpu.md). A package has no engine of its own: there onnxruntime-node is installed beside it first.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error(
    `gpu:install: CUDA needs Linux x64, this is ${process.platform} ${process.arch}; nothing was done`,
  );
  process.exit(69);
}
let root;
try {
  root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
} catch {
  console.error(
    'gpu:install: onnxruntime-node is not here; "npm install onnxruntime-node@1.30.0" brings it (docs/gpu.md)',
  );
  process.exit(69);
}
const { status } = spawnSync(process.execPath, [join(root, 'script', 'install.js')], {
  cwd: root,
  stdio: 'inherit',
  // Without this variable the script decides by itself to do nothing.
  env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: process.argv[2] ?? 'true' },
});
const library = join(root, 'bin', 'napi-v6', 'linux', 'x64', 'libonnxruntime_providers_cuda.so');
if (status !== 0 || !existsSync(library)) {
  console.error('gpu:install: the CUDA provider could not be fetched (it comes from NuGet; is it in reach?)');
  process.exit(69);
}
for (const provider of ['cuda', 'shared', 'tensorrt']) {
  const path = join(dirname(library), `libonnxruntime_providers_${provider}.so`);
  if (!existsSync(path)) continue;
  console.log(`${createHash('sha256').update(readFileSync(path)).digest('hex')}  ${path}`);
}
console.log('gpu:install: not checked by a hash that we know (SECURITY.md); keep the lines above to compare');
console.log('gpu:install: CUDA and TensorRT providers are in place; see "npx maskbench devices"');
