import { Command } from '@commander-js/extra-typings';
import { formatMegabytes } from '../../../core/text.js';
import type { DefineCommand } from '../../context.js';
import { withGpuLock } from './lock-gpu.js';

/** `maskbench gpu remove`. */
export const remove: DefineCommand = (context) =>
  new Command('remove').description('remove what "gpu install" has put into the cache').action(async () => {
    const { readInstalled } = await import('../../../runners/onnx/gpu/installed.js');
    const { removeGpu } = await import('../../../runners/onnx/gpu/remove-gpu.js');
    await withGpuLock(context, async (home) => {
      const installed = await readInstalled(home);
      const bytes = installed?.parts.reduce((sum, part) => sum + part.bytes, 0) ?? 0;
      await removeGpu(home, context.env);
      context.out(
        installed === undefined
          ? `nothing is installed in ${home}\n`
          : `removed CUDA ${installed.cuda} (${formatMegabytes(bytes)} MB) from ${home}\n`,
      );
    });
  });
