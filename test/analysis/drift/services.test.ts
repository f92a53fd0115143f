import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DriftedImage } from '../../../src/analysis/drift/drift.js';
import type { DriftSummary } from '../../../src/analysis/drift/summarise-drift.js';
import type { CallRecord } from '../../../src/store/call-record.js';
import type { PredictionRecord } from '../../../src/store/records.js';
import { cli, IS_BUILT, startCli, stopStarted } from '../../support/cli.js';
import { until } from '../../support/processes.js';
import { startService, type ServiceOptions, type ServiceServer } from '../../support/service-server.js';
import { CONTRACTS, SECRET, serviceOf, type Contract } from '../../support/service-specs.js';
import { makeWorkspace, type Workspace } from '../../support/workspace.js';

const PICTURES = 6;
const ENV = { ...process.env, MASKBENCH_TEST_SECRET: SECRET };

let workspace: Workspace;
let servers: ServiceServer[];
let said: string[];

interface Drift {
  readonly versions: Readonly<Record<string, string>>;
  readonly summaries: readonly DriftSummary[];
  readonly images: readonly DriftedImage[];
}

interface Served {
  readonly name?: string;
  readonly contract?: Contract;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A service with a server of its own, and its spec as `<name>.yaml`. */
async function serve(options: Partial<ServiceOptions> = {}, served: Served = {}): Promise<ServiceServer> {
  const images = workspace.path('data', 'im');
  const files = await startService(images, { secret: SECRET });
  const server = await startService(images, { secret: SECRET, filesAt: () => files.origin, ...options });
  servers.push(server, files);
  await writeSpec(server, served);
  return server;
}

async function writeSpec(server: ServiceServer, served: Served): Promise<void> {
  const { name = 'service', contract = 'removebg', fields = {} } = served;
  const spec = { name, feeding: 'http', http: serviceOf(contract, server.origin, fields) };
  await writeFile(workspace.path(`${name}.yaml`), JSON.stringify(spec));
}

const masks = (name: string, path: string): Promise<void> =>
  writeFile(
    workspace.path(`${name}.yaml`),
    `name: ${name}\nfeeding: precomputed\nmasks: { path: ${path} }\n`,
  );

const argv = (reference: string, candidates: string, ...more: readonly string[]): readonly string[] => [
  'drift',
  '--reference',
  `./${reference}.yaml`,
  '--candidates',
  candidates.replaceAll(/(\w+)/g, './$1.yaml'),
  '--dataset',
  './tiny.yaml',
  '--json',
  ...more,
];

async function maskbench(args: readonly string[]) {
  const result = await cli(args, workspace.folder, { env: ENV });
  said.push(result.out, result.err);
  return result;
}

async function drift(reference: string, candidates: string, ...more: readonly string[]) {
  const { status, out, err } = await maskbench(argv(reference, candidates, ...more));
  return { status, err, json: out === '' ? undefined : (JSON.parse(out) as Drift) };
}

/** As the user is told of them, whatever the models are called. */
const figures = (json: Drift | undefined) => ({
  images: json?.images.map((image) => ({ ...image, candidate: '' })),
  summaries: json?.summaries.map((summary) => ({ ...summary, candidate: '' })),
});

const failuresIn = (json: Drift | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (json?.images ?? []).flatMap((image) =>
      image.status === 'failed' ? [[image.id, image.failure.code]] : [],
    ),
  );

/** The whole lines of a file of the run; one that is torn by a kill is none. */
async function linesOf<T>(name: string): Promise<readonly T[]> {
  const whole = (await readFile(workspace.path('paid', name), 'utf8')).split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as T);
}

/** Pictures that were called for, and of which there is no matte. */
async function perhapsPaid(): Promise<readonly string[]> {
  const done = new Set((await linesOf<PredictionRecord>('predictions.jsonl')).map(({ id }) => id));
  const calls = await linesOf<CallRecord>('calls.jsonl');
  return calls.flatMap((call) => (call.kind === 'intent' && !done.has(call.id) ? [call.id] : []));
}

const PAID = ['--out', 'paid', '--allow-upload'];

describe('maskbench drift with a service', () => {
  beforeEach(async () => {
    servers = [];
    said = [];
    workspace = await makeWorkspace({ models: ['luma'], samples: PICTURES });
    await masks('truths', 'data/gt');
  });
  afterEach(async () => {
    await stopStarted();
    // Whatever happened, the secret is in nothing that was written or said.
    expect(said.join('\n')).not.toContain(SECRET);
    for (const name of await readdir(workspace.folder, { recursive: true })) {
      const path = join(workspace.folder, name);
      if ((await stat(path)).isFile()) expect((await readFile(path)).includes(SECRET), name).toBe(false);
    }
    for (const server of servers) {
      expect(server.leaks).toEqual([]);
      await server.close();
    }
    await workspace.remove();
  });

  it.each(CONTRACTS)(
    'of the contract %s, on either side, finds what its mattes as masks made elsewhere show',
    async (contract) => {
      const server = await serve({}, { contract });
      const flags = ['--datasets', './tiny.yaml', '--only', 'predict', '--out', 'by-hand', '--allow-upload'];
      expect((await maskbench(['run', '--models', './service.yaml', ...flags])).status).toBe(0);
      await masks('made', 'by-hand/predictions/service');
      const before = server.asked.length;
      for (const [reference, candidates, byHand] of [
        ['truths', 'service', await drift('truths', 'made')],
        ['service', 'truths', await drift('made', 'truths')],
      ] as const) {
        const { status, json } = await drift(reference, candidates, ...PAID);
        expect(status).toBe(0);
        expect(json?.images).toHaveLength(PICTURES);
        expect(figures(json)).toEqual(figures(byHand.json));
      }
      // The second time it was the same run.
      expect(server.asked.length - before).toBe(PICTURES);
    },
  );

  it.runIf(IS_BUILT)('beside a network and another service (the network needs dist/)', async () => {
    const server = await serve(
      { headers: () => ({ 'x-model': 'm3' }) },
      {
        fields: { version: '2026-11', tellingHeaders: ['x-model'] },
      },
    );
    const darker = await serve({ darker: () => true }, { name: 'darker' });
    const { status, json } = await drift('service', 'darker,luma', ...PAID, '--limit', '4');
    expect(status).toBe(0);
    expect(json?.versions).toEqual({ './service.yaml': '2026-11; x-model m3' });
    expect(json?.summaries).toMatchObject([
      { candidate: './darker.yaml', images: 4, failed: 0, stages: null },
      { candidate: './luma.yaml', images: 4, failed: 0, stages: null },
    ]);
    expect(json?.summaries[0].maxLevel).toBeGreaterThan(50);
    expect([server.asked.length, darker.asked.length]).toEqual([4, 4]);
  });

  it('is called for the images that were chosen, and for none twice', async () => {
    const server = await serve();
    const chosen = ['--sample', '3', '--seed', '7'];
    const first = await drift('truths', 'service', ...PAID, ...chosen);
    expect(first.json?.images).toHaveLength(3);
    expect([...server.asked].sort()).toEqual(first.json?.images.map(({ id }) => id).sort());
    // Consent was given once for the run.
    const again = await drift('truths', 'service', '--out', 'paid', ...chosen);
    expect(again.json).toEqual(first.json);
    expect(server.asked).toHaveLength(3);
  });

  it('takes the mattes of a run that was made for these images, and no others', async () => {
    const server = await serve();
    const flags = ['--datasets', './tiny.yaml', '--no-time', '--out', 'paid', '--allow-upload'];
    expect((await maskbench(['run', '--models', './service.yaml', ...flags])).status).toBe(0);
    expect((await drift('truths', 'service', '--out', 'paid')).status).toBe(0);
    const matte = (id: string): string =>
      workspace.path('paid', 'predictions', 'service', 'tiny', `${id}.png`);
    await copyFile(matte('001'), matte('000'));
    expect(failuresIn((await drift('truths', 'service', '--out', 'paid')).json)).toEqual({
      '000': 'matte.damaged',
    });
    expect(server.asked).toHaveLength(PICTURES);
  });

  it('has a failed image for what failed in the run, with its reason, and sends what is unknown again if asked', async () => {
    const server = await serve({
      fault: (id, before) =>
        id === '001' ? 'bad-request' : id === '002' && before === 0 ? 'cut' : undefined,
    });
    const { status, json } = await drift('truths', 'service', ...PAID);
    expect(status).toBe(3);
    expect(failuresIn(json)).toEqual({ '001': 'service.refused', '002': 'service.paid-unknown' });
    expect(json?.summaries).toMatchObject([{ images: PICTURES - 2, failed: 2 }]);
    // The refused one cost nothing, and is tried again as by --resume; the other may have.
    expect(failuresIn((await drift('truths', 'service', ...PAID)).json)).toEqual(failuresIn(json));
    expect(server.worked.filter((id) => id === '002')).toHaveLength(1);
    const third = await drift('truths', 'service', ...PAID, '--retry-unknown');
    expect(failuresIn(third.json)).toEqual({ '001': 'service.refused' });
    expect(server.worked).toHaveLength(PICTURES);
  });

  it('ends its calls with its budget, and goes on with a higher one', async () => {
    const price = { perCall: 0.01, currency: 'USD' };
    const fields = { price, concurrency: 1, maximumCost: 0.03 };
    const server = await serve({}, { fields });
    const { status, json } = await drift('service', 'truths', ...PAID);
    expect(status).toBe(3);
    expect(server.worked).toEqual(['000', '001', '002']);
    const spent = 'service.budget';
    expect(failuresIn(json)).toEqual({ '003': spent, '004': spent, '005': spent });
    expect(json?.images.find(({ id }) => id === '003')).toMatchObject({
      failure: { message: expect.stringMatching(/^maximumCost is used up/) as unknown },
    });
    await writeSpec(server, { fields: { ...fields, maximumCost: 0.06 } });
    expect((await drift('service', 'truths', ...PAID)).status).toBe(0);
    expect(server.worked).toEqual(['000', '001', '002', '003', '004', '005']);
  });

  it('calls no other service once the budget of one is used up', async () => {
    const price = { perCall: 0.01, currency: 'USD' };
    const server = await serve({}, { fields: { price, concurrency: 1, maximumCost: 0.04 } });
    const other = await serve({}, { name: 'other' });
    const { status, json } = await drift('truths', 'service,other', ...PAID);
    expect(status).toBe(3);
    expect(json?.summaries).toMatchObject([
      { candidate: './service.yaml', images: 4, failed: 2 },
      { candidate: './other.yaml', images: 0, failed: 6 },
    ]);
    expect(json?.images.filter(({ status: state }) => state === 'failed')).toEqual(
      Array.from(
        { length: 8 },
        () =>
          expect.objectContaining({
            failure: expect.objectContaining({ code: 'service.budget', where: 'service' }) as unknown,
          }) as unknown,
      ),
    );
    expect([server.asked.length, other.asked.length]).toEqual([4, 0]);
  });

  it.each([
    ['without --out', 'service', ['--allow-upload'], /service\.yaml: a service is called by a run.*--out/],
    [
      'without consent',
      'service',
      ['--out', 'paid'],
      /service: pictures would leave this machine.*--allow-upload/,
    ],
    [
      'with files of others in the folder',
      'service',
      ['--out', 'data', '--allow-upload'],
      /holds other files/,
    ],
    ['with --out for nothing', 'truths', ['--out', 'paid'], /--out is for services/],
    ['with consent for nothing', 'truths', ['--allow-upload'], /--allow-upload is for services/],
  ])('is refused %s, before any call', async (_, candidate, flags, message) => {
    const server = await serve();
    const { status, err } = await drift('truths', candidate, ...flags);
    expect(status).toBe(64);
    expect(err).toMatch(message);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(server.asked).toEqual([]);
    expect(existsSync(workspace.path('paid'))).toBe(false);
  });

  it('is refused with settings of a network', async () => {
    const server = await serve();
    const args = argv('truths', 'service', ...PAID).map((arg) =>
      arg === './service.yaml' ? './service.yaml@cpu' : arg,
    );
    const { status, err } = await maskbench(args);
    expect(status).toBe(64);
    expect(err).toMatch(/is a service: nothing of it is set here/);
    expect(server.asked).toEqual([]);
  });

  it('is refused in a folder that holds another run: of other images, or another model', async () => {
    const server = await serve();
    await serve({}, { name: 'other' });
    expect((await drift('truths', 'service', ...PAID, '--limit', '2')).status).toBe(0);
    for (const [candidate, flags, what] of [
      ['service', ['--limit', '3'], /limit \(2 there, 3 now\)/],
      ['other', ['--limit', '2'], /models/],
    ] as const) {
      const { status, err } = await drift('truths', candidate, ...PAID, ...flags);
      expect(status).toBe(64);
      expect(err).toMatch(/made under other settings/);
      expect(err).toMatch(what);
    }
    expect(servers.flatMap(({ asked }) => asked)).toHaveLength(2);
    expect(server.asked).toHaveLength(2);
  });

  it.runIf(IS_BUILT)('pays for no picture twice where it was killed (needs dist/)', async () => {
    const server = await serve({ workMs: () => 150 }, { fields: { concurrency: 2 } });
    const start = () =>
      startCli(argv('truths', 'service', ...PAID), workspace.folder, { MASKBENCH_TEST_SECRET: SECRET });
    const killed = start();
    await until('it works on a third picture', () => server.worked.length > 2 && server.held() > 0, 60_000);
    killed.process.kill('SIGKILL');
    expect((await killed.result).signal).toBe('SIGKILL');
    const unknown = await perhapsPaid();
    expect(unknown.length).toBeGreaterThan(0);
    const { status, out, err } = await start().result;
    said.push(out, err);
    expect(status, err).toBe(3);
    const json = JSON.parse(out) as Drift;
    expect(json.images).toHaveLength(PICTURES);
    expect(failuresIn(json)).toEqual(Object.fromEntries(unknown.map((id) => [id, 'service.paid-unknown'])));
    expect(new Set(server.worked).size).toBe(server.worked.length);
  });
});
