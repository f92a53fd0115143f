import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadRunConfig } from '../../src/store/config.js';
import { prepareRun } from '../../src/pipeline/prepare.js';
import { run } from '../../src/pipeline/run.js';
import type { Summary } from '../../src/schema/summary.js';
import { reportDocument } from '../../src/reports/document.js';
import { findSoftwareGpu, setEnvironment } from '../support/software-gpu.js';
import { execute, makeWorkspace, readRecords, type Workspace } from '../support/workspace.js';

let workspace: Workspace;
const gpu = await findSoftwareGpu();
let restore = (): void => undefined;

beforeAll(() => {
  if (gpu.kind === 'found') restore = setEnvironment(gpu.env);
});
afterAll(() => restore());

/** The workspace's config on another device. */
async function executeOn(device: string, out: string): Promise<Summary> {
  const signal = new AbortController().signal;
  const loaded = await loadRunConfig(workspace.config);
  const config = { ...loaded.config, device };
  const prepared = await prepareRun(
    { ...loaded, config },
    { offline: true, onProgress: () => undefined, signal },
  );
  return run({
    ...prepared,
    shard: null,
    resume: false,
    phases: { predict: true, score: true, time: true },
    emit: () => undefined,
    out: workspace.path(out),
    signal,
  });
}

describe(`one experiment on two devices${gpu.kind === 'none' ? ` (skipped: ${gpu.reason})` : ''}`, () => {
  afterEach(() => workspace.remove());

  it.skipIf(gpu.kind === 'none')('stands side by side in one report, with the proof of each', async () => {
    workspace = await makeWorkspace({ samples: 2 });
    const cpu = await execute(workspace, { phases: { predict: true, score: true, time: true } });
    const webgpu = await executeOn('webgpu', 'webgpu');
    expect(webgpu.cells).toEqual(cpu.cells);
    expect(cpu.models[0]?.timing?.pass?.placement).toBeNull();
    const placement = webgpu.models[0]?.timing?.pass?.placement;
    expect(placement?.nodes['WebGpuExecutionProvider']).toBeGreaterThan(0);
    const [, appendix] = reportDocument([cpu, webgpu]).tables;
    expect(appendix?.columns.map(({ group }) => group)).toEqual([undefined, 'cpu, 1 thread', 'webgpu']);
    expect(appendix?.rows[0]?.cells.every(({ text }) => text !== '-')).toBe(true);
  });

  it.skipIf(gpu.kind === 'none')('predicts one run on both, and times each by itself', async () => {
    workspace = await makeWorkspace({ samples: 12 });
    const both = await executeOn('cpu,webgpu', 'both');
    expect(both.cells).toEqual({ planned: 12, scored: 12, failed: 0 });
    const devices = both.device.devices ?? [];
    expect(devices.map(({ device }) => device)).toEqual(['cpu', 'webgpu']);
    expect(devices.reduce((sum, { cells }) => sum + cells, 0)).toBe(12);
    expect(both.models[0]?.timing?.pass?.placement).toBeNull();
    const [other] = both.otherKinds ?? [];
    expect(other?.device).toBe('webgpu');
    expect(other?.models[0]?.timing?.pass?.placement?.nodes['WebGpuExecutionProvider']).toBeGreaterThan(0);
    const [answer, appendix] = reportDocument([both]).tables;
    expect(appendix?.columns.map(({ group }) => group)).toEqual([undefined, 'cpu, 1 thread', 'webgpu']);
    expect(appendix?.rows[0]?.cells.every(({ text }) => text !== '-')).toBe(true);
    expect(answer?.notes.join('\n')).toMatch(/Cells by device: cpu \d+, webgpu \d+\./);
    // Other keys than on one of them: nobody takes the one's mattes for the other's.
    const keyOf = async (out: string): Promise<unknown> =>
      (await readRecords<{ key: string }>(workspace.path(out, 'predictions.jsonl')))[0]?.key;
    await execute(workspace);
    expect(await keyOf('both')).not.toBe(await keyOf('out'));
  });
});
