import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScenarioRecord } from '../../../src/store/records.js';
import type { ModelRecord, SampleRecord, TimingRecord } from '../../../src/store/timing-record.js';
import { floatValue, node, writeOnnx } from '../../support/onnx-builder.js';
import { TINY_SIDE } from '../../support/tiny-models.js';
import { execute, makeWorkspace, readRecords, type Workspace } from '../../support/workspace.js';

let workspace: Workspace;

const timeOnly = { predict: false, score: false, time: true };
const records = (): Promise<readonly TimingRecord[]> =>
  readRecords<TimingRecord>(workspace.path('out', 'timings.jsonl'));

describe('the timing pass', () => {
  beforeEach(async () => {
    workspace = await makeWorkspace({ models: ['luma', 'constant'], samples: 4 });
  });
  afterEach(() => workspace.remove());

  it('keeps every value with the conditions it was measured under, and says what is not sealed', async () => {
    const summary = await execute(workspace, { phases: timeOnly });
    const lines = await records();
    expect(new Set(lines.map(({ kind }) => kind))).toEqual(new Set(['warm-up', 'sample', 'model']));
    const samples = lines.filter((line): line is SampleRecord => line.kind === 'sample');
    // Two images, one pass, two models.
    expect(samples).toHaveLength(4);
    for (const { cpuMs, atMs } of samples) expect([typeof cpuMs, typeof atMs]).toEqual(['number', 'number']);
    const models = lines.filter((line): line is ModelRecord => line.kind === 'model');
    for (const { pass } of models) {
      expect(pass).toMatchObject({
        profile: 'quick',
        attempt: 1,
        together: ['luma', 'constant'],
        proof: null,
      });
      expect(pass?.parts).toHaveLength(8);
      // where the processors tell of no counter, by name
      expect(pass?.energy).toMatchObject(
        pass?.energy?.kind === 'measured'
          ? { by: 'rapl' }
          : { kind: 'not known', reason: expect.any(String) },
      );
    }
    for (const row of summary.timing) {
      const failed = row.seal?.kind === 'unsealed' ? row.seal.failed : [];
      expect(failed).toEqual(expect.arrayContaining(['warmed', 'steady', 'samples']));
      expect(failed).not.toContain('provider');
    }
    expect(summary.models[0]?.timing?.pass?.parts.find(({ name }) => name === 'samples')?.found).toMatch(
      /^2 of each dataset, needed/,
    );
  });

  it('is not done again when the run is resumed, and goes on with what is missing', async () => {
    await execute(workspace, { phases: timeOnly });
    const before = await records();
    await execute(workspace, { phases: timeOnly, resume: true });
    expect(await records()).toEqual(before);
    const withoutLast = before.slice(0, -1).map((line) => JSON.stringify(line));
    await writeFile(workspace.path('out', 'timings.jsonl'), `${withoutLast.join('\n')}\n`);
    await execute(workspace, { phases: timeOnly, resume: true });
    const after = await records();
    expect(after.filter(({ kind }) => kind === 'model')).toHaveLength(2);
  });

  it('records a model that cannot be loaded, and times the others', async () => {
    const shape = [1, 3, TINY_SIDE, TINY_SIDE];
    await writeOnnx(workspace.path('constant.onnx'), {
      graph: {
        inputs: [floatValue('image', shape)],
        outputs: [floatValue('map', shape)],
        nodes: [node('NoSuchOperator', ['image'], 'map')],
      },
    });
    const untimed: string[] = [];
    const summary = await execute(workspace, {
      phases: timeOnly,
      emit: (event) => event.kind === 'time-failed' && void untimed.push(event.model),
    });
    expect(untimed).toEqual(['constant']);
    expect(summary.models.map(({ timing }) => timing === null)).toEqual([false, true]);
    expect((await records()).filter(({ kind }) => kind === 'failed')).toHaveLength(1);
  });
});

describe('the scenarios of a run', () => {
  afterEach(() => workspace.remove());

  it('are measured after the timing pass, once, and what a model cannot do is said', async () => {
    workspace = await makeWorkspace({
      samples: 2,
      extra: `scenarios:
  - { kind: offline, batches: [1, 2], seconds: 0.05 }
  - { kind: server, boundMs: 60000, percentile: p90, requests: 10 }
  - { kind: sweep, threads: [1, 2], spinning: [true, false] }
`,
    });
    const { scenarios = [] } = await execute(workspace, { phases: timeOnly });
    expect(scenarios.map(({ kind }) => kind)).toEqual(['offline', 'server', 'sweep']);
    const [offline, server, sweep] = scenarios;
    // The tiny network's batch is fixed at one.
    expect(offline).toMatchObject({
      batches: [
        { kind: 'measured', batch: 1 },
        { kind: 'failed', batch: 2 },
      ],
    });
    expect(server).toMatchObject({ percentile: 'p90', seed: 1, trials: [{ n: 10, held: true }] });
    expect(sweep).toMatchObject({
      settings: [
        { setting: 'threads 1, spinning on' },
        { setting: 'threads 1, spinning off' },
        { setting: 'threads 2, spinning on' },
        { setting: 'threads 2, spinning off' },
      ],
    });
    const path = workspace.path('out', 'scenarios.jsonl');
    const before = await readRecords<ScenarioRecord>(path);
    await execute(workspace, { phases: timeOnly, resume: true });
    expect(await readRecords<ScenarioRecord>(path)).toEqual(before);
  });
});
