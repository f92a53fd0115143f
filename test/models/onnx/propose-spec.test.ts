import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectOnnx } from '../../../src/models/onnx/inspect.js';
import { loadModelSpec } from '../../../src/runners/load-spec.js';
import { proposeSpec, type Proposal } from '../../../src/models/onnx/propose-spec.js';
import type { ModelSpec } from '../../../src/models/spec/spec.js';
import { writeOnnx, type ModelDescription, type NodeDescription } from '../../support/onnx-builder.js';
import { useTempFolders } from '../../support/temp-folder.js';

const tempFolder = useTempFolders();

type Graph = ModelDescription['graph'];
type Value = Graph['inputs'][number];

const value = (
  name: string,
  shape: readonly (number | string)[],
  dtype: Value['dtype'] = 'float32',
): Value => ({
  name,
  dtype,
  shape,
});
const node = (op: string, inputs: readonly string[], output: string): NodeDescription => ({
  op,
  inputs,
  outputs: [output],
});

async function propose(graph: Graph): Promise<Proposal | undefined> {
  const path = await writeOnnx(join(await tempFolder(), 'my model.onnx'), { graph });
  return proposeSpec(path, inspectOnnx(path));
}

/** The proposal, read as a spec. */
async function proposed(graph: Graph): Promise<{ readonly spec: ModelSpec; readonly unknown: string }> {
  const proposal = await propose(graph);
  if (proposal === undefined) throw new Error('no proposal');
  const folder = await tempFolder();
  await writeFile(join(folder, 'm.yaml'), proposal.yaml);
  const { spec } = await loadModelSpec('./m.yaml', folder);
  return { spec, unknown: proposal.unknown.join('\n') };
}

const image = value('image', [1, 3, 320, 256]);
const sigmoid: Graph = {
  inputs: [image],
  outputs: [value('mask', [1, 1, 320, 256])],
  nodes: [node('Conv', ['image'], 'a'), node('Sigmoid', ['a'], 'b'), node('Identity', ['b'], 'mask')],
};

describe('the spec that is proposed for a graph', () => {
  it('has the size, and takes values after a sigmoid as they are', async () => {
    const { spec, unknown } = await proposed(sigmoid);
    expect(spec).toMatchObject({
      name: 'my-model',
      feeding: 'matte',
      files: { model: [{ kind: 'file', path: 'my model.onnx' }] },
      input: { width: 256, height: 320, layout: 'nchw', divideBy: 255 },
      output: { select: 0, channel: 0, activation: 'none' },
    });
    expect(unknown).not.toContain('activation');
    expect(unknown).toMatch(/mean and std/);
    expect(unknown).toMatch(/channels: rgb, or bgr/);
    expect(unknown).toMatch(/licence, trainedOn/);
  });

  it('asks about the activation where the last operator tells nothing', async () => {
    const { unknown } = await proposed({ ...sigmoid, nodes: [node('Conv', ['image'], 'mask')] });
    expect(unknown).toMatch(/activation: the last operator is Conv/);
  });

  it('has dynamic sizes, channels last, and bytes', async () => {
    const { spec, unknown } = await proposed({
      inputs: [value('image', ['n', 'h', 'w', 3], 'uint8')],
      outputs: [value('mask', ['n', 'h', 'w', 1])],
      nodes: [node('Cast', ['image'], 'a'), node('Mul', ['a', 'a'], 'b'), node('Sigmoid', ['b'], 'mask')],
    });
    expect(spec).toMatchObject({
      input: { fit: 'inside', multipleOf: 32, layout: 'nhwc', type: 'uint8', divideBy: 1 },
      output: { layout: 'nhwc' },
    });
    expect(unknown).toMatch(/width and height: the graph takes any/);
  });

  it('suspects a graph that scales its input itself', async () => {
    const { unknown } = await proposed({
      ...sigmoid,
      nodes: [node('Sub', ['image', 'image'], 'x'), node('Sigmoid', ['x'], 'mask')],
    });
    expect(unknown).toMatch(/the graph scales its input itself/);
  });

  it('takes the second of two channels, and names many as classes', async () => {
    const outputs = (channels: number) => [value('mask', [1, channels, 320, 256])];
    const two = await proposed({ ...sigmoid, outputs: outputs(2), nodes: [node('Conv', ['image'], 'mask')] });
    expect(two.spec).toMatchObject({ output: { channel: 1, activation: 'softmax' } });
    const four = await proposed({ ...sigmoid, outputs: outputs(4) });
    expect(four.spec).toMatchObject({
      feeding: 'classes',
      output: { classes: { names: ['background', 'class-1', 'class-2', 'class-3'] } },
    });
    expect(four.unknown).toMatch(/classes\.names/);
  });

  it('asks which of several outputs is the mask', async () => {
    const { unknown } = await proposed({
      ...sigmoid,
      outputs: [value('mask', [1, 1, 320, 256]), value('side', [1, 1, 320, 256])],
      nodes: [node('Sigmoid', ['image'], 'mask'), node('Sigmoid', ['image'], 'side')],
    });
    expect(unknown).toMatch(/select: which of the outputs is the mask: mask, side/);
  });

  it.each([
    ['two inputs', { ...sigmoid, inputs: [image, { ...image, name: 'hint' }] }],
    ['no picture', { ...sigmoid, inputs: [value('text', [1, 77])] }],
    ['no three channels', { ...sigmoid, inputs: [value('image', [1, 4, 8, 8])] }],
  ])('is none for %s', async (_name, graph) => {
    expect(await propose(graph)).toBeUndefined();
  });
});
