import { describe, expect, it } from 'vitest';
import { parseDevice } from '../../../../src/runners/device.js';
import {
  proveProvider,
  readPlacement,
  readProfiles,
  type ProviderProof,
} from '../../../../src/runners/onnx/proof/prove-provider.js';
import type { FromChild, LoadMessage, ToChild } from '../../../../src/runners/onnx/child/messages.js';
import type { Child, ChildExit } from '../../../../src/runners/onnx/child-process.js';
import { computes, whereComputed } from '../../../../src/schema/placement.js';
import { paperModel } from '../../../support/run-settings.js';

const line = (text: string): string =>
  `2026-11-23 23:30:53.040 [V:onnxruntime:, session_state.cc:1380 VerifyEachNodeIsAssignedToAnEp]  ${text}`;

describe('the placement log', () => {
  it('says how many nodes each provider runs', () => {
    const log = [
      line('Node placements'),
      line('Node(s) placed on [CUDAExecutionProvider]. Number of nodes: 149'),
      line('  Conv (Conv_0)'),
      line('Node(s) placed on [CPUExecutionProvider]. Number of nodes: 12'),
    ].join('\n');
    expect(readPlacement(log)).toEqual({ CUDAExecutionProvider: 149, CPUExecutionProvider: 12 });
  });

  it('of several sessions or subgraphs is added up', () => {
    const all = line('All nodes placed on [WebGpuExecutionProvider]. Number of nodes: 19');
    expect(readPlacement(`${all}\n${all}\n`)).toEqual({ WebGpuExecutionProvider: 38 });
  });

  it('that says nothing of placement is empty', () => {
    expect(readPlacement('2026 [W:onnxruntime] some warning')).toEqual({});
  });
});

describe('a profile', () => {
  const run = (ts: number) => ({ cat: 'Session', name: 'model_run', ts, dur: 100 });
  const node = (provider: string, ts: number, dur: number) => ({
    cat: 'Node',
    name: 'conv_kernel_time',
    ts,
    dur,
    args: { provider, op_name: 'Conv' },
  });

  it('divides the time of the last run among the providers', () => {
    const profile = JSON.stringify([
      { cat: 'Session', name: 'session_initialization', ts: 0, dur: 900 },
      node('CPUExecutionProvider', 1001, 90),
      run(1000),
      node('CUDAExecutionProvider', 2001, 60),
      node('CPUExecutionProvider', 2070, 20),
      run(2000),
    ]);
    expect(readProfiles([profile]).timeShare).toEqual({
      CUDAExecutionProvider: 0.75,
      CPUExecutionProvider: 0.25,
    });
  });

  it('of two sessions is put together by their time', () => {
    const profiles = [
      JSON.stringify([node('CUDAExecutionProvider', 1, 30), run(0)]),
      JSON.stringify([node('CPUExecutionProvider', 1, 10), run(0)]),
    ];
    expect(readProfiles(profiles).timeShare).toEqual({
      CUDAExecutionProvider: 0.75,
      CPUExecutionProvider: 0.25,
    });
  });

  it('counts the nodes that compute, each once, by provider and operator', () => {
    const named = (operator: string, provider: string, index: string) => ({
      ...node(provider, 1010, 5),
      name: `${operator}_${index}_kernel_time`,
      args: { provider, op_name: operator, node_index: index },
    });
    const profile = JSON.stringify([
      named('FusedConv', 'CUDAExecutionProvider', '3'),
      named('FusedConv', 'CUDAExecutionProvider', '4'),
      named('FusedConv', 'CUDAExecutionProvider', '4'),
      named('Shape', 'CPUExecutionProvider', '5'),
      named('ConvInteger', 'CPUExecutionProvider', '6'),
      run(1000),
    ]);
    expect(readProfiles([profile]).computing).toEqual({
      CUDAExecutionProvider: { FusedConv: 2 },
      CPUExecutionProvider: { ConvInteger: 1 },
    });
  });

  it('without nodes has no shares', () => {
    expect(readProfiles(['[]'])).toEqual({ timeShare: {}, computing: undefined });
  });
});

describe('what a network computes', () => {
  it.each([
    'Conv ConvTranspose FusedConv NhwcConv NhwcFusedConv QLinearConv ConvInteger DeformConv',
    'MatMul FusedMatMul QLinearMatMul MatMulInteger MatMulNBits DynamicQuantizeMatMul Gemm QGemm FusedGemm',
    'Attention MultiHeadAttention QAttention PackedAttention Einsum LSTM DynamicQuantizeLSTM GRU RNN',
    'TRTKernel_graph_main_graph_1_0 DmlFusedNode_0_0 CoreMLExecutionProvider_CoreML_1_0',
  ])('%s', (operators) => {
    for (const operator of operators.split(' ')) expect(computes(operator), operator).toBe(true);
  });

  it('is not what computes shapes, copies or converts', () => {
    for (const operator of [
      ...'Shape Gather Concat Cast Unsqueeze Slice Reshape Range ConstantOfShape'.split(' '),
      ...'MemcpyToHost Transpose ConvertFromFp8 Resize Relu DynamicQuantizeLinear'.split(' '),
    ]) {
      expect(computes(operator), operator).toBe(false);
    }
  });
});

describe('where a model is computed', () => {
  const cuda = 'CUDAExecutionProvider';
  const cpu = 'CPUExecutionProvider';
  const where = (nodes: Record<string, number>, computing?: Record<string, Record<string, number>>) =>
    whereComputed({ provider: cuda, nodes, ...(computing === undefined ? {} : { computing }) });

  it('is where its convolutions are, whatever stays on the CPU to compute shapes', () => {
    expect(where({ [cuda]: 400, [cpu]: 100 }, { [cuda]: { Conv: 90 } })).toBe('asked');
    expect(where({ [cuda]: 499, [cpu]: 1 }, { [cuda]: { Conv: 89 }, [cpu]: { Conv: 1 } })).toBe('partly');
  });

  it('is elsewhere with one node on the card', () => {
    expect(where({ [cuda]: 1, [cpu]: 499 }, { [cpu]: { Conv: 90 } })).toBe('elsewhere');
    expect(where({ [cpu]: 500 })).toBe('elsewhere');
  });

  it('is not known where nodes are elsewhere and nobody says which; of no known operator every node counts', () => {
    expect(where({ [cuda]: 1, [cpu]: 499 })).toBe('untold');
    expect(where({ [cuda]: 500 })).toBe('asked');
    expect(where({ [cuda]: 10, [cpu]: 1 }, {})).toBe('partly');
  });
});

/** A process that prints this log and then answers, or dies. */
function probing(log: string, answer: FromChild | 'crash') {
  return (
    _entry: string,
    onMessage: (message: FromChild) => void,
    onStderr?: (text: string) => void,
  ): Child => {
    let resolveExit: (exit: ChildExit) => void = () => undefined;
    const exit = new Promise<ChildExit>((resolve) => (resolveExit = resolve));
    return {
      send(message: ToChild) {
        if (message.kind !== 'probe') return;
        // In pieces that end in the middle of lines, as pipes do.
        for (const piece of log.match(/[\s\S]{1,50}/g) ?? []) onStderr?.(piece);
        if (answer === 'crash') {
          resolveExit({ kind: 'crashed', failure: { code: 'runner.crashed', message: 'it died' } });
        } else onMessage(answer);
      },
      stop: () => resolveExit({ kind: 'ended' }),
      exit,
      stderrTail: () => '',
    };
  };
}

const { spec } = paperModel('m');
const load = (device: string): LoadMessage => {
  const options = { memoryPattern: false, graphOptimization: 'all', fetch: 'mask' } as const;
  return { kind: 'load', spec, paths: {}, device: parseDevice(device), options, threads: 1 };
};

const prove = (device: string, log: string, more: object = {}): Promise<ProviderProof> =>
  proveProvider({
    load: load(device),
    image: null,
    signal: new AbortController().signal,
    start: probing(log, { kind: 'probed' }),
    ...more,
  });

describe('the proof of a provider', () => {
  const mixed = `${'noise\n'.repeat(200)}${line('Node(s) placed on [CUDAExecutionProvider]. Number of nodes: 149')}
${line('Node(s) placed on [CPUExecutionProvider]. Number of nodes: 2')}\n`;
  const fallback = `${line('All nodes placed on [CPUExecutionProvider]. Number of nodes: 151')}\n`;

  it('names every provider that runs nodes', async () => {
    const proof = await prove('cuda:0', mixed);
    expect(proof).toEqual({
      provider: 'CUDAExecutionProvider',
      nodes: { CUDAExecutionProvider: 149, CPUExecutionProvider: 2 },
      timeShare: null,
    });
  });

  it('of a GPU that runs no node is an error, with what runs them instead', async () => {
    await expect(prove('cuda:0', fallback)).rejects.toMatchObject({
      code: 'device.unavailable',
      message: expect.stringMatching(/runs the model elsewhere \(151 nodes on CPUExecutionProvider\)/),
    });
  });

  it('lets a fallback pass only where it is allowed, and then is no proof', async () => {
    const proof = await prove('webgpu', fallback, { allowFallback: true });
    expect(whereComputed(proof)).toBe('elsewhere');
  });

  it('is an error where ONNX Runtime does not tell', async () => {
    await expect(prove('webgpu', 'nothing\n')).rejects.toMatchObject({
      message: expect.stringMatching(/does not report/),
    });
  });

  it('passes on why the process could not do it', async () => {
    const failure = { code: 'model.load', message: 'bad file' } as const;
    await expect(
      prove('cuda:0', '', { start: probing('', { kind: 'fatal', failure }) }),
    ).rejects.toMatchObject(failure);
    await expect(prove('cuda:0', '', { start: probing('', 'crash') })).rejects.toMatchObject({
      code: 'runner.crashed',
    });
    await expect(prove('cuda:0', mixed, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
