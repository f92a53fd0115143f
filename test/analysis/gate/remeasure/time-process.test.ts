import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEAL_PARTS } from '../../../../src/schema/seal.js';
import { remeasure } from '../../../../src/analysis/gate/remeasure/remeasure.js';
import { createProcessTimer } from '../../../../src/analysis/gate/remeasure/time-process.js';
import { parseDevice } from '../../../../src/runners/device.js';
import type { TimedModel } from '../../../../src/runners/onnx/timing/time-together.js';
import { loadNetworkSpec } from '../../../support/model-specs.js';
import { makeWorkspace, type Workspace } from '../../../support/workspace.js';

let workspace: Workspace;
let model: TimedModel;

beforeAll(async () => {
  workspace = await makeWorkspace();
  const spec = await loadNetworkSpec('./luma.yaml', workspace.folder);
  model = {
    name: 'luma',
    load: {
      kind: 'load',
      spec,
      paths: { model: workspace.path('luma.onnx') },
      device: parseDevice('cpu'),
      options: { memoryPattern: false, graphOptimization: 'all', fetch: 'mask' },
      threads: 1,
    },
    images: ['000', '001'].map((id) => ({ key: id, path: workspace.path('data', 'im', `${id}.jpg`) })),
  };
});
afterAll(() => workspace.remove());

describe('a process that is timed for a gate', () => {
  it('is fresh, records enough, and has every part of its seal judged', async () => {
    const timer = await createProcessTimer({
      models: { baseline: model, candidate: model },
      device: parseDevice('cpu'),
      measure: { processes: 2, images: 2, rounds: 3, warmup: 3 },
      imageOf: (key) => `small/${key}`,
      imagesThere: 2,
      signal: new AbortController().signal,
    });
    const { round } = await remeasure({ timer, processes: 2, level: 0.95 });
    timer.stop();
    expect(round.processes).toEqual([2, 2]);
    expect(round.inferencesEach).toBeGreaterThanOrEqual(6);
    expect(round.seal.map(({ name }) => name)).toEqual([...SEAL_PARTS]);
    expect(round.seal.find(({ name }) => name === 'provider')).toMatchObject({ pass: true });
    // three warm-up predictions are too few for any seal
    expect(round.seal.find(({ name }) => name === 'warmed')).toMatchObject({
      pass: false,
      found: expect.stringContaining('4 of 4 processes: '),
    });
    // and where no seal is to be had, a second try is idle
    expect(round.repeated).toBe(0);
    for (const { processesMs, ratio, mostSlowed } of round.phases.filter(({ phase }) => phase !== 'decode')) {
      expect(Math.min(...processesMs.baseline, ...processesMs.candidate)).toBeGreaterThan(0);
      expect(ratio).toBeGreaterThan(0);
      expect(mostSlowed).toMatchObject({ images: 2, image: expect.stringMatching(/^small\/00[01]$/) });
    }
  }, 60_000);
});
