import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { formatMegabytes } from '../../../core/text.js';
import { jsonText } from '../../../reports/formats/json.js';
import type { InstallPlan } from '../../../runners/onnx/gpu/install-gpu.js';
import type { Installed } from '../../../runners/onnx/gpu/installed.js';
import type { CliContext, DefineCommand } from '../../context.js';
import { assertMeant } from '../../meant-flags.js';
import { withGpuLock } from './lock-gpu.js';

const cudaFlag = () =>
  new Option('--cuda <version>', 'which CUDA (default: the newest that the driver runs)').choices([
    '13',
    '12',
  ] as const);

/** `maskbench gpu install`. */
export const install: DefineCommand = (context) =>
  new Command('install')
    .description("fetch ONNX Runtime's CUDA provider and NVIDIA's libraries into the cache")
    .addOption(cudaFlag())
    .option('--from <archive>', 'take the provider out of this wheel or NuGet package')
    .option('--sha256 <sum>', 'with --from: the SHA-256 that the archive must have', sha256)
    .option('--tensorrt <folder>', 'a folder with the libraries of TensorRT 10, for --device tensorrt')
    .option('--json', 'as JSON: what is installed')
    .action(async (options) => {
      const { cuda, from, tensorrt, json } = options;
      assertMeant(options, { sha256: [from !== undefined, 'an archive of your own', 'add --from'] });
      const { assertCudaPlatform, installGpu } = await import('../../../runners/onnx/gpu/install-gpu.js');
      const { ensureEngine } = await import('../../../runners/onnx/engine/ensure-engine.js');
      const { cudaFor, findDriver } = await import('../../../runners/onnx/gpu/driver.js');
      const { createDownloadProgress } = await import('../../download-progress.js');
      const { cwd, env, signal } = context;
      assertCudaPlatform();
      const driver = await findDriver();
      // Where there is no card nothing is fetched, ONNX Runtime neither.
      if (cuda === undefined) cudaFor(driver);
      const onProgress = createDownloadProgress(context);
      const installed = await withGpuLock(context, async () => {
        await ensureEngine({ env, signal, onProgress });
        return await installGpu({
          driver,
          cuda: cuda === undefined ? undefined : cuda === '12' ? 12 : 13,
          from: from === undefined ? undefined : { path: resolve(cwd, from), sha256: options.sha256 },
          tensorrt: tensorrt === undefined ? undefined : resolve(cwd, tensorrt),
          env,
          signal,
          onProgress,
          onPlan: (plan) => context.err(`${describePlan(plan)}\n`),
        });
      });
      if (json === true) return context.out(jsonText(installed));
      tell(installed, context);
    });

function sha256(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new InvalidArgumentError('expected 64 hexadecimal digits.');
  return text;
}

function describePlan({ cuda, home, wheels, downloadBytes, keptBytes }: InstallPlan): string {
  if (wheels === 0) return `CUDA ${cuda}: all libraries are in ${home}`;
  const [fetched, kept] = [downloadBytes, keptBytes].map(formatMegabytes);
  return `CUDA ${cuda}: ${wheels} archives are fetched, ${fetched} MB in all; ${kept} MB of them are kept in ${home}`;
}

function tell({ cuda, parts, home }: Installed, { out }: CliContext): void {
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const trusted = parts.filter(({ checked }) => checked === 'first-use');
  const lines = [
    `CUDA ${cuda} is installed: ${formatMegabytes(bytes)} MB in ${home}`,
    ...trusted.map(
      ({ from, sha256: sum }) =>
        `not checked by a sum that is known; keep this one to compare: ${sum}  ${from}`,
    ),
    'NVIDIA\'s libraries are under its own licence: see the files "License.txt" there',
    'next: "maskbench devices" runs a network on every card',
  ];
  out(`${lines.join('\n')}\n`);
}
