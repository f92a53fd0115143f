import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Summary } from '../../../src/schema/summary.js';
import type { CallRecord } from '../../../src/store/call-record.js';
import type { PredictionRecord } from '../../../src/store/records.js';
import { prepareRun } from '../../../src/pipeline/prepare.js';
import { run } from '../../../src/pipeline/run.js';
import type { RunOptions } from '../../../src/pipeline/run-request.js';
import { loadRunConfig } from '../../../src/store/config.js';
import { compareSides } from '../../../src/analysis/compare/compare.js';
import { openRun } from '../../../src/analysis/compare/open-side.js';
import type { JudgedPair } from '../../../src/analysis/gate/rules/rule.js';
import { serviceTime } from '../../../src/analysis/gate/rules/service-time.js';
import { timeTables } from '../../../src/reports/tables/tables-of.js';
import { reportDocument } from '../../../src/reports/document.js';
import { markdown } from '../../../src/reports/formats/markdown.js';
import {
  startService,
  type Fault,
  type ServiceOptions,
  type ServiceServer,
} from '../../support/service-server.js';
import { CONTRACTS, SECRET, serviceOf, type Contract } from '../../support/service-specs.js';
import { mattesIn, worstByIou } from '../../support/kept-mattes.js';
import { makeWorkspace, readRecords, type Workspace } from '../../support/workspace.js';

let workspace: Workspace;
let server: ServiceServer;
/** Where pictures are fetched that the service has made: another origin. */
let files: ServiceServer;
const said: string[] = [];

async function serve(options: Partial<ServiceOptions> = {}): Promise<ServiceServer> {
  const images = workspace.path('data', 'im');
  files = await startService(images, { secret: SECRET });
  server = await startService(images, { secret: SECRET, filesAt: () => files.origin, ...options });
  return server;
}

async function useService(contract: Contract, fields: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const spec = { name: 'service', feeding: 'http', http: serviceOf(contract, server.origin, fields) };
  await writeFile(workspace.path('service.yaml'), JSON.stringify(spec));
  await writeFile(workspace.config, 'name: r\nmodels: [./service.yaml]\ndatasets: [./tiny.yaml]\n');
}

async function execute(options: Partial<RunOptions> = {}): Promise<Summary> {
  const env = { ...process.env, MASKBENCH_TEST_SECRET: SECRET };
  const prepared = await prepareRun(await loadRunConfig(workspace.config), { env });
  const emit: RunOptions['emit'] = (event) => void said.push(JSON.stringify(event));
  return run({
    phases: { time: false },
    allowUpload: true,
    emit,
    ...prepared,
    out: workspace.path('out'),
    ...options,
  });
}

const out = (name: string): string => workspace.path('out', name);
const predictions = (): Promise<readonly PredictionRecord[]> => readRecords(out('predictions.jsonl'));
const calls = (): Promise<readonly CallRecord[]> => readRecords(out('calls.jsonl'));

/** Reasons of the last failures, by the picture's id. */
async function reasons(): Promise<ReadonlyMap<string, string>> {
  return new Map(
    (await predictions()).flatMap((record) =>
      record.status === 'failed' ? [[record.id, `${record.failure.code}: ${record.failure.message}`]] : [],
    ),
  );
}

/** Every file below a folder that holds a text. */
async function filesWith(folder: string, text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if ((await stat(path)).isFile() && (await readFile(path)).includes(text)) found.push(name);
  }
  return found;
}

describe('a service that makes mattes', () => {
  beforeEach(async () => {
    said.length = 0;
    workspace = await makeWorkspace({ models: [], samples: 6 });
  });
  afterEach(async () => {
    // Whatever happened, the secret is in nothing that was written or said.
    expect(await filesWith(workspace.path('out'), SECRET).catch(() => [])).toEqual([]);
    expect(said.join('\n')).not.toContain(SECRET);
    expect([...server.leaks, ...files.leaks]).toEqual([]);
    await server.close();
    await files.close();
    await workspace.remove();
  });

  it.each(CONTRACTS)('of the contract %s is planned, called, scored and read', async (contract) => {
    await serve();
    await useService(contract, { concurrency: 3 });
    const summary = await execute();
    expect(summary.cells).toEqual({ planned: 6, scored: 6, failed: 0 });
    expect([...server.worked].sort()).toEqual(['000', '001', '002', '003', '004', '005']);
    expect(server.mostAtOnce()).toBeLessThanOrEqual(3);
    expect([...server.leaks, ...files.leaks]).toEqual([]);
    const ends = (await calls()).filter(({ kind }) => kind === 'end');
    expect(ends).toHaveLength(6);
    for (const end of ends) {
      if (end.kind !== 'end') continue;
      expect(end).toMatchObject({ outcome: 'answered', status: contract === 'replicate' ? 201 : 200 });
      expect(end.firstByteMs).toBeGreaterThan(0);
      expect(end.wholeMs).toBeGreaterThanOrEqual(end.firstByteMs ?? 0);
    }
    const isUpload = contract !== 'cloudflare';
    expect((await calls()).some(({ kind }) => kind === 'allowed')).toBe(isUpload);
    expect(said.join('\n').includes('pictures are sent to http://127.0.0.1')).toBe(isUpload);
    // Nothing is left to do: it is not called again.
    const again = await execute({ resume: true });
    expect(again.evidence).toMatchObject({ kind: 'sealed' });
    expect(server.asked).toHaveLength(6);
  });

  it('of which some calls fail has a failed cell for each, with its reason, and the rest goes on', async () => {
    const faults: Readonly<Record<string, Fault>> = {
      '000': 'silent',
      '001': 'cut',
      '002': 'text',
      '003': 'small',
      '004': 'endless',
      '005': 'bad-request',
      '006': 'cut-at-once',
      '007': 'error',
    };
    // Two more are refused for a while, and then answered.
    const passing: Readonly<Record<string, Fault>> = { '008': 'too-many', '009': 'error' };
    await workspace.remove();
    workspace = await makeWorkspace({ models: [], samples: 11 });
    await serve({ fault: (id, before) => faults[id] ?? (before < 2 ? passing[id] : undefined) });
    await useService('removebg', {
      wholeSeconds: 1,
      firstByteSeconds: 1,
      maximumMegabytes: 1,
      attempts: 3,
      concurrency: 4,
    });
    const summary = await execute();
    expect(summary.cells).toEqual({ planned: 11, scored: 3, failed: 8 });
    const why = await reasons();
    expect(why.get('000')).toMatch(/^service.paid-unknown: perhaps done and paid for, and lost: /);
    expect(why.get('001')).toMatch(/^service.paid-unknown: .*the answer broke off/);
    expect(why.get('006')).toMatch(/^service.paid-unknown: perhaps done and paid for, and lost/);
    expect(why.get('002')).toMatch(/^model.output: the service's matte cannot be read/);
    expect(why.get('003')).toMatch(
      /^model.output: the service's matte is 9 x 7, its picture upright 72 x 56/,
    );
    expect(why.get('004')).toMatch(/^model.output: the answer is larger than 1 MB/);
    expect(why.get('005')).toBe('service.refused: the service refuses: HTTP 400: no foreground in 005');
    expect(why.get('007')).toBe(
      'service.failed: no answer in 3 calls: HTTP 500: no credit for <MASKBENCH_TEST_SECRET>',
    );
    const times = (id: string): number => server.asked.filter((one) => one === id).length;
    expect(['007', '008', '009', '000'].map(times)).toEqual([3, 3, 3, 1]);
    expect(summary.models[0]?.service).toMatchObject({
      calls: 17,
      pictures: 11,
      answered: 3,
      outcomes: { '200': 6, '400': 1, '429': 2, '500': 5, lost: 3 },
    });
    // What was, or may have been, paid for is not sent again; what was refused is.
    await execute({ resume: true });
    expect(['000', '001', '002', '003', '004', '006'].map(times)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(['005', '007'].map(times)).toEqual([2, 6]);
    expect((await reasons()).get('003')).toBe(why.get('003'));
    expect((await reasons()).get('001')).toBe(why.get('001'));
    // Unless it is asked for.
    await execute({ resume: true, retryUnknown: true });
    expect(['000', '001', '002', '003', '004', '006'].map(times)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it('ends at once where its key is not accepted any more, and goes on with another', async () => {
    let isExpired = true;
    await serve({ fault: () => (isExpired ? 'expired' : undefined) });
    await useService('removebg', { concurrency: 1 });
    const summary = await execute();
    expect(summary.cells).toMatchObject({ scored: 0, failed: 6 });
    expect(server.asked).toHaveLength(1);
    expect(summary.failures[0]?.failure).toMatchObject({ code: 'service.refused' });
    isExpired = false;
    expect((await execute({ resume: true })).cells).toMatchObject({ scored: 6 });
    expect(server.worked).toHaveLength(6);
  });

  it('that redirects to somewhere else is told so: neither a picture nor a secret goes there', async () => {
    await serve({ fault: () => 'elsewhere' });
    await useService('removebg', { concurrency: 1 });
    const summary = await execute();
    expect(summary.failures[0]?.failure.message).toContain(
      `it redirects to ${files.origin}, where nothing is sent on`,
    );
    expect(files.asked).toEqual([]);
  });

  it('is not called beyond its maximum cost, repeated calls included, and goes on with a higher one', async () => {
    await serve({
      fault: (id, before) => (id === '001' && before === 0 ? 'too-many' : undefined),
      workMs: () => 20,
    });
    const price = { perCall: 0.1, currency: 'USD' };
    await useService('removebg', { price, maximumCost: 0.3, concurrency: 3 });
    await expect(execute()).rejects.toThrow(
      /maximumCost is used up: another call of 0.1 could go beyond 0.3 USD/,
    );
    expect(server.asked).toHaveLength(3);
    await expect(execute({ resume: true })).rejects.toThrow(/maximumCost is used up/);
    expect(server.asked).toHaveLength(3);
    await useService('removebg', { price, maximumCost: 0.7, concurrency: 3 });
    const summary = await execute({ resume: true });
    expect(summary.cells).toMatchObject({ scored: 6, failed: 0 });
    expect(server.asked).toHaveLength(7);
    expect(summary.models[0]?.service?.cost).toEqual({
      amount: 0.7,
      currency: 'USD',
      per1000: 116.666666667,
    });
  });

  it('gets pictures again whose mattes were not kept only where that is asked for, and it counts', async () => {
    let isDarker = false;
    await serve({ darker: () => isDarker });
    const http = { price: { perCall: 0.1, currency: 'USD' }, concurrency: 2 };
    await useService('removebg', { ...http, maximumCost: 0.6 });
    const begun = await readFile(workspace.config, 'utf8');
    const keeping = (mattes: string): Promise<void> =>
      writeFile(workspace.config, `${begun}mattes: ${mattes}\n`);
    await keeping('none');
    const before = await execute();
    expect(mattesIn(workspace.path('out'))).toEqual([]);
    await keeping('all');
    await expect(execute({ resume: true })).rejects.toMatchObject({
      code: 'usage',
      message: '6 cells would have to be predicted again: the run has not kept the mattes',
      remedy:
        '--repredict does so; 6 pictures go to service once more, at 0.1 USD each; without it go on as before, with --mattes none',
    });
    expect(server.asked).toHaveLength(6);
    await keeping('worst:4');
    await expect(execute({ resume: true, repredict: true })).rejects.toThrow(/maximumCost is used up/);
    expect(server.asked).toHaveLength(6);
    // It has changed meanwhile: scores are those of the mattes that are there.
    isDarker = true;
    await writeFile(workspace.config, begun);
    await useService('removebg', { ...http, maximumCost: 1.2 });
    await keeping('worst:4');
    const after = await execute({ resume: true, repredict: true });
    expect(server.asked).toHaveLength(10);
    expect(after.cells).toEqual({ planned: 6, scored: 6, failed: 0 });
    expect(after.models[0]?.service?.cost?.amount).toBe(1);
    expect(mattesIn(workspace.path('out'))).toEqual(await worstByIou(workspace.path('out'), 4));
    expect(after.accuracy).not.toEqual(before.accuracy);
  });

  it('gets no picture that the user has not allowed to leave, and nothing is begun', async () => {
    await serve();
    await useService('removebg');
    await expect(execute({ allowUpload: false })).rejects.toThrow(
      `pictures would leave this machine, for ${server.origin}`,
    );
    expect(server.asked).toEqual([]);
    await execute({ phases: { score: false, time: false } });
    // Once for a run; another place is another matter.
    await execute({ resume: true, allowUpload: false });
    await useService('replicate');
    await expect(execute({ allowUpload: false, out: workspace.path('other') })).rejects.toThrow(
      /would leave/,
    );
  });

  it('gets the same key for every call of a picture, where it knows one', async () => {
    await serve({ fault: (_, before) => (before === 0 ? 'error' : undefined) });
    await useService('replicate', { concurrency: 3 });
    expect((await execute()).cells).toMatchObject({ scored: 6 });
    expect([...server.keys.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(new Set([...server.keys.values()].flatMap((own) => [...own])).size).toBe(6);
    expect(server.asked).toHaveLength(12);
  });

  it('is called no more often in a minute than it allows', async () => {
    await serve();
    await useService('cloudflare', { perMinute: 300, concurrency: 6 });
    const start = performance.now();
    await execute();
    expect(performance.now() - start).toBeGreaterThan(5 * 200 - 20);
  });

  it('has its times in a scope of their own, with what it costs beside', async () => {
    await serve({ headers: () => ({ 'x-model-version': server.asked.length < 4 ? '1' : '2' }) });
    await useService('removebg', {
      price: { perCall: 0.02, currency: 'EUR' },
      maximumCost: 1,
      concurrency: 1,
    });
    const summary = await execute();
    expect(summary.timing.map(({ scope, n }) => [scope, n])).toEqual([
      ['service', 6],
      ['service', 6],
    ]);
    expect(summary.models[0]?.service).toMatchObject({
      told: { 'x-model-version': ['1', '2'] },
      cost: { per1000: 20 },
    });
    const text = markdown.render(reportDocument([summary], {}));
    expect(text).toContain('x-model-version');
    expect(text).toMatch(/EUR 20/);
    expect(text).toContain('Services');
    // What this machine is says nothing of the service's speed.
    expect(text).toMatch(/never sealed: nobody watches the conditions of a service/);
    expect(text).not.toMatch(/0 threads/);
    expect(timeTables([summary]).at(-1)).toMatchObject({ title: 'Services' });
  });

  it('that has changed between two runs is noticed by its headers and its mattes, and judged by its times', async () => {
    let version = '1';
    await serve({
      headers: () => ({ 'x-model-version': version }),
      workMs: () => (version === '1' ? 5 : 600),
      darker: () => version !== '1',
    });
    await useService('removebg', { concurrency: 1 });
    await execute();
    await execute({ out: workspace.path('same') });
    version = '2';
    await execute({ out: workspace.path('changed') });
    const [before, same, changed] = await Promise.all(
      ['out', 'same', 'changed'].map((name) => openRun(workspace.path(name), name)),
    );
    if (before === undefined || same === undefined || changed === undefined) throw new Error('no run');
    const unchanged = (await compareSides(before, same)).comparison;
    expect(unchanged.remarks.filter((remark) => remark.includes('service'))).toEqual([
      'service and service are the same service, asked in the same way.',
    ]);
    const { comparison } = await compareSides(before, changed);
    expect(comparison.remarks.join('\n')).toContain(
      'says other things of itself (service): x-model-version 1 before, 2 now.',
    );
    expect(comparison.remarks.join('\n')).toContain('gave other mattes of the same pictures (service, tiny)');
    const judge = (maximumRatio: number, of: typeof comparison) =>
      serviceTime.judge({ maximumRatio }, { comparison: of.pairs[0] } as JudgedPair)[0];
    expect(judge(1.5, comparison)).toMatchObject({ verdict: 'fail' });
    expect(judge(10_000, comparison)).toMatchObject({ verdict: 'pass' });
    expect(comparison.pairs[0]?.latency).toMatchObject({ kind: 'stored', scope: 'service', images: 6 });
  });
});
