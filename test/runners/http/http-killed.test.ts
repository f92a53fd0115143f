import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallRecord } from '../../../src/store/call-record.js';
import type { PredictionRecord } from '../../../src/store/records.js';
import { IS_BUILT, startCli, stopStarted } from '../../support/cli.js';
import { shortOrLong } from '../../support/long.js';
import { until } from '../../support/processes.js';
import { startService, type ServiceServer } from '../../support/service-server.js';
import { CONTRACTS, SECRET, serviceOf } from '../../support/service-specs.js';
import { generator } from '../../support/tiny-datasets.js';
import { makeWorkspace, type Workspace } from '../../support/workspace.js';

const KILLS = shortOrLong(2, 17);
const PICTURES = shortOrLong(24, 240);
const CONCURRENCY = 2;
const PRICE = 0.01;
const MAXIMUM = PICTURES * PRICE * 1.5;

let workspace: Workspace;
let servers: readonly ServiceServer[] = [];

/** The whole lines of a file of the run; one that is torn is none. */
async function lines<T>(name: string): Promise<readonly T[]> {
  const path = workspace.path('out', name);
  if (!existsSync(path)) return [];
  const whole = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as T);
}

/** Pictures that were called for, may have been paid for, and have no matte on the disk. */
async function unknown(): Promise<ReadonlySet<string>> {
  const done = new Set(
    (await lines<PredictionRecord>('predictions.jsonl')).flatMap(({ id, status }) =>
      status === 'done' ? [id] : [],
    ),
  );
  const open = new Map<string, string>();
  for (const record of await lines<CallRecord>('calls.jsonl')) {
    if (record.kind === 'intent') open.set(record.call, record.id);
    if (record.kind === 'end' && ['refused', 'unsent'].includes(record.outcome)) open.delete(record.call);
  }
  return new Set([...open.values()].filter((id) => !done.has(id)));
}

describe('a run with a service that is killed', () => {
  afterEach(async () => {
    await stopStarted();
    for (const server of servers) await server.close();
    await workspace.remove();
  });

  it.runIf(IS_BUILT).each(CONTRACTS)(
    'pays for no picture twice, loses no more than what was under way, and tells no secret (%s) (skipped unless dist/ is built)',
    async (contract) => {
      const random = generator(CONTRACTS.indexOf(contract) + 1);
      workspace = await makeWorkspace({ models: [], samples: PICTURES });
      const images = workspace.path('data', 'im');
      const files = await startService(images, { secret: SECRET });
      const server = await startService(images, {
        secret: SECRET,
        filesAt: () => files.origin,
        workMs: () => 60 + 200 * random(),
        fault: (_, before) =>
          before === 0 && random() < 0.15 ? (random() < 0.5 ? 'too-many' : 'error') : undefined,
      });
      servers = [server, files];
      const price = { perCall: PRICE, currency: 'USD' };
      const http = serviceOf(contract, server.origin, {
        price,
        maximumCost: MAXIMUM,
        concurrency: CONCURRENCY,
      });
      await writeFile(
        workspace.path('service.yaml'),
        JSON.stringify({ name: 'service', feeding: 'http', http }),
      );
      await writeFile(workspace.config, 'name: r\nmodels: [./service.yaml]\ndatasets: [./tiny.yaml]\n');
      const said: string[] = [];
      const start = (...flags: readonly string[]) =>
        startCli(
          ['run', workspace.config, '--out', workspace.path('out'), '--no-time', '--allow-upload', ...flags],
          workspace.folder,
          { MASKBENCH_TEST_SECRET: SECRET },
        );
      const end = async (running: ReturnType<typeof start>) => {
        const result = await running.result;
        said.push(result.out, result.err);
        return result;
      };

      let whileHeld = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const before = await unknown();
        const asked = server.asked.length;
        const running = start(...(kill === 0 ? [] : ['--resume']));
        await until('it is called', () => server.asked.length > asked + Math.floor(4 * random()), 60_000);
        if (kill % 4 !== 3) await until('it works on a picture', () => server.held() > 0, 60_000);
        else await sleep(300 * random());
        if (server.held() > 0) whileHeld++;
        running.process.kill('SIGKILL');
        expect((await end(running)).signal).toBe('SIGKILL');
        const lost = [...(await unknown())].filter((id) => !before.has(id));
        expect(lost.length).toBeLessThanOrEqual(CONCURRENCY);
      }
      expect(whileHeld).toBeGreaterThanOrEqual(KILLS / 2);
      const expected = await unknown();
      const last = await end(start('--resume'));
      expect(last.status, last.err).toBe(expected.size === 0 ? 0 : 3);

      // By the server's own ledger.
      expect(new Set(server.worked).size).toBe(server.worked.length);
      expect(server.asked.length * PRICE).toBeLessThanOrEqual(MAXIMUM);
      // What may have been paid for is told, and everything else is there.
      const state = new Map(
        (await lines<PredictionRecord>('predictions.jsonl')).map((record) => [record.id, record]),
      );
      const failed = [...state.values()].flatMap((record) => (record.status === 'failed' ? [record] : []));
      expect(state.size).toBe(PICTURES);
      expect(new Set(failed.map(({ id }) => id))).toEqual(expected);
      for (const { failure } of failed) expect(failure.code).toBe('service.paid-unknown');
      if (expected.size > 0) expect(last.err).toContain('--retry-unknown sends them again');
      // No secret in any file of the run, nor in what was said, nor anywhere else than with the service itself.
      for (const name of await readdir(workspace.path('out'), { recursive: true })) {
        const path = join(workspace.path('out'), name);
        if ((await stat(path)).isFile()) expect((await readFile(path)).includes(SECRET), name).toBe(false);
      }
      expect(said.join('')).not.toContain(SECRET);
      expect([...server.leaks, ...files.leaks]).toEqual([]);

      // Asked for, they are sent again: each once, and with the same key where there is one.
      const again = await end(start('--resume', '--retry-unknown'));
      expect(again.status, again.err).toBe(0);
      for (const id of expected)
        expect(server.worked.filter((one) => one === id).length).toBeLessThanOrEqual(2);
      for (const keys of server.keys.values()) expect(keys.size).toBe(1);
      console.log(
        `${contract}: ${KILLS} kills, ${whileHeld} while it worked on a picture; ${expected.size} pictures unknown; ${server.asked.length} calls for ${PICTURES} pictures`,
      );
    },
    1_200_000,
  );
});
