// Fetches the CUDA and TensorRT providers of onnxruntime-node, which its npm package leaves out for their size.
// The project installs without scripts, so that it installs everywhere; whoever has an NVIDIA card runs this once
// after every `npm ci` (docs/gpu.md).
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error(
    `gpu:install: CUDA needs Linux x64, this is ${process.platform} ${process.arch}; nothing was done`,
  );
  process.exit(69);
}
const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
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
console.log('gpu:install: CUDA and TensorRT providers are in place; see "npx maskbench devices"');
