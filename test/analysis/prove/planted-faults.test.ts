import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../../src/core/package-root.js';
import { gpuProofSchema, type GpuProof } from '../../../src/schema/gpu-proof.js';
import { IS_BUILT } from '../../support/cli.js';
import { writeFaultyEngine } from '../../support/faulty-engine.js';
import { simulateGpuHost } from '../../support/nvidia-host.js';
import { attribute } from '../../support/onnx-builder.js';
import { findSoftwareGpu, setEnvironment } from '../../support/software-gpu.js';
import { useTempFolders } from '../../support/temp-folder.js';
import { TINY_SIDE, writeGraph } from '../../support/tiny-models.js';
import { linesOf, proveTiny } from '../../support/tiny-proof.js';

const tempFolder = useTempFolders();
const gpu = await findSoftwareGpu();
const reason = !IS_BUILT ? 'not built' : gpu.kind === 'none' ? gpu.reason : undefined;

type Planted = (host: string) => Promise<Readonly<Record<string, string>> | void>;

/** A proof on a host with an L4, whose WebGPU computes in software, with something wrong. */
async function proveOn(planted: Planted, checks: readonly string[], models = ['luma']): Promise<GpuProof> {
  if (gpu.kind === 'none') throw new Error(gpu.reason);
  const folder = await tempFolder();
  await writeMixed(folder);
  const host = join(folder, 'host');
  const env = await simulateGpuHost(host, 'nvidia-550-l4.csv', gpu.env);
  const restore = setEnvironment({ ...env, ...(await planted(host)) });
  try {
    // As long as it takes for the card to be read a few times.
    return await proveTiny(folder, { device: 'webgpu', checks, models, rounds: 6 });
  } finally {
    restore();
  }
}

/** One convolution on the device, and one of whole numbers, which WebGPU leaves to the CPU. */
async function writeMixed(folder: string): Promise<void> {
  const image = { name: 'image', dtype: 'float32' as const, shape: [1, 3, TINY_SIDE, TINY_SIDE] };
  const graph = {
    inputs: [image],
    outputs: [{ ...image, name: 'map', shape: [1, 1, TINY_SIDE, TINY_SIDE] }],
    initializers: [
      { name: 'weights', dtype: 'float32' as const, dims: [1, 3, 1, 1], data: [0.3, 0.3, 0.3] },
      { name: 'whole', dtype: 'uint8' as const, dims: [1, 1, 1, 1], data: [1] },
    ],
    nodes: [
      { op: 'Conv', inputs: ['image', 'weights'], outputs: ['grey'] },
      { op: 'DynamicQuantizeLinear', inputs: ['grey'], outputs: ['quantised', 'scale', 'zero'] },
      { op: 'ConvInteger', inputs: ['quantised', 'whole', 'zero'], outputs: ['sum'] },
      { op: 'Cast', inputs: ['sum'], outputs: ['number'], attributes: { to: attribute.int(1) } },
      { op: 'Mul', inputs: ['number', 'scale'], outputs: ['map'] },
    ],
  };
  await writeGraph(folder, 'mixed', graph, TINY_SIDE);
}

describe(`a planted fault is caught by its line${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  it.skipIf(reason !== undefined)(
    'where convolutions stay on the CPU, a matte is off by 3 levels, the card is hot and others hold its memory',
    { timeout: 300_000 },
    async () => {
      const proof = await proveOn(
        async (host) => {
          const cool = await readFile(join(host, 'answer.csv'), 'utf8');
          const full = cool.replace('23034, 4,', '23034, 20004,');
          await writeFile(join(host, 'answer.csv'), full.replace(/0x[0-9a-f]+/, '0x0000000000000040'));
          return writeFaultyEngine(join(host, 'engine'), { offBy: 3 / 255 });
        },
        ['device', 'placement', 'mattes', 'neighbours', 'clocks', 'throttling', 'seal'],
        ['mixed', 'luma'],
      );
      expect(gpuProofSchema.parse(proof).gpu?.name).toBe('NVIDIA L4');
      const lines = linesOf(proof);
      expect(lines).toMatchObject({
        device: ['pass', expect.any(String)],
        placement: ['fail', 'mixed: 1 of 1 ConvInteger on CPUExecutionProvider'],
        mattes: ['fail', expect.stringMatching(/luma: .* [23]\.\d+ levels off on average.*allowed/)],
        neighbours: ['fail', '20004 MiB of the card were held before anything of ours was there'],
        throttling: ['fail', expect.stringContaining('GPU: hardware thermal slowdown')],
        clocks: ['pass', expect.stringContaining('210 MHz of 2040; hardware thermal slowdown')],
        seal: ['fail', expect.any(String)],
      });
      expect(proof.counts.fail).toBe(5);
    },
  );

  it.skipIf(reason !== undefined)('where nvidia-smi stops to tell', { timeout: 300_000 }, async () => {
    const proof = await proveOn(
      async (host) => writeFile(join(host, 'faults.json'), JSON.stringify({ silentAfter: 1 })),
      ['telemetry', 'energy', 'card-stays'],
    );
    expect(linesOf(proof)).toMatchObject({
      energy: ['not known', expect.stringMatching(/^luma: joules per image: /)],
      telemetry: ['fail', 'luma: no reading came while it was timed'],
      'card-stays': ['pass', expect.stringContaining('NVIDIA L4')],
    });
  });

  it.skipIf(reason !== undefined)('where the card is lost in the middle', { timeout: 300_000 }, async () => {
    const proof = await proveOn(
      async (host) => {
        const lost = await readFile(join(PACKAGE_ROOT, 'test/fixtures/devices/nvidia-lost.txt'), 'utf8');
        const faults = { failsAfter: 40, lost: { path: join(host, 'lost.txt'), text: lost } };
        return writeFaultyEngine(join(host, 'engine'), faults);
      },
      ['device', 'run', 'telemetry', 'card-stays'],
    );
    expect(linesOf(proof)).toMatchObject({
      device: ['pass', expect.any(String)],
      run: ['fail', expect.stringContaining('the device was lost')],
      telemetry: ['fail', expect.any(String)],
      'card-stays': [
        'fail',
        'webgpu was NVIDIA L4, and at the end nobody tells of it: an NVIDIA card no longer answers',
      ],
    });
  });
});
