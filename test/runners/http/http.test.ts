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
import { startService, type ServiceOptions, type ServiceServer } from '../../support/service-server.js';
import { CONTRACTS, SECRET, type Contract } from '../../support/service-specs.js';
import { makeWorkspace, readRecords, type Workspace } from '../../support/workspace.js';

let workspace: Workspace;
let server: ServiceServer;
const said: string[] = [];

async function serve(options: Partial<ServiceOptions> = {}): Promise<ServiceServer> {
  server = await startService(workspace.path('data', 'im'), { secret: SECRET, ...options });
  return server;
}

async function useService(contract: Contract, fields: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const spec = { name: 'service', feeding: 'http', http: { ...CONTRACTS[contract](server.origin), ...fields } };
  await writeFile(workspace.path('service.yaml'), JSON.stringify(spec));
  await writeFile(workspace.config, 'name: r\nmodels: [./service.yaml]\ndatasets: [./tiny.yaml]\n');
}

async function execute(options: Partial<RunOptions> = {}): Promise<Summary> {
  const env = { ...process.env, MASKBENCH_TEST_SECRET: SECRET };
  const prepared = await prepareRun(await loadRunConfig(workspace.config), { env });
  const emit: RunOptions['emit'] = (event) => void said.push(JSON.stringify(event));
  return run({ phases: { time: false }, allowUpload: true, emit, ...prepared, out: workspace.path('out'), ...options });
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
    await server.close();
    await workspace.remove();
  });

  it.each(Object.keys(CONTRACTS) as Contract[])('of the contract %s is planned, called, scored and read', async (contract) => {
    await serve();
    await useService(contract, { concurrency: 3 });
    const summary = await execute();
    expect(summary.cells).toEqual({ planned: 6, scored: 6, failed: 0 });
    expect([...server.worked].sort()).toEqual(['000', '001', '002', '003', '004', '005']);
    expect(server.mostAtOnce()).toBeLessThanOrEqual(3);
    expect(server.leaks).toEqual([]);
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
});
