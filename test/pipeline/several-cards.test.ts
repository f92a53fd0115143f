import { appendFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { prepareRun } from '../../src/pipeline/prepare.js';
import { run } from '../../src/pipeline/run.js';
import type { RunEvent } from '../../src/schema/events.js';
import type { Summary } from '../../src/schema/summary.js';
import { loadRunConfig } from '../../src/store/config.js';
import type { PredictionRecord } from '../../src/store/records.js';
import { mattesIn } from '../support/kept-mattes.js';
import { simulateCards } from '../support/simulated-cards.js';
import { makeWorkspace, readRecords, type Workspace } from '../support/workspace.js';

let workspace: Workspace;
let cards: ReturnType<typeof simulateCards>;

beforeAll(() => {
  cards = simulateCards();
});
afterAll(() => cards.restore());
afterEach(() => workspace.remove());

interface Done {
  readonly summary: Summary;
  readonly records: readonly PredictionRecord[];
  readonly warnings: readonly string[];
}

async function runOn(
  device: string,
  out: string,
  emit: (event: RunEvent) => void = () => undefined,
): Promise<Done> {
  const loaded = await loadRunConfig(workspace.config);
  const accuracy = { processes: 'auto', threads: 'auto', feeders: 2, batch: 1 } as const;
  const prepared = await prepareRun(
    { ...loaded, config: { ...loaded.config, device, accuracy } },
    { offline: true },
  );
  const warnings: string[] = [];
  const summary = await run({
    ...prepared,
    out: workspace.path(out),
    phases: { time: false },
    emit(event) {
      if (event.kind === 'warning') warnings.push(event.message);
      emit(event);
    },
  });
  const records = await readRecords<PredictionRecord>(workspace.path(out, 'predictions.jsonl'));
  return { summary, records, warnings };
}

/** What became of every cell, whatever did it. */
function cellsOf(records: readonly PredictionRecord[]): readonly string[] {
  return records
    .map(({ key, id, ...of }) => `${id} ${key} ${of.status === 'done' ? of.matteSha256 : of.failure.message}`)
    .toSorted();
}

describe('several cards, simulated', () => {
  it('keep no matte where none is to be kept, and come to the same', async () => {
    workspace = await makeWorkspace({ samples: 12 });
    cards.set({ ms: 20 });
    const all = await runOn('cuda:0,cuda:1', 'all');
    await appendFile(workspace.config, 'mattes: none\n');
    const none = await runOn('cuda:0,cuda:1', 'none');
    expect(mattesIn(workspace.path('all'))).toHaveLength(12);
    expect(mattesIn(workspace.path('none'))).toEqual([]);
    expect(cellsOf(none.records)).toEqual(cellsOf(all.records));
    expect(none.summary.accuracy).toEqual(all.summary.accuracy);
  });

  it('predict one run together, and every cell names its card', async () => {
    workspace = await makeWorkspace({ samples: 24 });
    cards.set({ ms: 40 });
    const one = await runOn('cuda:0', 'one');
    const two = await runOn('cuda:0,cuda:1', 'two');
    expect(two.summary.cells).toEqual({ planned: 24, scored: 24, failed: 0 });
    expect(cellsOf(two.records)).toEqual(cellsOf(one.records));
    expect(two.summary.accuracy).toEqual(one.summary.accuracy);
    expect(one.records.every(({ device }) => device === undefined)).toBe(true);
    const counts = two.summary.device.devices?.map(({ device, cells }) => [device, cells]);
    expect(counts?.map(([device]) => device)).toEqual(['cuda:0', 'cuda:1']);
    expect(counts?.every(([, cells]) => Number(cells) >= 4)).toBe(true);
    expect(one.summary.device.devices).toBeUndefined();
  });

  it('of which one is lost leave no cell out, and say so', async () => {
    workspace = await makeWorkspace({ samples: 24 });
    cards.set({ ms: 40 });
    const whole = await runOn('cuda:0,cuda:1', 'whole');
    const { summary, records, warnings } = await runOn('cuda:0,cuda:1', 'lost', (event) => {
      // What a process computes with was set when it was started, so that the time is set before.
      if (event.kind === 'phase-started' && event.phase === 'predict')
        cards.set({ ms: 40, lost: { index: 1, at: Date.now() + 1200 } });
    });
    expect(summary.cells.failed).toBe(0);
    expect(cellsOf(records)).toEqual(cellsOf(whole.records));
    expect(records.filter(({ device }) => device === 'cuda:0').length).toBeGreaterThan(
      records.filter(({ device }) => device === 'cuda:1').length,
    );
    expect(warnings.join('\n')).toMatch(/the others go on without cuda:1: simulated card 1 is lost/);
  });

  it('that are all lost end the run, and a resume on another one does the rest', async () => {
    workspace = await makeWorkspace({ samples: 6 });
    cards.set({ ms: 5, lost: { index: 1, at: 0 } });
    await expect(runOn('cuda:1', 'all')).rejects.toThrow(/simulated card 1 is lost/);
    const loaded = await loadRunConfig(workspace.config);
    const config = { ...loaded.config, device: 'cuda:0' };
    const prepared = await prepareRun({ ...loaded, config }, { offline: true });
    const summary = await run({
      ...prepared,
      out: workspace.path('all'),
      resume: true,
      phases: { time: false },
    });
    expect(summary.cells).toEqual({ planned: 6, scored: 6, failed: 0 });
    expect(summary.device.request).toBe('cuda:1');
    const records = await readRecords<PredictionRecord>(workspace.path('all', 'predictions.jsonl'));
    expect(new Set(records.map(({ device }) => device))).toEqual(new Set(['cuda:0']));
  });

  it('say what bounded the pass', async () => {
    workspace = await makeWorkspace({ samples: 12 });
    cards.set({ ms: 500 });
    const { summary } = await runOn('cuda:0', 'slow');
    expect(summary.pace).toMatchObject({ cells: 12, by: 'device' });
    const { seconds, waited } = summary.pace ?? { seconds: 0, waited: undefined };
    expect(seconds).toBeGreaterThan(12 * 0.5);
    expect(waited?.device).toBeLessThan(1 - (12 * 0.49) / seconds);
    expect(waited?.feeding).toBeGreaterThan(waited?.device ?? 1);
  });
});
