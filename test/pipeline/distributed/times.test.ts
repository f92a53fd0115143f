import { appendFile, cp, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/hash.js';
import { hashFile } from '../../../src/core/hash-file.js';
import { timingPool } from '../../../src/pipeline/machines.js';
import { reportDocument } from '../../../src/reports/document.js';
import type { Summary } from '../../../src/schema/summary.js';
import type { Manifest } from '../../../src/store/manifest.js';
import { TIMES } from '../../../src/store/plan-folder/plan-folder.js';
import { folderStore } from '../../../src/store/plan-folder/plan-store.js';
import { publishTimes, type TimesPublication } from '../../../src/store/plan-folder/publication.js';
import { readManifest, runFolder, writeJson } from '../../../src/store/run-folder.js';
import { cli } from '../../support/cli.js';
import { makeWorkspace, type Workspace } from '../../support/workspace.js';

let workspace: Workspace;
const run = (...argv: readonly string[]) => cli(argv, workspace.folder);
const merged = async (out: string): Promise<Summary> => {
  expect(await run('merge', 'plan', '--out', out)).toMatchObject({ status: 0 });
  return JSON.parse(await readFile(workspace.path(out, 'summary.json'), 'utf8')) as Summary;
};

beforeAll(async () => {
  workspace = await makeWorkspace({ samples: 4 });
  expect(await run('plan', 'run.yaml', '--shards', '2', '--out', 'plan')).toMatchObject({ status: 0 });
  for (const shard of ['1', '2'])
    expect(await run('work', 'plan', '--shard', shard)).toMatchObject({ status: 0 });
}, 120_000);
afterAll(() => workspace.remove());

/** Publishes the times that there are once more, as if they had been taken on another machine; by the digest of its kind. */
async function asIfOn(environment: Partial<Manifest['environment']>): Promise<string> {
  const store = folderStore(workspace.path('plan'));
  const { folder } = store;
  const [name = ''] = (await readdir(folder.published)).filter((of) => of.startsWith('time-'));
  const own = JSON.parse(await readFile(join(folder.published, name), 'utf8')) as TimesPublication;
  const attempt = 'a'.repeat(16);
  const out = runFolder(folder.attempt(TIMES, attempt));
  await cp(folder.attempt(TIMES, own.attempt), out.path, { recursive: true });
  const manifest = await readManifest(out);
  const there = { ...manifest, environment: { ...manifest.environment, ...environment } };
  await writeJson(out.manifest, there);
  const { size: bytes } = await stat(out.manifest);
  const files = { ...own.files, 'manifest.json': { bytes, sha256: await hashFile(out.manifest) } };
  const pool = timingPool(there);
  await publishTimes(store, { ...own, pool, attempt, files });
  return sha256(pool).slice(0, 12);
}

describe('the times of a plan', () => {
  it('are none as long as nobody has taken any', async () => {
    expect((await merged('untimed')).timing).toEqual([]);
  });

  it('are taken apart, published once, and come into the merge of machines of their kind', async () => {
    const first = await run('work', 'plan', '--time');
    expect([first.status, first.out]).toEqual([0, 'Times are published\n']);
    const second = await run('work', 'plan', '--time');
    expect(second.out).toMatch(/^Times were published before, by attempt [0-9a-f]{16}\n$/);
    const names = (await readdir(workspace.path('plan', 'published'))).filter((name) =>
      name.startsWith('time-'),
    );
    expect(names).toHaveLength(1);
    const { timing } = await merged('timed');
    expect(timing.map(({ model, images }) => [model, images])).toEqual([
      ['luma', 2],
      ['luma', 2],
    ]);
    expect(await run('verify', 'timed')).toMatchObject({ status: 0 });
  }, 120_000);

  it('of machines of other kinds are column groups beside them, each with its machine', async () => {
    const other = await asIfOn({ cpu: 'Another Processor', cores: 64 });
    const summary = await merged('both');
    expect(summary.device.cpu).not.toBe('Another Processor');
    expect(summary.otherKinds?.map(({ device, on }) => [device, on?.cpu, on?.cores, on?.request])).toEqual([
      [`cpu ${other}`, 'Another Processor', 64, 'cpu'],
    ]);
    expect(summary.otherKinds?.[0]?.timing).toEqual(summary.timing);
    expect(await run('verify', 'both')).toMatchObject({ status: 0 });
    const appendix = reportDocument([summary]).tables.find(({ title }) => title.startsWith('Inference time'));
    expect(appendix?.columns.map(({ group }) => group)).toEqual([
      undefined,
      `cpu, 1 thread (${summary.device.cpu}, ${summary.device.cores} cores)`,
      'cpu, 1 thread (Another Processor, 64 cores)',
    ]);
  }, 120_000);

  it('that were taken only elsewhere are shown all the same', async () => {
    const own = `time-${sha256(timingPool(await readManifest(runFolder(workspace.path('timed'))))).slice(0, 12)}.json`;
    const [at, aside] = [workspace.path('plan', 'published', own), workspace.path('aside')];
    await rename(at, aside);
    const summary = await merged('elsewhere');
    await rename(aside, at);
    expect([summary.timing.length, summary.otherKinds?.[0]?.timing.length]).toEqual([0, 2]);
    const appendix = reportDocument([summary]).tables.find(({ title }) => title.startsWith('Inference time'));
    expect(appendix?.columns.map(({ group }) => group)).toEqual([undefined, 'cpu, 1 thread']);
  }, 120_000);

  it('are refused where they are not what was published', async () => {
    const [name = ''] = (await readdir(workspace.path('plan', 'published'))).filter((of) =>
      of.startsWith('time-'),
    );
    const { attempt } = JSON.parse(await readFile(workspace.path('plan', 'published', name), 'utf8')) as {
      attempt: string;
    };
    await appendFile(workspace.path('plan', 'attempts', '0000', attempt, 'timings.jsonl'), '{}\n');
    const { status, err } = await run('merge', 'plan', '--out', 'damaged');
    expect(err).toContain('timings.jsonl is not as it was published');
    expect(status).toBe(65);
  });
});
