import { describe, expect, it } from 'vitest';
import { differencesBetween } from '../../../src/reports/across/comparable.js';
import { tablesOf } from '../../../src/reports/tables/tables-of.js';
import { cardTable } from '../../../src/reports/tables/card-table.js';
import { findCard, summariseCard } from '../../../src/runners/onnx/devices/card.js';
import { askNvidia } from '../../../src/runners/onnx/devices/nvidia.js';
import { providerSettings } from '../../../src/runners/onnx/devices/provider-settings.js';
import { parseDevice } from '../../../src/runners/device.js';
import type { GpuSummary } from '../../../src/schema/hardware.js';
import type { Summary } from '../../../src/schema/summary.js';
import { answer, nvidiaSmi } from '../../runners/onnx/devices/fixture.js';
import { PASS, SUMMARY } from '../fixed-summary.js';

async function cardOf(recording: string, answers: Parameters<typeof nvidiaSmi>[1] = {}): Promise<GpuSummary> {
  const ask = () => askNvidia(nvidiaSmi(answer(recording), answers));
  const found = await findCard(parseDevice('cuda:0'), ask, {});
  if (found.kind !== 'card') throw new Error('no card');
  return summariseCard(found.card);
}

const ON_CARD = {
  ...PASS,
  copies: { inBytes: 3 * 1024 ** 2 * 4, outBytes: 1024 ** 2 * 4 },
  gpuMemoryBytes: 3e9,
  gpuMemoryBy: 'difference',
} as const;

/** The run of a card whose process the driver does not list, as in a container. */
async function onCard(gpu: GpuSummary, env: NodeJS.ProcessEnv = {}): Promise<Summary> {
  const provider = providerSettings('cuda', env);
  if (provider === undefined) throw new Error('nothing is said of CUDA');
  return {
    ...SUMMARY,
    device: { ...SUMMARY.device, request: 'cuda:0', gpu, provider },
    models: SUMMARY.models.map((model) => ({
      ...model,
      timing: model.timing && { ...model.timing, pass: ON_CARD },
    })),
  };
}

const rowsOf = (summary: Summary): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (cardTable(summary, 'cuda:0')?.rows ?? []).map(({ cells: [what, value] }) => [what.text, value.text]),
  );

describe('how a card was set', () => {
  it('is told as the driver says it, with what could not be set and what is copied', async () => {
    const summary = await onCard(await cardOf('nvidia-590-h100-idle.csv'));
    const rows = rowsOf(summary);
    expect(rows).toMatchObject({
      'compute mode': 'Default',
      'persistence mode': 'Enabled',
      ECC: 'Enabled',
      'power cap': '700 W, by default 700 W',
      'highest clocks': '1980 and 2619 MHz (processors, memory)',
      TF32: 'on; "runner: { tf32: false }" turns it off',
      'at their defaults, which onnxruntime-node cannot change': expect.stringContaining(
        'cudnn_conv_algo_search=EXHAUSTIVE',
      ),
      [`copied per inference, ${SUMMARY.models[0]?.name}`]: '13 MB in, 4.2 MB out',
    });
    expect(cardTable(summary, 'cuda:0')?.notes[0]).toMatch(/is what the card\u2019s memory grew by/);
    expect(tablesOf([summary]).at(-1)?.title).toMatch(/^How cuda:0, NVIDIA H100 80GB HBM3, 80 GB was set$/);
  });

  it('names what an older driver does not tell, and the instance of a divided card', async () => {
    expect(rowsOf(await onCard(await cardOf('nvidia-470-t4.csv')))).toMatchObject({
      'not told by this driver': expect.stringContaining('compute_mode'),
      'power cap': '70 W',
    });
    const list = answer('nvidia-590-h100-mig-list.txt');
    expect(rowsOf(await onCard(await cardOf('nvidia-590-h100-mig-idle.csv', { list })))).toMatchObject({
      'instance of the divided card': '3g.40gb, MIG-00000000-0000-0000-0000-000000000000',
    });
  });

  it('is nothing of a CPU, and of runs that did not record it', () => {
    expect(cardTable(SUMMARY, 'cpu')).toBeNull();
    expect(providerSettings('webgpu')).toBeUndefined();
    const gpu = { name: 'NVIDIA L4', uuid: null, memoryBytes: 1, driver: null };
    expect(cardTable({ ...SUMMARY, device: { ...SUMMARY.device, gpu } }, 'cuda:0')).toBeNull();
  });

  it('is a difference between runs where somebody changed it', async () => {
    const gpu = await cardOf('nvidia-590-h100-idle.csv');
    const usual = await onCard(gpu);
    expect(differencesBetween([usual, usual])).toEqual([]);
    const settings = gpu.settings && { ...gpu.settings, powerLimitW: 400 };
    const capped = await onCard(
      { ...gpu, ...(settings === undefined ? {} : { settings }) },
      { NVIDIA_TF32_OVERRIDE: '0' },
    );
    const told = differencesBetween([usual, capped]).join('\n');
    expect(told).toMatch(/TF32: as usual .*, off /);
    expect(told).toMatch(/power cap: as delivered .*, 400 of 700 W /);
  });
});
