import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, asyncProperty, nat } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MaskbenchError } from '../../../src/core/errors.js';
import { inspectOnnx } from '../../../src/models/onnx/inspect.js';
import { attribute, encodeOnnx, writeOnnx, type ModelDescription } from '../../support/onnx-builder.js';
import { useTempFolders } from '../../support/temp-folder.js';

const tempFolder = useTempFolders();

const { int, ints, float, tensor, graph } = attribute;

const SMALL: ModelDescription = {
  producer: 'a test',
  producerVersion: '2',
  opset: 17,
  graph: {
    inputs: [{ name: 'image', dtype: 'float32', shape: ['batch', 3, 8, ''] }],
    outputs: [{ name: 'mask', dtype: 'float32', shape: ['batch', 1, 8, 8] }],
    initializers: [
      { name: 'w', dtype: 'float32', dims: [1, 3, 1, 1], data: [1, 2, 3] },
      { name: 'shape', dtype: 'int64', dims: [4], data: [1, 1, 8, -1] },
    ],
    nodes: [
      { op: 'Conv', inputs: ['image', 'w'], outputs: ['a'], attributes: { kernel_shape: ints([1, 1]) } },
      {
        op: 'Constant',
        inputs: [],
        outputs: ['b'],
        attributes: { value: tensor({ dtype: 'float32', dims: [2], data: [1, 2] }) },
      },
      { op: 'Relu', inputs: ['a'], outputs: ['c'] },
      { op: 'Relu', inputs: ['c'], outputs: ['d'] },
      {
        op: 'FusedThing',
        domain: 'com.example',
        inputs: ['d'],
        outputs: ['e'],
        attributes: { alpha: float(0.5) },
      },
      { op: 'Reshape', inputs: ['e', 'shape'], outputs: ['mask'], attributes: { allowzero: int(0) } },
    ],
  },
};

async function inspect(model: ModelDescription) {
  return inspectOnnx(await writeOnnx(join(await tempFolder(), 'm.onnx'), model));
}

function weights(dtypes: readonly ('float32' | 'float16' | 'uint8' | 'int8' | 'int64')[]): ModelDescription {
  const initializers = dtypes.map((dtype, i) => ({
    name: `w${i}`,
    dtype,
    dims: [10, 10],
    data: Array.from({ length: 100 }, () => 1),
  }));
  return { graph: { ...SMALL.graph, nodes: [], initializers } };
}

describe('the inspection of an ONNX file', () => {
  test('tells what goes in and out, what it is made of and what it holds', async () => {
    const found = await inspect(SMALL);
    expect(found).toMatchObject({
      irVersion: 8,
      producer: 'a test 2',
      opsets: { 'ai.onnx': 17 },
      inputs: [{ name: 'image', dtype: 'float32', shape: ['batch', 3, 8, undefined] }],
      outputs: [{ name: 'mask', dtype: 'float32', shape: ['batch', 1, 8, 8] }],
      parameters: { elements: 9, bytes: 5 * 4 + 4 * 8 },
      parametersByDtype: { int64: { elements: 4, bytes: 32 }, float32: { elements: 5, bytes: 20 } },
      precision: 'float32',
      externalFiles: [],
      fileBytes: encodeOnnx(SMALL).length,
    });
    expect(Object.entries(found.operators)).toEqual([
      ['Relu', 2],
      ['Constant', 1],
      ['Conv', 1],
      ['Reshape', 1],
      ['com.example.FusedThing', 1],
    ]);
  });

  test('counts the nodes and weights of inner graphs too', async () => {
    const inner = { ...SMALL.graph, inputs: [] };
    const found = await inspect({
      graph: {
        inputs: [{ name: 'choice', dtype: 'bool', shape: [1] }],
        outputs: SMALL.graph.outputs,
        nodes: [
          {
            op: 'If',
            inputs: ['choice'],
            outputs: ['mask'],
            attributes: { then_branch: graph(inner), else_branch: graph(inner) },
          },
        ],
      },
    });
    expect(found.operators).toMatchObject({ If: 1, Relu: 4, Conv: 2 });
    expect(found.parameters.elements).toBe(18);
    expect(found.inputs.map(({ name }) => name)).toEqual(['choice']);
  });

  test('does not take weights for inputs, as old models list them', async () => {
    const { initializers = [], inputs } = SMALL.graph;
    const listed = initializers.map(({ name, dtype, dims }) => ({ name, dtype, shape: dims }));
    const found = await inspect({
      ...SMALL,
      irVersion: 3,
      graph: { ...SMALL.graph, inputs: [...inputs, ...listed] },
    });
    expect(found.inputs.map(({ name }) => name)).toEqual(['image']);
  });

  test.each([
    [['float32', 'int64'], 'float32'],
    [['float16', 'float16'], 'float16'],
    [['uint8', 'int8'], 'int8'],
    [['float32', 'float16'], 'mixed'],
    [['int64'], 'none'],
  ] as const)('calls weights of %j %s', async (dtypes, precision) => {
    expect((await inspect(weights(dtypes))).precision).toBe(precision);
  });

  test('names the files that hold weights outside the model', async () => {
    const found = await inspect({
      graph: {
        ...SMALL.graph,
        initializers: [
          { name: 'w', dtype: 'float32', dims: [1000, 1000], data: [], external: 'm.onnx.data' },
          { name: 'v', dtype: 'float32', dims: [10], data: [], external: 'm.onnx.data' },
        ],
      },
    });
    expect(found.externalFiles).toEqual([{ location: 'm.onnx.data', bytes: 4_000_000 }]);
    expect(found.parameters).toEqual({ elements: 1_000_012, bytes: 4_000_048 });
  });

  test('passes over a gigabyte of weights without reading it', async () => {
    const path = join(await tempFolder(), 'large.onnx');
    await writeWithHole(path, 1 << 30);
    const before = process.memoryUsage().rss;
    const started = performance.now();
    const found = inspectOnnx(path);
    expect(performance.now() - started).toBeLessThan(500);
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
    expect(found.fileBytes).toBeGreaterThan(1 << 30);
    expect(found.parametersByDtype).toEqual({ uint8: { elements: 1 << 30, bytes: 1 << 30 } });
    expect(found.outputs.map(({ name }) => name)).toEqual(['mask']);
  });
});

describe('a file that is no ONNX model', () => {
  test.each([
    ['empty', ''],
    ['a web page', '<!doctype html><title>Not found</title>'],
    [
      'a pointer of large-file storage',
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n',
    ],
  ])('is named as such when it is %s', async (_what, content) => {
    const path = join(await tempFolder(), 'm.onnx');
    await writeFile(path, content);
    expect(failureOf(path)).toMatchObject({ code: 'model.load', where: path });
  });

  test('is named as such when it is cut off anywhere, or damaged', async () => {
    const path = join(await tempFolder(), 'm.onnx');
    const whole = await readFile(await writeOnnx(path, SMALL));
    await assert(
      asyncProperty(nat(whole.length - 1), nat(whole.length - 1), nat(255), async (cut, at, value) => {
        await writeFile(path, whole.subarray(0, cut));
        expect([undefined, 'model.load']).toContain(failureOf(path)?.code);
        const damaged = Buffer.from(whole);
        damaged[at] = value;
        await writeFile(path, damaged);
        expect([undefined, 'model.load']).toContain(failureOf(path)?.code);
      }),
      { numRuns: 300 },
    );
  });

  test('is missing', async () => {
    expect(failureOf(join(await tempFolder(), 'no.onnx'))).toMatchObject({ code: 'data.missing' });
  });
});

function failureOf(path: string): MaskbenchError | undefined {
  try {
    inspectOnnx(path);
    return undefined;
  } catch (error) {
    if (error instanceof MaskbenchError) return error;
    throw error;
  }
}

/** A model whose one weight is a hole in the file, followed by the rest of the graph. */
async function writeWithHole(path: string, bytes: number): Promise<void> {
  const varint = (value: number): Buffer =>
    value < 128
      ? Buffer.of(value)
      : Buffer.concat([Buffer.of((value % 128) + 128), varint(Math.floor(value / 128))]);
  const header = (field: number, length: number): Buffer =>
    Buffer.concat([varint(field * 8 + 2), varint(length)]);
  const name = Buffer.from('w');
  const tensorStart = Buffer.concat([
    Buffer.concat([varint(8), varint(bytes), varint(16), varint(2), header(8, name.length), name]),
    header(9, bytes),
  ]);
  const tail = Buffer.concat([header(12, 6), header(1, 4), Buffer.from('mask')]);
  const initializer = Buffer.concat([header(5, tensorStart.length + bytes), tensorStart]);
  const rest = Buffer.concat([header(8, 2), varint(16), varint(17), varint(8), varint(8)]);
  const graphStart = Buffer.concat([header(7, initializer.length + bytes + tail.length), initializer]);
  const file = await open(path, 'w');
  await file.write(graphStart, 0, graphStart.length, 0);
  await file.write(Buffer.concat([tail, rest]), 0, tail.length + rest.length, graphStart.length + bytes);
  await file.close();
}
