import { Command } from '@commander-js/extra-typings';
import { wrapText } from '../../core/text.js';
import { jsonText } from '../../reports/formats/json.js';
import { plainTable } from '../../reports/formats/plain-table.js';
import { formatGpuMemory, type Gpu, type GpuState } from '../../runners/onnx/devices/gpu.js';
import type { DeviceList, ListedDevice } from '../../runners/onnx/devices/list-devices.js';
import type { Processor } from '../../runners/onnx/devices/processor.js';
import { listWidth, textWidth, type DefineCommand } from '../context.js';

/** `maskbench devices`: what this machine has, what it can run on, and what would help with the rest. */
export const devices: DefineCommand = (context) =>
  new Command('devices').option('--json', 'as JSON').action(async ({ json }) => {
    const { listDevices } = await import('../../runners/onnx/devices/list-devices.js');
    const { ensureEngine } = await import('../../runners/onnx/engine/ensure-engine.js');
    const { createDownloadProgress } = await import('../download-progress.js');
    const { env, signal } = context;
    await ensureEngine({ env, signal, onProgress: createDownloadProgress(context) });
    const list = await listDevices(signal);
    if (json === true) return context.out(jsonText(list));
    const { processor, gpus } = list;
    const rows = list.devices.map(({ device, usable, hardware }) => [
      device,
      usable ? 'yes' : 'no',
      hardware ?? '-',
    ]);
    const lines = [
      ...describeProcessor(processor),
      ...(gpus.length === 0
        ? ['no GPU that a driver reports']
        : gpus.flatMap((gpu) => describeGpu(gpu, list))),
      '',
      plainTable(['device', 'usable', 'hardware'], rows, listWidth(context)),
      '',
      ...list.devices.filter(({ usable }) => !usable).map(explain),
    ];
    context.out(
      `${lines.map((line) => (line.includes('\n') ? line : wrapText(line, '  ', '', textWidth(context)))).join('\n')}\n`,
    );
  });

function describeProcessor(processor: Processor): readonly string[] {
  const { model, logicalCores, physicalCores, usableCores, memoryBytes, caches, limits, virtual } = processor;
  const parts = [
    `${logicalCores} logical cores${physicalCores === null ? '' : ` on ${physicalCores} physical ones`}`,
    ...(usableCores === logicalCores ? [] : [`${usableCores} of them usable`]),
    `${gigabytes(memoryBytes)} of memory`,
    ...(caches.length === 0 ? [] : [caches.join(', ')]),
    ...(limits.cores === null ? [] : [`limited to ${limits.cores} cores`]),
    ...(limits.memoryBytes === null ? [] : [`limited to ${gigabytes(limits.memoryBytes)}`]),
    ...(virtual === true ? ['a virtual machine'] : []),
    ...processor.governors.map((governor) => `governor ${governor}`),
  ];
  return [`${model}: ${parts.join('; ')}`];
}

function describeGpu(gpu: Gpu, { states, processes }: DeviceList): readonly string[] {
  const { name, memoryBytes, driver, uuid, instances } = gpu;
  const parts = [
    ...(memoryBytes === null ? [] : [formatGpuMemory(memoryBytes)]),
    ...(driver === null ? [] : [`driver ${driver}`]),
    ...(uuid === null ? [] : [uuid]),
    ...(instances === null
      ? []
      : [`divided (MIG) into ${instances.length}: ${instances.map(({ profile }) => profile).join(', ')}`]),
  ];
  const state = gpu.vendor === 'nvidia' ? states.find(({ index }) => index === gpu.index) : undefined;
  const now = state === undefined ? [] : describeState(state);
  const others = processes.filter((process) => process.gpu === uuid).map(({ pid }) => pid);
  return [
    `${name}: ${parts.join('; ')}`,
    ...(now.length === 0 ? [] : [`  now ${now.join('; ')}`]),
    ...(others.length === 0 ? [] : [`  computing on it: process ${others.join(', ')}`]),
  ];
}

/** What the driver tells of the moment: `41 C; 17 of 72 W; 210 of 2040 MHz, P8; idle`. */
function describeState(state: GpuState): readonly string[] {
  const { memoryUsedBytes, temperatureC, powerW, powerLimitW, performanceState, smClockMhz, maxSmClockMhz } =
    state;
  const of = (value: number, most: number | null, unit: string): string =>
    `${Math.round(value)}${most === null ? '' : ` of ${Math.round(most)}`} ${unit}`;
  return [
    ...(memoryUsedBytes === null ? [] : [`${(memoryUsedBytes / 2 ** 30).toFixed(1)} GiB in use`]),
    ...(temperatureC === null ? [] : [`${temperatureC} C`]),
    ...(powerW === null ? [] : [of(powerW, powerLimitW, 'W')]),
    ...(smClockMhz === null ? [] : [of(smClockMhz, maxSmClockMhz, 'MHz')]),
    ...(performanceState === null ? [] : [performanceState]),
    ...state.limits.map(({ reason }) => `clocks: ${reason}`),
  ];
}

function explain({ device, reason, remedy }: ListedDevice): string {
  return `${device}: ${reason ?? 'unknown reason'}${remedy === null ? '' : `; ${remedy}`}`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
