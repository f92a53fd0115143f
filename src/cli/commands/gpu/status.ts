import { Command } from '@commander-js/extra-typings';
import { EXIT_STATUS, type ExitStatus } from '../../../core/errors.js';
import { formatMegabytes, wrapText } from '../../../core/text.js';
import { jsonText } from '../../../reports/formats/json.js';
import { plainTable } from '../../../reports/formats/plain-table.js';
import type { GpuStatus } from '../../../runners/onnx/gpu/gpu-status.js';
import { listWidth, textWidth, type DefineCommand } from '../../context.js';

/**
 * `maskbench gpu status`: every link from the driver to a provider that loads; 69 if something is installed and a link is broken,
 * 65 if a file of it has changed.
 */
export const status: DefineCommand = (context, setStatus) =>
  new Command('status')
    .description('what CUDA needs here: what is there, from where, and which link is broken')
    .option('--sums', 'hash all that is installed, too')
    .option('--json', 'as JSON')
    .action(async ({ sums, json }) => {
      const { assertCudaPlatform } = await import('../../../runners/onnx/gpu/install-gpu.js');
      const { changedFiles, gpuStatus } = await import('../../../runners/onnx/gpu/gpu-status.js');
      assertCudaPlatform();
      const found = await gpuStatus(context.env);
      const changed = sums !== true || found.installed === null ? null : await changedFiles(found.installed);
      setStatus(exitStatusFor(found, changed ?? []));
      if (json === true) return context.out(jsonText({ ...found, changed }));
      const lines = [
        ...describe(found, listWidth(context)),
        ...(changed === null ? [] : describeSums(changed)),
        next(found),
      ];
      context.out(
        `${lines.map((line) => (line.includes('\n') ? line : wrapText(line, '  ', '', textWidth(context)))).join('\n')}\n`,
      );
    });

/** Where nothing is installed, nothing is broken either. */
function exitStatusFor({ installed, provider, broken }: GpuStatus, changed: readonly string[]): ExitStatus {
  const isThere = installed !== null || provider !== null;
  if (isThere && broken !== null) return EXIT_STATUS['device.unavailable'];
  return changed.length > 0 ? EXIT_STATUS['source.checksum'] : 0;
}

function describe(
  { driver, engine, installed, provider, libraries }: GpuStatus,
  width: number | undefined,
): readonly string[] {
  const files = libraries.map(({ name, wanted, folder, reason }) => [
    name,
    wanted === 'load' ? 'to load' : 'later',
    reason === null ? 'yes' : 'no',
    reason !== null ? '-' : folder === null ? 'the system' : 'gpu install',
  ]);
  const parts = (installed?.parts ?? []).map(({ from, bytes, checked, fault }) => [
    // Of a wheel name and version; the rest of its name are tags.
    from.replace(/^(\w+-[\d.]+)-.*\.whl$/, '$1'),
    formatMegabytes(bytes),
    fault === null ? { pinned: 'pinned', given: 'as given', 'first-use': 'recorded' }[checked] : 'broken',
  ]);
  return [
    driver.kind === 'found' ? `driver: ${driver.version} (${driver.from})` : `driver: none; ${driver.reason}`,
    `ONNX Runtime: ${engine ?? 'not fetched yet'}`,
    provider === null
      ? 'provider: none beside ONNX Runtime'
      : `provider: for CUDA ${provider.cuda ?? '(none)'}; ${provider.linkedTo === null ? 'a file beside ONNX Runtime' : `linked to ${provider.linkedTo}`}`,
    installed === null
      ? 'installed: nothing'
      : `installed: CUDA ${installed.cuda} for ONNX Runtime ${installed.engine} in ${installed.home}`,
    ...(installed?.tensorrt == null ? [] : [`TensorRT: ${installed.tensorrt}`]),
    ...(parts.length === 0 ? [] : ['', plainTable(['archive', 'MB kept', 'sum'], parts, width)]),
    ...(files.length === 0 ? [] : ['', plainTable(['library', 'wanted', 'opens', 'from'], files, width)]),
    '',
  ];
}

function describeSums(changed: readonly string[]): readonly string[] {
  if (changed.length === 0) return ['sums: all as they came out of their archives'];
  return changed.map((path) => `sums: ${path} has changed; "maskbench gpu remove" and "gpu install" mend it`);
}

function next({ broken }: GpuStatus): string {
  return broken === null
    ? 'next: "maskbench devices" runs a network on every card'
    : `broken: ${broken.what}; ${broken.remedy}`;
}
