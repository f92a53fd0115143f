import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LoadMessage } from '../../../src/runners/onnx/child/messages.js';
import { parseDevice } from '../../../src/runners/device.js';
import { whereComputed } from '../../../src/schema/placement.js';
import { proveProvider } from '../../../src/runners/onnx/proof/prove-provider.js';
import { timeTogether } from '../../../src/runners/onnx/timing/time-together.js';
import { loadNetworkSpec } from '../../support/model-specs.js';
import { attribute } from '../../support/onnx-builder.js';
import { findSoftwareGpu, setEnvironment } from '../../support/software-gpu.js';
import { useTempFolders } from '../../support/temp-folder.js';
import { writePairedFolders } from '../../support/tiny-datasets.js';
import { TINY_SIDE, writeGraph, writeTinyModel } from '../../support/tiny-models.js';

const tempFolder = useTempFolders();
const gpu = await findSoftwareGpu();
const skipped = gpu.kind === 'none';
let restore = (): void => undefined;

beforeAll(() => {
  if (gpu.kind === 'found') restore = setEnvironment(gpu.env);
});
afterAll(() => restore());

type Graph = Parameters<typeof writeGraph>[2];

const image = { name: 'image', dtype: 'float32' as const, shape: [1, 3, TINY_SIDE, TINY_SIDE] };
const map = { ...image, name: 'map' };
const selu = (output: string) => ({ op: 'Selu', inputs: ['image'], outputs: [output] });

/** ONNX Runtime's WebGPU provider has no Selu: what has one leaves it to the CPU. */
const CPU_ONLY: Graph = { inputs: [image], outputs: [map], nodes: [selu('map')] };
const MIXED: Graph = {
  inputs: [image],
  outputs: [map],
  nodes: [selu('bent'), { op: 'Sigmoid', inputs: ['bent'], outputs: ['map'] }],
};
/** One convolution on the device, and one of whole numbers, which WebGPU does not have. */
const TWO_CONVOLUTIONS: Graph = {
  inputs: [image],
  outputs: [{ ...map, shape: [1, 1, TINY_SIDE, TINY_SIDE] }],
  initializers: [
    { name: 'weights', dtype: 'float32', dims: [1, 3, 1, 1], data: [0.3, 0.3, 0.3] },
    { name: 'whole', dtype: 'uint8', dims: [1, 1, 1, 1], data: [1] },
  ],
  nodes: [
    { op: 'Conv', inputs: ['image', 'weights'], outputs: ['grey'] },
    { op: 'DynamicQuantizeLinear', inputs: ['grey'], outputs: ['quantised', 'scale', 'zero'] },
    { op: 'ConvInteger', inputs: ['quantised', 'whole', 'zero'], outputs: ['sum'] },
    { op: 'Cast', inputs: ['sum'], outputs: ['number'], attributes: { to: attribute.int(1) } },
    { op: 'Mul', inputs: ['number', 'scale'], outputs: ['map'] },
  ],
};

async function prepare(
  device: string,
  graph?: Graph,
): Promise<{ load: LoadMessage; image: { key: string; path: string } }> {
  const folder = await tempFolder();
  const written =
    graph === undefined ? writeTinyModel(folder, 'luma') : writeGraph(folder, 'luma', graph, TINY_SIDE);
  const spec = await loadNetworkSpec(await written, folder);
  await writePairedFolders(join(folder, 'data'), 1);
  const options = { memoryPattern: false, graphOptimization: 'all', fetch: 'mask' } as const;
  return {
    load: {
      kind: 'load',
      spec,
      paths: { model: join(folder, 'luma.onnx') },
      device: parseDevice(device),
      options,
      threads: 1,
    },
    image: { key: '0', path: join(folder, 'data', 'im', '000.jpg') },
  };
}

const signal = new AbortController().signal;

describe(`a device that is no CPU${gpu.kind === 'none' ? ` (skipped: ${gpu.reason})` : ''}`, () => {
  it.skipIf(skipped)('proves by log and by profile that it runs the nodes', async () => {
    const { load, image: picture } = await prepare('webgpu');
    const proof = await proveProvider({ load, image: picture, signal });
    expect(proof.provider).toBe('WebGpuExecutionProvider');
    expect(proof.nodes['WebGpuExecutionProvider']).toBeGreaterThan(0);
    expect(proof.timeShare?.['WebGpuExecutionProvider']).toBeGreaterThan(0);
  });

  it.skipIf(skipped)('is timed like any other', async () => {
    const { load, image: picture } = await prepare('webgpu');
    const [outcome] = await timeTogether({
      models: [{ name: 'luma', load, images: [picture] }],
      warmUp: { inferences: 3, ms: 0, slowInferences: 3, tolerance: null },
      sampling: { samples: 0, ms: 0, passes: 2 },
      datasetOf: () => 'd',
      signal,
    });
    expect(outcome).toMatchObject({ kind: 'timed', series: { samples: [{ pass: 0 }, { pass: 1 }] } });
  });
});

describe('a model that the device cannot run', () => {
  it.skipIf(skipped)('is refused, though ONNX Runtime would run it on the CPU', async () => {
    const { load, image: picture } = await prepare('webgpu', CPU_ONLY);
    await expect(proveProvider({ load, image: picture, signal })).rejects.toMatchObject({
      code: 'device.unavailable',
      message: expect.stringMatching(/runs the model elsewhere \(\d+ nodes on CPUExecutionProvider\)/),
    });
    const allowed = await proveProvider({ load, image: picture, allowFallback: true, signal });
    expect(whereComputed(allowed)).toBe('elsewhere');
    expect(allowed.timeShare).toEqual({ CPUExecutionProvider: 1 });
  });

  it.skipIf(skipped)('wholly, is run with the rest named', async () => {
    const { load, image: picture } = await prepare('webgpu', MIXED);
    const proof = await proveProvider({ load, image: picture, signal });
    const { nodes, timeShare } = proof;
    // No node of it is known to compute: then each counts.
    expect(whereComputed(proof)).toBe('partly');
    expect(Object.keys(nodes).sort()).toEqual(['CPUExecutionProvider', 'WebGpuExecutionProvider']);
    expect(Object.keys(timeShare ?? {}).sort()).toEqual(['CPUExecutionProvider', 'WebGpuExecutionProvider']);
  });
});

describe('a model whose convolutions the device computes in part', () => {
  it.skipIf(skipped)('is told by the operators that are elsewhere, with a picture or without', async () => {
    const { load, image: picture } = await prepare('webgpu', TWO_CONVOLUTIONS);
    for (const one of [picture, null]) {
      const proof = await proveProvider({ load, image: one, signal });
      expect(proof.computing).toEqual({
        WebGpuExecutionProvider: { Conv: 1 },
        CPUExecutionProvider: { ConvInteger: 1 },
      });
      expect(whereComputed(proof)).toBe('partly');
    }
  });
});

describe('a model that loads and does not compute', () => {
  it('is found out by one inference, before any picture is fed', async () => {
    // The second dimension is left open, and what is fed fits no matrix of 7 rows.
    const { load } = await prepare('cpu', {
      inputs: [{ ...image, shape: [1, 3, 'height', 'width'] }],
      outputs: [{ ...map, shape: [1, 1, 'height', 'width'] }],
      initializers: [{ name: 'seven', dtype: 'float32', dims: [7, 7], data: new Float32Array(49) }],
      nodes: [{ op: 'MatMul', inputs: ['image', 'seven'], outputs: ['map'] }],
    });
    await expect(proveProvider({ load, image: null, signal })).rejects.toMatchObject({
      code: 'model.load',
      message: expect.stringMatching(/loads this model and does not compute it: .*MatMul/),
    });
  });
});

describe('a device that cannot be had', () => {
  it.runIf(process.platform === 'linux')('is an error and no silent run on the CPU', async () => {
    const { load, image: picture } = await prepare('webgpu');
    const back = setEnvironment({ VK_ICD_FILENAMES: '/nowhere/icd.json' });
    try {
      await expect(proveProvider({ load, image: picture, signal })).rejects.toMatchObject({
        code: 'device.unavailable',
      });
    } finally {
      back();
    }
  });

  it('names the missing libraries of a card', async () => {
    const { load, image: picture } = await prepare('cuda:99');
    await expect(proveProvider({ load, image: picture, signal })).rejects.toMatchObject({
      code: 'device.unavailable',
    });
  });
});
