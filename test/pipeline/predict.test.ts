import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/schema/summary.js';
import type { RunEvent } from '../../src/schema/events.js';
import type { PredictionRecord, ScoreRecord } from '../../src/store/records.js';
import { shortOrLong } from '../support/long.js';
import { CAN_LOOK_UP_PROCESSES, inferenceProcesses } from '../support/processes.js';
import { configText, execute, makeWorkspace, readRecords, type Workspace } from '../support/workspace.js';

let workspace: Workspace;

afterEach(() => workspace.remove());

const PREDICT_ONLY = { predict: true, score: true, time: false };

async function predictions(): Promise<readonly PredictionRecord[]> {
  return readRecords<PredictionRecord>(workspace.path('out', 'predictions.jsonl'));
}

function reasons(summary: Summary, model: string): readonly string[] {
  return [
    ...new Set(
      summary.failures.filter((f) => f.model === model).map((f) => `${f.failure.code}: ${f.failure.message}`),
    ),
  ];
}

/** Kills the inference process with a signal as soon as an event says so; `times` times. */
function killer(
  signal: NodeJS.Signals,
  times: number,
  when: (event: RunEvent) => boolean,
): (event: RunEvent) => void {
  let left = times;
  return (event) => {
    if (left === 0 || !when(event)) return;
    const [pid] = inferenceProcesses(process.pid);
    if (pid === undefined) return;
    left--;
    process.kill(pid, signal);
  };
}

const afterImages = (n: number) => (event: RunEvent) =>
  event.kind === 'progress' && event.phase === 'predict' && event.done >= n;

describe('an output that is no matte', () => {
  it('fails its cells with the reason, and the other models and images are done', async () => {
    workspace = await makeWorkspace({
      models: ['not-a-number', 'nan-when-dark', 'luma'],
    });
    const summary = await execute(workspace);
    expect(reasons(summary, 'not-a-number')).toEqual([
      'model.output: output has 4096 of 4096 values that are NaN or infinite; expected finite values',
    ]);
    const counts = summary.accuracy
      .filter(({ dataset }) => dataset !== null)
      .map(({ model, scored, failed }) => [model, scored, failed]);
    expect(counts).toEqual([
      ['not-a-number', 0, 4],
      ['nan-when-dark', 1, 3],
      ['luma', 4, 0],
    ]);
    expect(await predictions()).toHaveLength(12);
  });

  it.each([
    ['two-inputs', 'the model has 2 inputs'],
    ['flat', `the model's output "map" is float32 [1, 12288]`],
  ] as const)('ends the run before it begins where the file says so: %s', async (model, message) => {
    workspace = await makeWorkspace({ models: ['luma', model] });
    await expect(execute(workspace)).rejects.toMatchObject({ code: 'model.signature', message });
    expect(existsSync(workspace.path('out'))).toBe(false);
  });
});

describe.skipIf(!CAN_LOOK_UP_PROCESSES)(
  'an inference process that dies (skipped where /proc is missing)',
  () => {
    it.each(shortOrLong(['SIGSEGV'] as const, ['SIGKILL', 'SIGSEGV', 'SIGABRT'] as const))(
      'by %s loses no cell: its job is tried once more',
      async (signal) => {
        workspace = await makeWorkspace({ models: ['slow'], samples: 6 });
        const events: RunEvent[] = [];
        const kill = killer(signal, 1, afterImages(2));
        const summary = await execute(workspace, {
          phases: PREDICT_ONLY,
          emit: (event) => {
            events.push(event);
            kill(event);
          },
        });
        expect(summary.cells).toEqual({ planned: 6, scored: 6, failed: 0 });
        const done = await predictions();
        expect(new Set(done.map(({ key }) => key)).size).toBe(6);
        expect(done).toHaveLength(6);
        expect(inferenceProcesses(process.pid)).toEqual([]);
      },
    );

    it('again and again fails its cells with the reason; a resumed run does them', async () => {
      workspace = await makeWorkspace({ models: ['slow'], samples: 4 });
      const deadly = setInterval(() => {
        for (const pid of inferenceProcesses(process.pid)) process.kill(pid, 'SIGKILL');
      }, 5);
      let summary: Summary;
      try {
        summary = await execute(workspace);
      } finally {
        clearInterval(deadly);
      }
      expect(summary.cells).toEqual({ planned: 4, scored: 0, failed: 4 });
      expect(reasons(summary, 'slow')).toEqual([
        'runner.out-of-memory: the inference process was killed (SIGKILL), as the system does when memory runs out',
      ]);
      const resumed = await execute(workspace, { resume: true });
      expect(resumed.cells).toEqual({ planned: 4, scored: 4, failed: 0 });
    });
  },
);

describe('two samples with the same bytes', () => {
  it('each have a matte and a score of their own', async () => {
    workspace = await makeWorkspace({ samples: 1 });
    for (const id of ['001', '002', '003', '004', '005', '006', '007', '008']) {
      await copyFile(workspace.path('data', 'im', '000.jpg'), workspace.path('data', 'im', `${id}.jpg`));
      await copyFile(workspace.path('data', 'gt', '000.png'), workspace.path('data', 'gt', `${id}.png`));
    }
    const blank = sharp({ create: { width: 72, height: 56, channels: 3, background: '#fff' } });
    await blank.png().toFile(workspace.path('data', 'gt', '008.png'));
    const summary = await execute(workspace);
    expect(summary.cells).toEqual({ planned: 9, scored: 9, failed: 0 });
    for (let i = 0; i < 9; i++) {
      expect(
        existsSync(workspace.path('out', 'predictions', 'luma', 'tiny', `00${i}.png`)),
        `00${i}.png`,
      ).toBe(true);
    }
    const before = await predictions();
    await execute(workspace, { resume: true });
    expect(await predictions()).toEqual(before);
  });
});

describe('two models with the same bytes', () => {
  it('each have mattes and scores of their own', async () => {
    workspace = await makeWorkspace({ samples: 2 });
    const text = 'name: twin\nfiles: file:luma.onnx\ninput: { width: 64, height: 64, divideBy: 255 }\n';
    await writeFile(workspace.path('twin.yaml'), text);
    await writeFile(
      workspace.config,
      configText(['luma', 'twin'], ['tiny'], 'accuracy: { processes: 1, threads: 1 }'),
    );
    const summary = await execute(workspace);
    expect(summary.cells).toEqual({ planned: 4, scored: 4, failed: 0 });
    expect(existsSync(workspace.path('out', 'predictions', 'twin', 'tiny', '001.png'))).toBe(true);
    const scores = await readRecords<ScoreRecord>(workspace.path('out', 'scores.jsonl'));
    expect(scores.map(({ model, id }) => `${model} ${id}`).sort()).toEqual([
      'luma 000',
      'luma 001',
      'twin 000',
      'twin 001',
    ]);
  });
});
