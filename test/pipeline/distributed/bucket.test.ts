import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { list } from 'tar';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { differences, outcomeOf } from '../../../bench/support/kill-run.mjs';
import { PACKAGE_ROOT } from '../../../src/core/package-root.js';
import { newOwner } from '../../../src/store/lock-owner.js';
import {
  useBucketServers,
  type BucketServer,
  type BucketServerOptions,
} from '../../support/bucket-server.js';
import { cli, IS_BUILT, startCli } from '../../support/cli.js';
import { makeWorkspace, type Workspace } from '../../support/workspace.js';

const SECRET = 'wordThatNobodyMaySee';
const startServer = useBucketServers();

let workspace: Workspace;
let said = '';

const run = async (...argv: readonly string[]) => {
  const result = await cli(argv, workspace.folder);
  said += result.out + result.err;
  return result;
};

/** A storage with the workspace's data in it, which the process is told of. */
async function startStorage(options: BucketServerOptions = {}): Promise<BucketServer> {
  const server = await startServer(options);
  vi.stubEnv('AWS_ENDPOINT_URL_S3', server.origin);
  for (const side of ['im', 'gt'])
    for (const name of await readdir(workspace.path('data', side)))
      server.objects.set(`data/set/${side}/${name}`, await readFile(workspace.path('data', side, name)));
  return server;
}

const inPlans = ({ objects }: BucketServer, like: RegExp): readonly string[] =>
  [...objects.keys()].filter((name) => name.startsWith('plans/') && like.test(name)).sort();

async function everyFile(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

beforeEach(async () => {
  workspace = await makeWorkspace({ models: ['luma', 'nan-when-dark'], samples: 6 });
  const config = await readFile(workspace.config, 'utf8');
  const dataset = `{ name: tiny, layout: paired-folders, root: 's3://data/set', images: { path: im }, truths: { path: gt } }`;
  await writeFile(workspace.config, config.replace('./tiny.yaml', dataset));
  await writeFile(workspace.path('local.yaml'), config);
  said = '';
  vi.stubEnv('MASKBENCH_CACHE', workspace.path('cache'));
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_MAX_ATTEMPTS', '3');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await workspace.remove();
});

describe('a plan in a bucket, of data in a bucket', () => {
  it('is worked on and merged with nothing shared but that, as an undisturbed run, and no secret is anywhere', async () => {
    const server = await startStorage();
    expect((await run('run', 'local.yaml', '--no-time', '--out', 'undisturbed')).status).toBe(3);
    expect(await run('plan', 'run.yaml', '--shards', '2', '--out', 's3://plans/x')).toMatchObject({
      status: 0,
    });
    expect((await run('plan', 'run.yaml', '--shards', '2', '--out', 's3://plans/x')).out).toMatch(
      /^Planned before/,
    );
    const pictures = (): number =>
      server.requests.filter(({ method, url }) => method === 'GET' && url?.startsWith('/data/set/') === true)
        .length;
    // Each once: the second plan knows them.
    expect(pictures()).toBe(12);
    expect(JSON.parse((await run('status', 's3://plans/x', '--json')).out)).toMatchObject({
      missing: [1, 2],
    });
    expect((await run('merge', 's3://plans/x', '--out', 'early')).err).toMatch(
      /2 shards of 2 not published: 1-2/,
    );
    // As on another host: nothing was fetched there before.
    await rm(workspace.path('cache'), { recursive: true });
    for (const shard of ['1', '2'])
      expect(await run('work', 's3://plans/x', '--shard', shard)).toMatchObject({ status: 0 });
    expect(pictures()).toBe(24);
    expect((await run('work', 's3://plans/x', '--shard', '1')).out).toMatch(
      /^Shard 1 of 2 was published before/,
    );
    expect(JSON.parse((await run('status', 's3://plans/x', '--json')).out)).toMatchObject({
      published: { shards: 2 },
      array: '',
    });
    await rm(workspace.path('cache'), { recursive: true });
    expect((await run('merge', 's3://plans/x', '--out', 'merged')).status).toBe(3);
    const [expected, merged] = await Promise.all(
      ['undisturbed', 'merged'].map((name) => outcomeOf(workspace.path(name))),
    );
    // Keys have no paths in them: those of data in a folder and in a bucket are the same.
    expect(differences(expected ?? {}, merged ?? {})).toEqual([]);
    expect((await run('verify', 'merged')).status).toBe(0);
    // Merged before: what is there is said again.
    expect((await run('merge', 's3://plans/x', '--out', 'merged')).status).toBe(3);
    expect(await readdir(workspace.folder)).not.toContain('.merged.fetched');
    expect(await readdir(workspace.path('cache', 'plans')).catch(() => [])).toEqual([]);
    expect(said).not.toContain(SECRET);
    for (const path of await everyFile(workspace.folder))
      expect((await readFile(path)).includes(SECRET), path).toBe(false);
    for (const [name, bytes] of server.objects) expect(bytes.includes(SECRET), name).toBe(false);
  }, 120_000);

  it('is taken over from an attempt of which a part is there, and no more of it than that', async () => {
    const server = await startStorage();
    await run('plan', 'run.yaml', '--shards', '1', '--out', 's3://plans/x');
    await run('work', 's3://plans/x', '--shard', '1');
    const [first = ''] = inPlans(server, /parts\/000001\.tar$/);
    server.objects.delete('plans/x/published/0001.json');
    const tar = server.objects.get(first);
    // As one that was killed: nothing behind the first part, and no publication.
    for (const name of inPlans(server, /parts\/00000[2-9]/)) server.objects.delete(name);
    const status = JSON.parse((await run('status', 's3://plans/x', '--json')).out) as { failed: unknown };
    expect(status.failed).toMatchObject([{ shard: 1, attempts: 1, code: null }]);
    const next = await run('work', 's3://plans/x', '--shard', '1');
    expect(next.out).toMatch(
      /^Shard 1 of 1 is published: 7 cells scored \(7 by earlier attempts\), 5 failed/,
    );
    // Torn: nothing is taken of it.
    for (const name of inPlans(server, /attempts\/0001\/|published\//)) {
      if (!name.startsWith(first.replace('parts/000001.tar', ''))) server.objects.delete(name);
    }
    server.objects.set(first, Buffer.from((tar ?? Buffer.alloc(0)).subarray(0, 700)));
    expect((await run('work', 's3://plans/x', '--shard', '1')).out).toMatch(/: 7 cells scored, 5 failed/);
  }, 120_000);

  it('is published once by two that are ready at the same moment', async () => {
    const arrived: string[] = [];
    let both = (): void => undefined;
    const atBoth = new Promise<void>((resolve) => (both = resolve));
    await startStorage({
      fault: async ({ method, url }) => {
        if (method !== 'PUT' || url?.startsWith('/plans/x/published/') !== true) return;
        arrived.push(url);
        if (arrived.length === 2) both();
        await atBoth;
      },
    });
    await run('plan', 'run.yaml', '--shards', '1', '--out', 's3://plans/x');
    const two = await Promise.all([1, 2].map(() => run('work', 's3://plans/x', '--shard', '1')));
    expect(two.map(({ status }) => status)).toEqual([0, 0]);
    expect(two.map(({ out }) => /is published|is not needed/.exec(out)?.[0]).sort()).toEqual([
      'is not needed',
      'is published',
    ]);
    // Merged by several at once, as by the Jobs of two submissions: they fetch into one folder, one after the other.
    const merges = await Promise.all([1, 2, 3].map(() => run('merge', 's3://plans/x', '--out', 'merged')));
    expect(merges.map(({ status }) => status)).toEqual([3, 3, 3]);
    expect(await readdir(workspace.folder)).not.toContain('.merged.fetched');
  }, 120_000);

  it('comes through a storage that fails now and then', async () => {
    const faults = [
      { status: 500, code: 'InternalError' },
      { status: 503, code: 'SlowDown' },
      'cut',
    ] as const;
    let isBad = false;
    await startStorage({
      fault: (_request, count) => (isBad && count % 4 === 0 ? faults[(count / 4) % 3] : undefined),
    });
    isBad = true;
    for (const argv of [
      ['plan', 'run.yaml', '--shards', '2', '--out', 's3://plans/x'],
      ['work', 's3://plans/x', '--shard', '1'],
      ['work', 's3://plans/x', '--shard', '2'],
    ])
      expect(await run(...argv), argv.join(' ')).toMatchObject({ status: 0 });
    expect((await run('merge', 's3://plans/x', '--out', 'merged')).status).toBe(3);
    expect((await run('verify', 'merged')).status).toBe(0);
  }, 120_000);

  it('has attempts at work where their word moves on, and others that have failed', async () => {
    const server = await startStorage();
    await run('plan', 'run.yaml', '--shards', '2', '--out', 's3://plans/x');
    const attempt = (shard: number): string => `plans/x/attempts/000${shard}/${'a'.repeat(16)}`;
    const say = (shard: number, beat: number): void => {
      const owner = { ...newOwner(), host: 'elsewhere', bootId: null, pid: 7 };
      const text = JSON.stringify({ ...owner, settled: 'yes', beat: String(beat) });
      server.objects.set(`${attempt(shard)}/.lock`, Buffer.from(text));
    };
    let beat = 0;
    for (const shard of [1, 2]) say(shard, beat);
    const ended = { code: 'device.unavailable', message: 'no card', at: '2026-11-30T00:00:00.000Z' };
    server.objects.set(`${attempt(2)}.ended.json`, Buffer.from(JSON.stringify(ended)));
    const timer = setInterval(() => say(1, ++beat), 500);
    try {
      expect(JSON.parse((await run('status', 's3://plans/x', '--json')).out)).toMatchObject({
        running: [{ shard: 1, host: 'elsewhere', pid: 7 }],
        failed: [{ shard: 2, attempts: 1, code: 'device.unavailable' }],
        array: '2',
      });
    } finally {
      clearInterval(timer);
    }
  }, 120_000);

  it('keeps what is at work where attempts are removed that no shard needs', async () => {
    const server = await startStorage();
    await run('plan', 'run.yaml', '--shards', '2', '--out', 's3://plans/x');
    for (const shard of ['1', '2']) await run('work', 's3://plans/x', '--shard', shard);
    const [killed, busy] = ['b'.repeat(16), 'c'.repeat(16)];
    const lock = (token: string, beat: number): void => {
      const owner = {
        ...newOwner(),
        host: 'elsewhere',
        bootId: null,
        pid: 7,
        settled: 'yes',
        beat: String(beat),
      };
      server.objects.set(`plans/x/attempts/0001/${token}/.lock`, Buffer.from(JSON.stringify(owner)));
    };
    for (const token of [killed, busy]) {
      lock(token, 0);
      server.objects.set(`plans/x/attempts/0001/${token}/parts/000001.tar`, Buffer.from('tar'));
    }
    server.objects.set(`plans/x/attempts/0002/${killed}.ended.json`, Buffer.from('{}'));
    const others = new RegExp(`${killed}|${busy}`);
    const needed = inPlans(server, /./).filter((name) => !others.test(name));
    let beat = 0;
    const timer = setInterval(() => lock(busy, ++beat), 500);
    try {
      const { status, err } = await run('merge', 's3://plans/x', '--out', 'merged', '--clean');
      expect(status).toBe(3);
      expect(err).toContain('2 attempts removed that no shard needs');
      expect(err).toContain(`may still be at work, and left: s3://plans/x/attempts/0001/${busy}\n`);
    } finally {
      clearInterval(timer);
    }
    expect(inPlans(server, /./).filter((name) => !others.test(name))).toEqual(needed);
    expect(inPlans(server, others)).toEqual(
      ['.lock', 'parts/000001.tar'].map((name) => `plans/x/attempts/0001/${busy}/${name}`),
    );
    await rm(workspace.path('merged'), { recursive: true });
    expect((await run('merge', 's3://plans/x', '--out', 'merged')).status).toBe(3);
  }, 120_000);

  it('keeps an attempt that is about to replace a result', async () => {
    let isHeld = false;
    let goOn = (): void => undefined;
    let arrive = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    await startStorage({
      fault: async ({ method, url }) => {
        if (!isHeld || method !== 'PUT' || url?.startsWith('/plans/x/published/') !== true) return;
        arrive();
        await held;
      },
    });
    await run('plan', 'run.yaml', '--shards', '1', '--out', 's3://plans/x');
    await run('work', 's3://plans/x', '--shard', '1');
    isHeld = true;
    const again = run('work', 's3://plans/x', '--shard', '1', '--again');
    await arrived;
    const { err } = await run('merge', 's3://plans/x', '--out', 'merged', '--clean');
    expect(err).toContain('0 attempts removed');
    expect(err).toContain('may still be at work, and left: s3://plans/x/attempts/0001/');
    goOn();
    expect((await again).out).toMatch(/is published/);
    expect((await run('merge', 's3://plans/x', '--out', 'merged-again', '--clean')).err).toContain(
      '1 attempt removed',
    );
    expect((await run('merge', 's3://plans/x', '--out', 'merged-last')).status).toBe(3);
  }, 120_000);

  it('keeps its result where the attempt that would replace it was taken for dead, and is gone', async () => {
    const server = await startStorage({
      fault: ({ url = '' }) => {
        const prefix = new URL(url, 'http://storage').searchParams.get('prefix');
        if (prefix?.endsWith('/parts/') !== true) return;
        for (const name of inPlans(server, /parts\//)) if (name.includes(prefix)) server.objects.delete(name);
      },
    });
    await run('plan', 'run.yaml', '--shards', '1', '--out', 's3://plans/x');
    expect(await run('work', 's3://plans/x', '--shard', '1')).toMatchObject({
      status: 75,
      err: expect.stringMatching(/part 1 of this attempt was removed meanwhile/) as string,
    });
    expect(inPlans(server, /published\//)).toEqual([]);
  }, 120_000);

  it('is to be merged again where a shard gets another result meanwhile', async () => {
    let replace: (() => Promise<unknown>) | undefined;
    await startStorage({
      fault: async ({ url = '' }) => {
        if (replace === undefined || !url.includes('/parts/000001.json')) return;
        const now = replace;
        replace = undefined;
        await now();
      },
    });
    await run('plan', 'run.yaml', '--shards', '1', '--out', 's3://plans/x');
    await run('work', 's3://plans/x', '--shard', '1');
    // As the first merge begins to read what the second one removes.
    replace = async () => {
      expect((await run('work', 's3://plans/x', '--shard', '1', '--again')).status).toBe(0);
      const { err } = await run('merge', 's3://plans/x', '--out', 'other', '--clean');
      expect(err).toContain('1 attempt removed');
    };
    expect(await run('merge', 's3://plans/x', '--out', 'merged')).toMatchObject({
      status: 75,
      err: expect.stringMatching(
        /^maskbench: s3:\/\/plans\/x: shard 1 got another result while it was merged; merge again$/m,
      ) as string,
    });
    expect((await run('merge', 's3://plans/x', '--out', 'merged')).status).toBe(3);
  }, 120_000);

  it('is not worked on well by an attempt that went as it was published', async () => {
    let isRemoved = false;
    const server = await startStorage({
      fault: ({ method, url }) => {
        if (!isRemoved || method !== 'PUT' || url?.startsWith('/plans/x/published/') !== true) return;
        for (const name of inPlans(server, /parts\//)) server.objects.delete(name);
      },
    });
    await run('plan', 'run.yaml', '--shards', '1', '--out', 's3://plans/x');
    await run('work', 's3://plans/x', '--shard', '1');
    isRemoved = true;
    const again = ['work', 's3://plans/x', '--shard', '1', '--again'];
    expect(await run(...again)).toMatchObject({
      status: 75,
      err: expect.stringMatching(/part 1 of this attempt was removed meanwhile/) as string,
    });
    isRemoved = false;
    expect(await run(...again)).toMatchObject({ status: 0 });
    expect((await run('merge', 's3://plans/x', '--out', 'merged')).status).toBe(3);
  }, 120_000);

  it('is refused for what is wrong with it, also where the results cannot be looked at once more', async () => {
    let isShut = false;
    const server = await startStorage({
      fault: ({ method, url = '' }) => {
        isShut ||= method === 'GET' && url.includes('/parts/000001.json');
        return isShut && url.includes('published') ? { status: 403, code: 'AccessDenied' } : undefined;
      },
    });
    await run('plan', 'run.yaml', '--shards', '1', '--out', 's3://plans/x');
    await run('work', 's3://plans/x', '--shard', '1');
    for (const name of inPlans(server, /parts\/000001\.json/)) server.objects.delete(name);
    expect(await run('merge', 's3://plans/x', '--out', 'merged')).toMatchObject({
      status: 65,
      err: expect.stringMatching(
        /part 1 of the attempt is not as it was published: its index is gone/,
      ) as string,
    });
  }, 120_000);

  it('brings no matte that an attempt has not kept', async () => {
    await startStorage();
    const only = ['--mattes', 'worst:1'];
    expect((await run('run', 'local.yaml', '--no-time', ...only, '--out', 'undisturbed')).status).toBe(3);
    await run('plan', 'run.yaml', '--shards', '1', ...only, '--out', 's3://plans/x');
    expect((await run('work', 's3://plans/x', '--shard', '1')).status).toBe(0);
    expect((await run('merge', 's3://plans/x', '--out', 'merged')).status).toBe(3);
    const mattesOf = async (name: string): Promise<readonly string[]> => {
      const files = await everyFile(workspace.path(name));
      return files
        .flatMap((path) => (path.endsWith('.png') ? [relative(workspace.path(name), path)] : []))
        .sort();
    };
    expect(await mattesOf('merged')).toHaveLength(2);
    expect(await mattesOf('merged')).toEqual(await mattesOf('undisturbed'));
  }, 120_000);

  it('has times of its own, which are merged with the rest', async () => {
    await startStorage();
    await run('plan', 'run.yaml', '--shards', '1', '--models', 'luma', '--out', 's3://plans/x');
    expect((await run('work', 's3://plans/x', '--time')).out).toBe('Times are published\n');
    expect((await run('work', 's3://plans/x', '--time')).out).toMatch(/^Times were published before/);
    expect((await run('work', 's3://plans/x', '--shard', '1')).status).toBe(0);
    expect((await run('merge', 's3://plans/x', '--out', 'merged')).status).toBe(0);
    expect(await readFile(workspace.path('merged', 'timings.jsonl'), 'utf8')).toContain('"luma"');
  }, 120_000);

  it('is handed out by the scripts of "submit", whose logs are here', async () => {
    await startStorage();
    await run('plan', 'run.yaml', '--shards', '2', '--out', 's3://plans/x');
    const slurm = (await run('submit', 'slurm', 's3://plans/x', '--out', 'merged')).out;
    expect(slurm).toContain('work s3://plans/x --shard auto');
    expect(slurm).toContain(`--output=${workspace.path('merged.logs', 'logs')}/%x-%A_%a.log`);
    expect(slurm).toContain(`merge s3://plans/x --out ${workspace.path('merged')}`);
    // Nothing that the pods write is on a volume.
    const pods = ['submit', 'kubernetes', 's3://plans/x', '--image', 'maskbench', '--no-merge'];
    expect((await run(...pods)).status).toBe(0);
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    const told = ['--role', 'bench', '--env', 'AWS_REGION', '--env', 'AWS_ENDPOINT_URL_S3=https://storage'];
    const volumes = ['--volume', 'one:/mnt/one', '--volume', 'two:/mnt/two'];
    const { out } = await run(...pods, ...told, ...volumes, '--secret', 'of-the-bucket');
    for (const claim of ['one', 'two']) expect(out).toContain(`claimName: "${claim}"`);
    expect(out).toContain('serviceAccountName: "bench"');
    expect(out).toMatch(/name: "AWS_REGION"\n +value: "eu-west-1"/);
    expect(out).toMatch(/name: "AWS_ENDPOINT_URL_S3"\n +value: "https:\/\/storage"/);
    // A manifest is kept, sent and shown.
    for (const [env, says] of [
      [`AWS_SECRET_ACCESS_KEY=${SECRET}`, /AWS_SECRET_ACCESS_KEY is called as a secret is/],
      ['AWS_ACCESS_KEY_ID', /AWS_ACCESS_KEY_ID is called as a secret is/],
      ['HF_TOKEN', /HF_TOKEN is called as a secret is/],
      [`HTTPS_PROXY=http://me:${SECRET}@proxy:80`, /HTTPS_PROXY is called as a secret is, or holds a login/],
      ['NOT_SET', /NOT_SET is not set here/],
      ['=x', /--env takes a variable/],
      ['MASKBENCH_SHARD_OFFSET=1', /MASKBENCH_SHARD_OFFSET says which shard a task has/],
      ['JOB_COMPLETION_INDEX=0', /says which shard/],
      ['AWS_BATCH_CE_NAME=x', /says which shard/],
    ] as const) {
      const refused = await run(...pods, '--env', env);
      expect(refused).toMatchObject({ status: 64, out: '' });
      expect(refused.err).toMatch(says);
    }
    expect((await run(...pods, '--env', 'A=1', '--env', 'A=2')).err).toMatch(/A is given twice/);
    expect(said).not.toContain(SECRET);
    const merging = [
      'submit',
      'kubernetes',
      's3://plans/x',
      '--image',
      'm',
      '--volume',
      `a:${workspace.folder}`,
    ];
    expect((await run(...merging)).status).toBe(0);
    for (const [volume, says] of [
      [`b:${workspace.folder}`, /two volumes are mounted in one place/],
      [`b:${workspace.path('runs')}:ro`, /it is on no volume that can be written to/],
    ] as const)
      expect((await run(...merging, '--volume', volume)).err).toMatch(says);
  }, 120_000);

  it('keeps the pieces of an attempt in tars that any tool unpacks', async () => {
    const server = await startStorage();
    await run('plan', 'run.yaml', '--shards', '1', '--out', 's3://plans/x');
    await run('work', 's3://plans/x', '--shard', '1');
    const tars = inPlans(server, /\.tar$/);
    const names: string[] = [];
    for (const name of tars) {
      const path = workspace.path('part.tar');
      await writeFile(path, server.objects.get(name) ?? '');
      await list({ file: path, strict: true, onReadEntry: (entry) => void names.push(entry.path) });
      const index = JSON.parse(String(server.objects.get(name.replace('.tar', '.json')))) as {
        entries: { file: string; offset: number; bytes: number }[];
      };
      for (const { file, offset, bytes } of index.entries.filter((entry) => entry.file.endsWith('.png')))
        expect(
          server.objects
            .get(name)
            ?.subarray(offset, offset + bytes)
            .toString('latin1', 1, 4),
          file,
        ).toBe('PNG');
    }
    expect(names).toContain('predictions.jsonl@000000000000000');
    expect(names).toContain('seal.json');
    expect(names.filter((name) => name.endsWith('.png'))).toHaveLength(7);
  }, 120_000);
});

describe('what is refused, each by one line', () => {
  const refused = async (argv: readonly string[], status: number, like: RegExp): Promise<void> => {
    const result = await run(...argv);
    expect(result.err.trim().split('\n').at(-1)).toMatch(like);
    expect(result.status).toBe(status);
    expect(said).not.toContain(SECRET);
  };
  const plan = ['plan', 'local.yaml', '--shards', '1', '--out', 's3://plans/x'];

  it('is a storage that ignores If-None-Match', async () => {
    const server = await startStorage({ isConditional: false });
    await refused(plan, 64, /^maskbench: s3:\/\/plans: this object storage ignores If-None-Match/);
    expect(inPlans(server, /./)).toEqual([]);
  });

  it('is a bucket that is not there, a place with other objects, and an address with credentials', async () => {
    const server = await startStorage();
    await refused(
      ['status', 's3://nowhere/x'],
      69,
      /^maskbench: s3:\/\/nowhere\/x.*: there is no such bucket/,
    );
    await refused(['status', 's3://plans/empty'], 65, /^maskbench: s3:\/\/plans\/empty: no plan/);
    server.objects.set('plans/x/notes.txt', Buffer.from('mine'));
    await refused(plan, 64, /^maskbench: s3:\/\/plans\/x: other objects are there \(notes\.txt\)/);
    await refused(
      ['status', `s3://key:${SECRET}@plans/x`],
      64,
      /^maskbench: s3:\/\/\.\.\.: this is no address/,
    );
  });

  it.skipIf(!IS_BUILT)(
    'is a layout that opens files (skipped unless dist/ is built, which the example is made with)',
    async () => {
      const { requests } = await startStorage();
      await mkdir(workspace.path('node_modules'));
      await symlink(PACKAGE_ROOT, workspace.path('node_modules', 'maskbench'));
      await cp(join(PACKAGE_ROOT, 'docs', 'plugins', 'layout.mjs'), workspace.path('layout.mjs'));
      const config = await readFile(workspace.config, 'utf8');
      const listed = config
        .replace('layout: paired-folders', 'layout: csv.pairs')
        .replace(', images: { path: im }, truths: { path: gt } }', ' }');
      await writeFile(workspace.path('listed.yaml'), `plugins: [./layout.mjs]\n${listed}`);
      const argv = ['plan', 'listed.yaml', ...plan.slice(2)];
      const { status, err } = await startCli(argv, workspace.folder).result;
      expect(err.trim().split('\n').at(-1)).toMatch(
        /^maskbench: s3:\/\/data\/set: the layout csv\.pairs is for folders of this machine/,
      );
      expect(status).toBe(64);
      expect(requests).toEqual([]);
    },
  );

  it.each([
    [403, 'AccessDenied', 69, /the credentials are refused \(AccessDenied\)/],
    [403, 'SignatureDoesNotMatch', 69, /the credentials are refused/],
    [301, 'PermanentRedirect', 64, /the bucket is in another region \(PermanentRedirect\); set AWS_REGION/],
    [503, 'SlowDown', 75, /the object storage is overloaded or out of order \(SlowDown\)/],
  ])('is what the storage says: %i %s', async (status, code, exit, like) => {
    await startStorage({ fault: () => ({ status, code }) });
    await refused(['status', 's3://plans/x'], exit, like);
  });

  it('is an address where a folder belongs, and one of no bucket, which would be a folder called s3:', async () => {
    await startStorage();
    for (const argv of [
      ['run', 'local.yaml', '--no-time', '--out', 's3://plans/run'],
      ['merge', 's3://plans/x', '--out', 's3://plans/run'],
      ['report', 's3://plans/run'],
      ['verify', 's3://plans/run'],
      ['resume', 's3://plans/run'],
    ])
      await refused(argv, 64, /^maskbench: s3:\/\/plans\/run: a run is a folder, and cannot be in a bucket;/);
    for (const place of ['s3:/plans/x', 'S3://plans/x', 's3://', 'gs://plans/x'])
      await refused([...plan.slice(0, -1), place], 64, /: this is no address in a bucket; expected s3:/);
    expect(await readdir(workspace.folder)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/:$/)]),
    );
    vi.stubEnv('AWS_ENDPOINT_URL_S3', 'nonsense');
    await refused(['status', 's3://plans/x'], 64, /AWS_ENDPOINT_URL_S3 is no URL; expected https/);
  });

  it('is a storage out of reach, and one without credentials', async () => {
    await startStorage();
    vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://key:${SECRET}@127.0.0.1:1`);
    await refused(
      ['status', 's3://plans/x'],
      75,
      /the object storage at 127\.0\.0\.1:1 does not answer \(ECONNREFUSED\)/,
    );
    const { origin } = await startServer();
    vi.stubEnv('AWS_ENDPOINT_URL_S3', origin);
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
    vi.stubEnv('HOME', workspace.folder);
    await refused(['status', 's3://plans/x'], 69, /there are no credentials for it/);
  });

  it('is a picture that has changed, or is gone, since it was planned', async () => {
    const server = await startStorage();
    await run('plan', 'run.yaml', '--shards', '1', '--out', 's3://plans/x');
    const [name = '', other = ''] = [...server.objects.keys()].filter((key) =>
      key.startsWith('data/set/im/'),
    );
    const bytes = server.objects.get(name) ?? Buffer.alloc(0);
    server.objects.set(name, Buffer.concat([bytes, Buffer.from('more')]));
    await rm(workspace.path('cache'), { recursive: true });
    const work = ['work', 's3://plans/x', '--shard', '1'];
    await refused(work, 65, new RegExp(`^maskbench: s3://${name}: it is not the file that was planned`));
    await refused([...plan.slice(0, 1), 'run.yaml', ...plan.slice(2)], 64, /: changed 1 image \(/);
    // Put back: a copy of what it was meanwhile is not taken for it.
    server.objects.set(name, bytes);
    expect(await run(...work)).toMatchObject({ status: 0 });
    server.objects.delete(other);
    server.objects.delete(other.replace('/im/', '/gt/').replace(/\.\w+$/, '.png'));
    await refused(['merge', 's3://plans/x', '--out', 'merged'], 64, /removed 1 image \(/);
    expect((await run('merge', 's3://plans/x', '--out', 'merged', '--no-list')).status).toBe(3);
  }, 120_000);

  it.each([
    ['its tar is torn, or is another one', /parts\/000001\.tar$/, (bytes: Buffer) => bytes.subarray(0, 900)],
    ['its tar is gone', /parts\/000001\.tar$/, () => undefined],
    ['its index is not as it was published', /parts\/000001\.json$/, () => Buffer.from('{}')],
    ['its index is gone', /parts\/000002\.json$/, () => undefined],
    ['the list of shard 1 that was planned', /shards\/0001\.jsonl$/, () => Buffer.from('')],
    ["a model's file is not the one", /weights\//, (bytes: Buffer) => Buffer.from(bytes).fill(0, 50, 60)],
  ])(
    'is damage in the bucket: %s',
    async (message, where, damage) => {
      const server = await startStorage();
      await run('plan', 'run.yaml', '--shards', '1', '--out', 's3://plans/x');
      await run('work', 's3://plans/x', '--shard', '1');
      const [name = ''] = inPlans(server, where);
      const damaged = damage(server.objects.get(name) ?? Buffer.alloc(0));
      if (damaged === undefined) server.objects.delete(name);
      else server.objects.set(name, Buffer.from(damaged));
      await rm(workspace.path('cache'), { recursive: true });
      await mkdir(workspace.path('cache'));
      const argv = name.includes('weights')
        ? ['work', 's3://plans/x', '--shard', '1', '--again']
        : ['merge', 's3://plans/x', '--out', 'merged'];
      await refused(
        argv,
        65,
        new RegExp(`^maskbench: s3://plans/x/.*${message}|^maskbench: s3://plans/x/.*is missing`),
      );
    },
    120_000,
  );
});
