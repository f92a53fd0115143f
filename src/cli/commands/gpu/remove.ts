import { Command } from '@commander-js/extra-typings';
import { formatMegabytes } from '../../../core/text.js';
import { jsonText } from '../../../reports/formats/json.js';
import type { DefineCommand } from '../../context.js';
import { withGpuLock } from './lock-gpu.js';

/** `maskbench gpu remove`. */
export const remove: DefineCommand = (context) =>
  new Command('remove')
    .description('remove what "gpu install" has put into the cache')
    .option('--json', 'as JSON: what was removed')
    .action(async ({ json }) => {
      const { readInstalled } = await import('../../../runners/onnx/gpu/installed.js');
      const { removeGpu } = await import('../../../runners/onnx/gpu/remove-gpu.js');
      const removed = await withGpuLock(context, async (home) => {
        const installed = await readInstalled(home);
        await removeGpu(home, context.env);
        const bytes = installed?.parts.reduce((sum, part) => sum + part.bytes, 0) ?? 0;
        return { home, cuda: installed?.cuda ?? null, bytes };
      });
      const { home, cuda, bytes } = removed;
      if (json === true) return context.out(jsonText(removed));
      context.out(
        cuda === null
          ? `nothing is installed in ${home}\n`
          : `removed CUDA ${cuda} (${formatMegabytes(bytes)} MB) from ${home}\n`,
      );
    });
