import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureSchema } from '../../../src/analysis/gate/remeasure/measure.js';
import { createTimePair } from '../../../src/analysis/gate/remeasure/time-pair.js';
import { compareStoredTimes } from '../../../src/analysis/compare/stored-latency.js';
import type { SideFacts } from '../../../src/analysis/compare/side.js';
import { PACKAGE_ROOT } from '../../../src/core/package-root.js';
import { tablesOf } from '../../../src/reports/tables/tables-of.js';
import type { Summary } from '../../../src/schema/summary.js';
import { readManifest, runFolder } from '../../../src/store/run-folder.js';
import { loadStoredTimes, type StoredTimes } from '../../../src/store/stored-times.js';
import type { TimingRecord } from '../../../src/store/timing-record.js';
import { cli } from '../../support/cli.js';
import { execute, makeWorkspace, readRecords, type Workspace } from '../../support/workspace.js';

const PROGRAM = join(PACKAGE_ROOT, 'test', 'runners', 'command', 'program.mjs');

let workspace: Workspace;
let summary: Summary;
let records: readonly TimingRecord[];

describe('a run with a network and a program', () => {
  beforeAll(async () => {
    workspace = await makeWorkspace({ models: ['luma'], samples: 4 });
    const command = { run: [process.execPath, PROGRAM], files: [PROGRAM] };
    const spec = { name: 'program', feeding: 'command', command };
    await writeFile(workspace.path('program.yaml'), JSON.stringify(spec));
    await writeFile(
      workspace.config,
      [
        'name: r',
        'models: [./luma.yaml, ./program.yaml]',
        'datasets: [./tiny.yaml]',
        'accuracy: { processes: 1, threads: 1 }',
        'time: { profile: quick, images: 2, threads: 1 }',
        'price: { perHour: 3.6, currency: USD }',
        '',
      ].join('\n'),
    );
    summary = await execute(workspace, { phases: { predict: true, score: true, time: true } });
    records = await readRecords<TimingRecord>(workspace.path('out', 'timings.jsonl'));
  });
  afterAll(() => workspace.remove());

  const scopesOf = (model: string): readonly unknown[] =>
    summary.timing.filter((row) => row.model === model && row.dataset === null).map(({ scope }) => scope);

  it('has times of files of both, and of decoded pictures of the network, each said in its records', () => {
    expect(scopesOf('luma')).toEqual(['predict', 'file-to-file']);
    expect(scopesOf('program')).toEqual(['file-to-file']);
    for (const record of records) {
      if (record.kind === 'sample' || record.kind === 'model') expect(record.scope).toBeDefined();
      if (record.kind === 'sample' && record.scope === 'file-to-file')
        expect(record.phases.totalMs).toBeGreaterThan(0);
    }
    const [luma, program] = summary.models.map(({ timing }) => timing);
    expect(luma).toMatchObject({ scope: 'predict', wider: [{ scope: 'file-to-file' }] });
    expect(program).toMatchObject({ scope: 'file-to-file', pass: { together: ['luma', 'program'] } });
    // From file to file is more than its phases.
    const row = summary.timing.find(({ model, scope }) => model === 'luma' && scope === 'file-to-file');
    const { decode, preprocess, inference, postprocess, predict } = row?.phases ?? {};
    const parts = [decode, preprocess, inference, postprocess].map((phase) => phase?.mean ?? Number.NaN);
    expect(parts.every((ms) => ms > 0)).toBe(true);
    expect(predict?.mean).toBeGreaterThan(parts.reduce((sum, ms) => sum + ms, 0));
  });

  it('says which parts of a program\u2019s seal nobody can know, and judges the others', () => {
    const parts = summary.models[1]?.timing?.pass?.parts ?? [];
    expect(parts.find(({ name }) => name === 'provider')).toMatchObject({
      state: 'not known',
      notKnown: ['where the program computes'],
    });
    expect(parts.find(({ name }) => name === 'isolated')?.notKnown).toContain(
      'who else is on a card that the program uses',
    );
    expect(parts.find(({ name }) => name === 'steady')?.found).toMatch(/three windows/);
  });

  it('shows each scope in tables of its own, and both models side by side from file to file', () => {
    const tables = tablesOf([summary]);
    const titles = tables.map(({ title }) => title);
    expect(titles.filter((title) => title.endsWith(', file to file'))).toHaveLength(3);
    const [short] = tables;
    expect(short?.caption).toContain('mean time from a picture\u2019s file to a matte\u2019s file');
    const cost = short?.columns.findIndex(({ label }) => label === 'USD /1,000') ?? -1;
    const ms = short?.columns.findIndex(({ label }) => label === 'ms') ?? -1;
    for (const { cells } of short?.rows ?? []) {
      expect(cells[ms]?.value).toBeGreaterThan(0);
      // 3.6 an hour is 0.001 a second, and a thousand images take so many seconds as one takes milliseconds.
      expect(cells[cost]?.value).toBeCloseTo((cells[ms]?.value ?? 0) / 1000, 9);
    }
    // What the program does not tell of is not 0.
    const phases = tables.find(
      ({ title }) => title.startsWith('Where the time goes') && title.endsWith('to file'),
    );
    const row = phases?.rows.find(({ cells }) => cells[0]?.text.startsWith('program'));
    expect(row?.cells.slice(1, 4).map(({ text }) => text)).toEqual(['-', '-', '1.50']);
  });

  it('compares stored times within one scope alone', async () => {
    const times = await loadStoredTimes(runFolder(workspace.path('out')));
    const facts = {
      label: 'x',
      device: 'cpu',
      environment: { cpu: 'c', cores: 2 },
    } as SideFacts;
    const of = (own: StoredTimes | undefined) => ({ facts, times: own });
    const resampling = { resamples: 100, seed: 's' };
    const [luma, program] = [times.get('luma'), times.get('program')];
    expect(compareStoredTimes(of(luma), of(luma), resampling)).not.toHaveProperty('scope');
    const mixed = compareStoredTimes(of(luma), of(program), resampling);
    expect(mixed).toMatchObject({ kind: 'stored', scope: 'file-to-file' });
    const { wider: _none, ...narrow } = luma ?? { wider: [] };
    expect(compareStoredTimes(of(narrow as StoredTimes), of(program), resampling)).toEqual({
      kind: 'none',
      reason: 'times of different scopes (predict against file-to-file)',
    });
  });

  it('is remeasured for a gate in the scope that both sides have, or in the one that is asked for', async () => {
    const { settings } = await readManifest(runFolder(workspace.path('out')));
    const [luma, program] = settings.models.map((model) => ({ ...model, name: model.spec.name }));
    if (luma === undefined || program === undefined) throw new Error('two models are wanted');
    const { signal } = new AbortController();
    const open = (fields: object) =>
      createTimePair({
        run: workspace.path('out'),
        measure: measureSchema.parse({ processes: 2, images: 1, rounds: 1, warmup: 3, ...fields }),
        files: {},
        cwd: workspace.folder,
        env: process.env,
        signal,
      });
    const pair = await (await open({}))({ baseline: luma, candidate: program });
    expect(pair.scope).toBe('file-to-file');
    for (const side of ['baseline', 'candidate'] as const) {
      const { samples, parts } = await pair.timer.time(side);
      expect(samples.every(({ phases }) => (phases.totalMs ?? 0) > 0)).toBe(true);
      const where = parts.find(({ name }) => name === 'provider');
      expect(where?.state).toBe(side === 'baseline' ? 'pass' : 'not known');
    }
    pair.timer.stop();
    const same = { baseline: luma, candidate: luma };
    for (const [fields, scope] of [
      [{}, 'predict'],
      [{ scope: 'file-to-file' }, 'file-to-file'],
    ] as const) {
      const own = await (await open(fields))(same);
      expect(own.scope).toBe(scope);
      own.timer.stop();
    }
    const predict = await open({ scope: 'predict' });
    await expect(predict({ baseline: luma, candidate: program })).rejects.toMatchObject({
      message: 'luma and program have no times of the scope predict',
    });
  });

  it('is not timed again when it is resumed, and exports each scope by its name', async () => {
    await execute(workspace, { phases: { predict: true, score: true, time: true }, resume: true });
    expect(await readRecords(workspace.path('out', 'timings.jsonl'))).toHaveLength(records.length);
    const { out, status } = await cli(['report', workspace.path('out'), '--format', 'csv'], workspace.folder);
    expect(status).toBe(0);
    expect(out).toMatch(/timing,program,mean,file_to_file_ms,mean,/);
    expect(out).not.toMatch(/timing,program,mean,predict_ms/);
  });
});
