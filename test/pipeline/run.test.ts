import { existsSync } from 'node:fs';
import { appendFile, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeError } from '../../src/core/errors.js';
import type { Summary } from '../../src/schema/summary.js';
import type { RunEvent } from '../../src/schema/events.js';
import type { PredictionRecord, ScoreRecord } from '../../src/store/records.js';
import {
  configText,
  execute,
  keep,
  makeWorkspace,
  readRecords,
  type Workspace,
} from '../support/workspace.js';

let workspace: Workspace;
/** The run that every test finds in `out`. */
let first: Summary;
let restore: () => Promise<void>;

beforeAll(async () => {
  workspace = await makeWorkspace({ samples: 4 });
  first = await execute(workspace);
  restore = await keep(workspace);
});
afterEach(() => restore());
afterAll(() => workspace.remove());

const out = (...names: readonly string[]): string => workspace.path('out', ...names);
const predictions = (): Promise<readonly PredictionRecord[]> =>
  readRecords<PredictionRecord>(out('predictions.jsonl'));
const scores = (): Promise<readonly ScoreRecord[]> => readRecords<ScoreRecord>(out('scores.jsonl'));
const comparable = ({ cells, accuracy, failures, datasets }: Summary): unknown => ({
  cells,
  accuracy,
  failures,
  datasets,
});

describe('a run', () => {
  it('leaves plan, predictions, mattes, scores, times and summary behind, and no lock', async () => {
    await rm(out(), { recursive: true });
    const events: RunEvent[] = [];
    const summary = await execute(workspace, {
      phases: { predict: true, score: true, time: true },
      emit: (event) => void events.push(event),
    });
    expect(summary.cells).toEqual({ planned: 4, scored: 4, failed: 0 });
    expect(await predictions()).toHaveLength(4);
    expect(await scores()).toHaveLength(4);
    const { evidence, ...written } = summary;
    expect(evidence).toMatchObject({ kind: 'sealed' });
    expect(JSON.parse(await readFile(out('summary.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(written)),
    );
    expect(existsSync(out('predictions', 'luma', 'tiny', '003.png'))).toBe(true);
    expect(existsSync(out('.lock'))).toBe(false);
    const phases = events.filter((event) => event.kind === 'phase-started').map(({ phase }) => phase);
    expect(phases).toEqual(['plan', 'predict', 'score', 'time']);
    const timing = summary.timing.find(({ dataset }) => dataset === 'tiny');
    expect(timing).toMatchObject({ model: 'luma', images: 2, n: 2 });
    expect(summary.models[0]?.timing).toMatchObject({ warmup: 3, threads: 1 });
  });

  it('resumed when all is done does nothing again', async () => {
    const before = [await predictions(), await scores()];
    const events: RunEvent[] = [];
    const again = await execute(workspace, { resume: true, emit: (event) => void events.push(event) });
    expect(comparable(again)).toEqual(comparable(first));
    expect([await predictions(), await scores()]).toEqual(before);
    expect(events.some((event) => event.kind === 'phase-started' && event.phase === 'predict')).toBe(false);
  });

  it('resumed after its files were torn in the middle does what is missing, once', async () => {
    const undisturbed = await predictions();
    await rm(out('seal.json'));
    for (const file of ['predictions.jsonl', 'scores.jsonl']) {
      await truncate(out(file), Math.floor((await readFile(out(file))).length * 0.6));
    }
    const resumed = await execute(workspace, { resume: true });
    expect(comparable(resumed)).toEqual(comparable(first));
    const mattes = (records: readonly PredictionRecord[]): unknown =>
      records.map((r) => [r.id, r.status === 'done' ? r.matteSha256 : r.failure]).sort();
    expect(mattes(await predictions())).toEqual(mattes(undisturbed));
  });

  it('predicts a cell again whose matte was lost, and no other', async () => {
    await rm(out('predictions', 'luma', 'tiny', '002.png'));
    await execute(workspace, { resume: true });
    const done = await predictions();
    // Two processes end in either order; what is predicted again comes last.
    const ids = done.map(({ id }) => id);
    expect(ids.slice(0, 4).sort()).toEqual(['000', '001', '002', '003']);
    expect(ids.slice(4)).toEqual(['002']);
    expect(existsSync(out('predictions', 'luma', 'tiny', '002.png'))).toBe(true);
    expect(await scores()).toHaveLength(4);
  });

  it('does its phases alone: predict first, score later', async () => {
    await rm(out(), { recursive: true });
    const predicted = await execute(workspace, { phases: { predict: true, score: false, time: false } });
    expect(predicted.cells).toEqual({ planned: 4, scored: 0, failed: 4 });
    expect(existsSync(out('scores.jsonl'))).toBe(false);
    const before = await predictions();
    const scored = await execute(workspace, {
      resume: true,
      phases: { predict: false, score: true, time: false },
    });
    expect(scored.cells).toEqual({ planned: 4, scored: 4, failed: 0 });
    expect(await predictions()).toEqual(before);
  });

  it('is the same in every figure when it is made again', async () => {
    const second = await execute(workspace, { out: workspace.path('second') });
    expect(comparable(second)).toEqual(comparable(first));
  });

  it('in shards covers what it covers in one', async () => {
    const parts = [];
    for (const part of [1, 2] as const) {
      parts.push(await execute(workspace, { shard: [part, 2], out: workspace.path(`shard${part}`) }));
    }
    expect(parts.map(({ cells }) => cells.scored)).toEqual([2, 2]);
    const mean = (summary: Summary): number => summary.accuracy[0]?.metrics['iou']?.mean ?? Number.NaN;
    const [odd = 0, even = 0] = parts.map(mean);
    expect((odd + even) / 2).toBeCloseTo(mean(first), 12);
  });
});

describe('a run that is resumed', () => {
  const refusal = async (): Promise<string> =>
    execute(workspace, { resume: true }).then(
      () => 'accepted',
      (error: unknown) => describeError(error),
    );

  it('under another threshold is refused by that name, and left as it was', async () => {
    const before = [await predictions(), await scores(), await readFile(out('plan.jsonl'), 'utf8')];
    await writeFile(
      workspace.config,
      configText(['luma'], ['tiny'], 'accuracy: { processes: 1 }\nscoring: { threshold: 100 }\n'),
    );
    expect(await refusal()).toMatch(
      /made under other settings: scoring \(.*threshold: 128.* there, .*threshold: 100.* now\)/,
    );
    expect([await predictions(), await scores(), await readFile(out('plan.jsonl'), 'utf8')]).toEqual(before);
    expect(existsSync(out('.lock'))).toBe(false);
  });

  it('over changed pictures is refused: the dataset has another fingerprint', async () => {
    await appendFile(workspace.path('data', 'im', '001.jpg'), 'x');
    expect(await refusal()).toMatch(/made under other settings: datasets/);
  });

  it('with other weights under the same name is refused', async () => {
    await appendFile(workspace.path('luma.onnx'), '');
    expect(await refusal()).toBe('accepted');
    const spec = await readFile(workspace.path('luma.yaml'), 'utf8');
    await writeFile(workspace.path('luma.yaml'), `${spec}output: { rescale: min-max }\n`);
    expect(await refusal()).toMatch(/made under other settings: models/);
  });

  it('is not begun anew without --resume', async () => {
    await expect(execute(workspace)).rejects.toMatchObject({ code: 'run.exists' });
  });
});
