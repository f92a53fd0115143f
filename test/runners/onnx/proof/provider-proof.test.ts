import { describe, expect, it } from 'vitest';
import { parseDevice } from '../../../../src/runners/device.js';
import {
  readPlacement,
  readTimeShare,
  isProven,
  proveProvider,
  type ProviderProof,
} from '../../../../src/runners/onnx/proof/prove-provider.js';
import type { FromChild, LoadMessage, ToChild } from '../../../../src/runners/onnx/child/messages.js';
import type { Child, ChildExit } from '../../../../src/runners/onnx/child-process.js';
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
    expect(readTimeShare([profile])).toEqual({ CUDAExecutionProvider: 0.75, CPUExecutionProvider: 0.25 });
  });

  it('of two sessions is put together by their time', () => {
    const profiles = [
      JSON.stringify([node('CUDAExecutionProvider', 1, 30), run(0)]),
      JSON.stringify([node('CPUExecutionProvider', 1, 10), run(0)]),
    ];
    expect(readTimeShare(profiles)).toEqual({ CUDAExecutionProvider: 0.75, CPUExecutionProvider: 0.25 });
  });

  it('without nodes has no shares', () => {
    expect(readTimeShare(['[]'])).toEqual({});
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
    expect(isProven(proof)).toBe(true);
  });

  it('of a GPU that runs no node is an error, with what runs them instead', async () => {
    await expect(prove('cuda:0', fallback)).rejects.toMatchObject({
      code: 'device.unavailable',
      message: expect.stringMatching(/runs the model elsewhere \(151 nodes on CPUExecutionProvider\)/),
    });
  });

  it('lets a fallback pass only where it is allowed, and then is no proof', async () => {
    const proof = await prove('webgpu', fallback, { allowFallback: true });
    expect(isProven(proof)).toBe(false);
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
