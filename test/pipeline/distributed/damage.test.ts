import { existsSync, rmSync } from 'node:fs';
import {
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { differences, outcomeOf } from '../../../bench/support/kill-run.mjs';
import { mergePlan, type MergePlanRequest } from '../../../src/pipeline/distributed/merge-plan.js';
import { newOwner } from '../../../src/store/lock-owner.js';
import { lockRun } from '../../../src/store/lock.js';
import { folderStore } from '../../../src/store/plan-folder/plan-store.js';
import { cli, type CliResult } from '../../support/cli.js';
import { reseal } from '../../support/reseal.js';
import { execute, keep, makeWorkspace, type Workspace } from '../../support/workspace.js';

let workspace: Workspace;
let restore: () => Promise<void>;

const run = (...argv: readonly string[]): Promise<CliResult> => cli(argv, workspace.folder);
const merge = (...more: readonly string[]): Promise<CliResult> =>
  run('merge', 'plan', '--out', 'merged', ...more);
/** What `merge` asks for, where a test comes between its steps. */
const mergeRequest = (): MergePlanRequest => ({
  path: workspace.path('plan'),
  out: workspace.path('merged'),
  mattes: 'link',
  allowMixed: false,
  list: true,
  env: process.env,
  signal: new AbortController().signal,
});
const json = async <T>(path: string): Promise<T> => JSON.parse(await readFile(path, 'utf8')) as T;

/** The folder of the attempt that a shard was published by. */
async function attemptOf(shard: number, plan = 'plan'): Promise<string> {
  const { attempt } = await json<{ attempt: string }>(workspace.path(plan, 'published', `000${shard}.json`));
  return workspace.path(plan, 'attempts', `000${shard}`, attempt);
}

/** What somebody does who edits an attempt and makes it look whole: sums, seal and what was published. */
async function republish(shard: number): Promise<void> {
  const folder = await attemptOf(shard);
  await reseal(folder);
  const path = workspace.path('plan', 'published', `000${shard}.json`);
  const { root, files } = await json<Record<string, unknown>>(`${folder}/seal.json`);
  await writeFile(path, JSON.stringify({ ...(await json<object>(path)), root, files }));
}

async function editManifest(shard: number, edit: (text: string) => string): Promise<void> {
  const path = `${await attemptOf(shard)}/manifest.json`;
  const before = await readFile(path, 'utf8');
  const after = edit(before);
  expect(after).not.toBe(before);
  await writeFile(path, after);
}

beforeAll(async () => {
  workspace = await makeWorkspace({ models: ['luma', 'inverse'], samples: 6 });
  expect(await run('plan', 'run.yaml', '--shards', '3', '--out', 'plan')).toMatchObject({ status: 0 });
  expect(await run('plan', 'run.yaml', '--shards', '2', '--out', 'other')).toMatchObject({ status: 0 });
  for (const shard of ['1', '2'])
    expect(await run('work', 'plan', '--shard', shard)).toMatchObject({ status: 0 });
  expect(await run('work', 'other', '--shard', '1')).toMatchObject({ status: 0 });
  await execute(workspace);
  restore = await keep(workspace);
}, 120_000);
beforeEach(() => restore());
afterAll(() => workspace.remove());

const image = (id: string): string => workspace.path('data', 'im', `${id}.jpg`);

describe('a shard whose pictures or models are others than those that were planned', () => {
  it.each([
    ['a picture was removed', () => rm(image('005')), 65, /005\.jpg: .*no such file|005\.jpg/],
    [
      'a picture was changed',
      async () => cp(image('000'), image('005')),
      65,
      /005\.jpg: it is not the file that was planned/,
    ],
    [
      'a ground truth was changed',
      async () => cp(workspace.path('data', 'gt', '000.png'), workspace.path('data', 'gt', '004.png')),
      65,
      /004\.png: it is not the file that was planned/,
    ],
    [
      'the bytes of a model are others',
      async () => {
        const path = workspace.path('plan', 'weights', 'luma', 'model', 'luma.onnx');
        await writeFile(path, await readFile(workspace.path('inverse.onnx')));
      },
      65,
      /luma\.onnx: .*sha256/,
    ],
    [
      'its list was cut',
      async () => truncate(workspace.path('plan', 'shards', '0003.jsonl'), 700),
      65,
      /0003\.jsonl: it is not the list of shard 3 that was planned/,
    ],
    [
      'the plan was edited',
      async () => {
        const path = workspace.path('plan', 'plan.json');
        await writeFile(path, (await readFile(path, 'utf8')).replace('"threshold": 128', '"threshold": 127'));
      },
      65,
      /plan\.json: its root is not the digest of what it says/,
    ],
  ] as const)('is refused, and is not published: %s', async (_what, damage, status, says) => {
    await damage();
    const { status: ended, err } = await run('work', 'plan', '--shard', '3');
    expect(err).toMatch(says);
    expect(ended).toBe(status);
    expect(await readdir(workspace.path('plan', 'published'))).toEqual(['0001.json', '0002.json']);
  });
});

describe('a merge of a plan', () => {
  it('names the shards that are not published', async () => {
    const { status, err } = await merge();
    expect(err).toContain('1 shard of 3 not published: 3;');
    expect(status).toBe(65);
  });

  describe('of which every shard is published', () => {
    let restoreWhole: () => Promise<void>;
    beforeAll(async () => {
      await restore();
      expect(await run('work', 'plan', '--shard', '3')).toMatchObject({ status: 0 });
      await cp(workspace.path('plan'), `${workspace.folder}-whole`, { recursive: true });
      restoreWhole = async () => {
        await rm(workspace.path('plan'), { recursive: true });
        await cp(`${workspace.folder}-whole`, workspace.path('plan'), { recursive: true });
      };
    });
    beforeEach(() => restoreWhole());
    afterAll(() => rm(`${workspace.folder}-whole`, { recursive: true }));

    it.each<readonly [string, () => Promise<unknown>, number, RegExp]>([
      ['an image came', () => addPair('new'), 64, /the images are others .*: added 1 image \(tiny\/new\)/],
      [
        'an image went',
        async () => {
          await rm(image('002'));
          await rm(workspace.path('data', 'gt', '002.png'));
        },
        64,
        /the images are others .*: removed 1 image \(tiny\/002\)/,
      ],
      [
        'a shard is there twice',
        async () =>
          cp(
            workspace.path('plan', 'published', '0001.json'),
            workspace.path('plan', 'published', '0002.json'),
          ),
        65,
        /0002\.json: it is the result of shard 1, which is there twice, and not of shard 2/,
      ],
      [
        'a shard is there twice, under another name',
        async () =>
          cp(
            workspace.path('plan', 'published', '0001.json'),
            workspace.path('plan', 'published', '0001-1.json'),
          ),
        65,
        /0001-1\.json is the result of no shard of this plan/,
      ],
      [
        'an attempt is gone',
        async () => rm(await attemptOf(2), { recursive: true }),
        65,
        /the attempt that shard 2 was published by is gone/,
      ],
      [
        'an attempt is torn',
        async () => truncate(`${await attemptOf(2)}/scores.jsonl`, 500),
        65,
        /the run does not add up: scores\.jsonl is not as it was sealed/,
      ],
      [
        'a line was edited',
        async () => {
          const path = `${await attemptOf(2)}/scores.jsonl`;
          await writeFile(path, (await readFile(path, 'utf8')).replace('"iou":', '"iou":0'));
        },
        65,
        /scores\.jsonl:1: .*(sum|JSON)/,
      ],
      [
        'a matte is gone',
        async () => rm(`${await attemptOf(2)}/predictions/luma/tiny/003.png`),
        65,
        /1 matte missing or empty: the first is luma\/tiny\/003/,
      ],
      [
        'a result is of another plan',
        async () =>
          cp(
            workspace.path('other', 'published', '0001.json'),
            workspace.path('plan', 'published', '0001.json'),
          ),
        65,
        /0001\.json: it is the result of a shard of another plan/,
      ],
      [
        'an attempt is one of another plan, under the name of what was published',
        async () => {
          const own = await attemptOf(1);
          await rm(own, { recursive: true });
          await cp(await attemptOf(1, 'other'), own, { recursive: true });
        },
        64,
        /it is an attempt at a shard of another plan/,
      ],
      [
        'an attempt is one of another shard',
        async () => {
          const [one, two] = [await attemptOf(1), await attemptOf(2)];
          await rm(two, { recursive: true });
          await cp(one, two, { recursive: true });
        },
        64,
        /it is an attempt at another shard than 2 of 3/,
      ],
      [
        'an attempt was sealed again',
        async () => {
          await editManifest(2, (text) => text.replace('"name": "tiny-run"', '"name": "tidy-run"'));
          await reseal(await attemptOf(2));
        },
        65,
        /its seal is another one than that it was published with/,
      ],
      [
        'an attempt was made with other bytes of a model',
        async () => {
          await editManifest(2, (text) => text.replace(/"sha256": "[0-9a-f]{8}/, '"sha256": "00000000'));
          await republish(2);
        },
        64,
        /it was made with other files or another spec of luma/,
      ],
      [
        'an attempt was made under another runtime',
        async () => {
          await editManifest(2, (text) => text.replace(/"onnxruntime": "[^"]*"/, '"onnxruntime": "1.0.0"'));
          await republish(2);
        },
        64,
        /the shards ran on machines that differ \(ONNX Runtime: .*1\.0\.0 \(1 shard\)/,
      ],
      [
        'an attempt was made of other samples',
        async () => {
          const folder = await attemptOf(2);
          for (const file of ['plan', 'predictions', 'scores', 'truths'])
            await writeFile(
              `${folder}/${file}.jsonl`,
              (await readFile(`${folder}/${file}.jsonl`, 'utf8')).replaceAll('"id":"003"', '"id":"00x"'),
            );
          await rename(`${folder}/predictions/luma/tiny/003.png`, `${folder}/predictions/luma/tiny/00x.png`);
          await rename(
            `${folder}/predictions/inverse/tiny/003.png`,
            `${folder}/predictions/inverse/tiny/00x.png`,
          );
          await republish(2);
        },
        65,
        /the samples of tiny in plan\.jsonl are not those of its fingerprint/,
      ],
      [
        'the list of shards was edited',
        async () => {
          const path = workspace.path('plan', 'shards.jsonl');
          const [first = '', second = ''] = (await readFile(path, 'utf8')).split('\n');
          await writeFile(path, `${first}\n${second}\n`);
        },
        65,
        /shards\.jsonl: it is not the list of shards of this plan \(2 of 3 shards\)/,
      ],
    ])('is refused, and writes nothing: %s', async (_what, damage, status, says) => {
      await damage();
      const { status: ended, err } = await merge();
      expect(err).toMatch(says);
      expect(ended).toBe(status);
      expect(await readdir(workspace.folder)).not.toContain('merged');
    });

    it('is the undisturbed run, cell for cell and in its plan, however its mattes came', async () => {
      const whole = await outcomeOf(workspace.path('out'));
      for (const way of ['link', 'copy', 'symlink']) {
        expect(await run('merge', 'plan', '--out', way, '--mattes', way)).toMatchObject({ status: 0 });
        expect(differences(whole, await outcomeOf(workspace.path(way)))).toEqual([]);
        expect(await readFile(workspace.path(way, 'plan.jsonl'), 'utf8')).toBe(
          await readFile(workspace.path('out', 'plan.jsonl'), 'utf8'),
        );
        expect(await run('verify', way)).toMatchObject({ status: 0 });
      }
      // What was predicted is all of it, and not the first shard's.
      expect(await json(workspace.path('link', 'summary.json'))).toMatchObject({ pace: { cells: 12 } });
      // It is a run like any other.
      expect(await run('resume', 'link')).toMatchObject({ status: 0 });
      expect(await run('verify', 'link')).toMatchObject({ status: 0 });
    });

    it('that is asked for again is what is there, and no other merge replaces it', async () => {
      expect(await merge()).toMatchObject({ status: 0 });
      const before = await readFile(workspace.path('merged', 'manifest.json'), 'utf8');
      expect(await merge()).toMatchObject({ status: 0 });
      expect(await readFile(workspace.path('merged', 'manifest.json'), 'utf8')).toBe(before);
      expect(await run('work', 'plan', '--shard', '1', '--again')).toMatchObject({ status: 0 });
      expect(await merge()).toMatchObject({ status: 64 });
    });

    it('that is made twice at once is made once, and both end well', async () => {
      const both = await Promise.all([merge(), merge(), merge()]);
      expect(both.map(({ status, err }) => [status, err.includes('Written to merged')]).sort()).toEqual([
        [0, false],
        [0, false],
        [0, true],
      ]);
      expect(await run('verify', 'merged')).toMatchObject({ status: 0 });
    });

    it('is not made of two results of a shard, where one gets another meanwhile', async () => {
      const out = workspace.path('merged');
      await mkdir(out);
      await writeFile(`${out}/.merging`, '');
      const lock = await lockRun(out);
      const replace = async (): Promise<void> => {
        expect(await run('work', 'plan', '--shard', '2', '--again')).toMatchObject({ status: 0 });
        await lock.release();
      };
      let replaced = Promise.resolve();
      // All attempts have been read by then, and nothing was written.
      const merging = mergePlan({ ...mergeRequest(), lock: { onWait: () => void (replaced = replace()) } });
      await expect(merging).rejects.toMatchObject({
        code: 'run.lost',
        message: 'shard 2 got another result while it was merged',
      });
      await replaced;
      expect(await merge()).toMatchObject({ status: 0 });
      expect(await run('verify', 'merged')).toMatchObject({ status: 0 });
    });

    it('is not made without the result of a shard that is taken away meanwhile', async () => {
      const merging = mergePlan({
        ...mergeRequest(),
        // Asked for to list the images: every shard was seen to be published by then.
        get env() {
          rmSync(workspace.path('plan', 'published', '0003.json'));
          return process.env;
        },
      });
      await expect(merging).rejects.toMatchObject({
        code: 'run.unfinished',
        message: '1 shard of 3 not published: 3',
      });
      expect(await readdir(workspace.folder)).not.toContain('merged');
    });

    it('ends where it is told to while it is written, and goes on', async () => {
      const controller = new AbortController();
      const mark = workspace.path('merged', '.merging');
      const timer = setInterval(() => existsSync(mark) && controller.abort(), 1);
      const merging = mergePlan({ ...mergeRequest(), signal: controller.signal });
      try {
        await expect(merging).rejects.toMatchObject({ code: 'cancelled', remedy: 'merge again' });
      } finally {
        clearInterval(timer);
      }
      expect(existsSync(mark)).toBe(true);
      expect(await merge()).toMatchObject({ status: 0 });
      expect(await run('verify', 'merged')).toMatchObject({ status: 0 });
    });

    it('that was killed goes on', async () => {
      expect(await merge()).toMatchObject({ status: 0 });
      const expected = await outcomeOf(workspace.path('merged'));
      const { mergedFrom } = await json<{ mergedFrom: readonly string[] }>(
        workspace.path('merged', 'manifest.json'),
      );
      await writeFile(workspace.path('merged', '.merging'), JSON.stringify({ mattes: 'link', mergedFrom }));
      for (const file of ['manifest.json', 'seal.json', 'summary.json'])
        await rm(workspace.path('merged', file));
      await truncate(workspace.path('merged', 'scores.jsonl'), 100);
      await rm(workspace.path('merged', 'predictions', 'luma', 'tiny', '001.png'));
      expect(await merge()).toMatchObject({ status: 0 });
      expect(differences(expected, await outcomeOf(workspace.path('merged')))).toEqual([]);
      expect(await run('verify', 'merged')).toMatchObject({ status: 0 });
    });

    it('of machines that differ is made where it is asked for, and says in what', async () => {
      await editManifest(2, (text) => text.replace(/"onnxruntime": "[^"]*"/, '"onnxruntime": "1.0.0"'));
      await republish(2);
      const { status, out } = await merge('--allow-mixed');
      expect(status).toBe(0);
      expect(out.replaceAll(/\s+/g, ' ')).toMatch(
        /Put together from machines that differ: ONNX Runtime: [\d.]+ \(2 shards\), 1\.0\.0 \(1 shard\)\./,
      );
    });

    it('of machines that differ is mended by work that takes nothing from the other machine', async () => {
      await editManifest(2, (text) => text.replace(/"onnxruntime": "[^"]*"/, '"onnxruntime": "1.0.0"'));
      await republish(2);
      // As after a host that was lost: of cells from another machine nobody could say so later.
      await rm(workspace.path('plan', 'published', '0002.json'));
      expect((await run('work', 'plan', '--shard', '2')).out).toMatch(/is published: 4 cells scored\n/);
      // As after a bad node: what is asked for again is not what was there.
      expect((await run('work', 'plan', '--shard', '1', '--again')).out).toMatch(/: 4 cells scored\n/);
      const whole = await outcomeOf(workspace.path('out'));
      expect(await merge()).toMatchObject({ status: 0 });
      expect(differences(whole, await outcomeOf(workspace.path('merged')))).toEqual([]);
    });

    it('does not look at the data where it is told not to', async () => {
      await rm(workspace.path('data'), { recursive: true });
      expect(await merge()).toMatchObject({ status: 65 });
      const whole = await outcomeOf(workspace.path('out'));
      expect(await merge('--no-list')).toMatchObject({ status: 0 });
      expect(differences(whole, await outcomeOf(workspace.path('merged')))).toEqual([]);
    });

    it('removes attempts that no shard needs, where it is asked to', async () => {
      const killed = 'a'.repeat(16);
      await mkdir(workspace.path('plan', 'attempts', '0001', killed));
      await writeFile(workspace.path('plan', 'attempts', '0001', `${killed}.ended.json`), '{}');
      // As network file systems leave what is removed while it is open; and a user's own.
      const others = ['.nfs01', 'NOTES', 'README.md'];
      for (const name of others) await writeFile(workspace.path('plan', 'attempts', '0001', name), '');
      expect(await run('work', 'plan', '--shard', '2', '--again')).toMatchObject({ status: 0 });
      const { err } = await merge('--clean');
      expect(err).toContain('2 attempts removed that no shard needs');
      for (const shard of ['0001', '0002', '0003']) {
        const left = await readdir(workspace.path('plan', 'attempts', shard));
        expect(left).toHaveLength(shard === '0001' ? 1 + others.length : 1);
        expect(left).toEqual(expect.arrayContaining(shard === '0001' ? others : []));
      }
      expect(await run('verify', 'merged')).toMatchObject({ status: 0 });
    });

    it('removes attempts of hosts that are gone, and none in which one is at work', async () => {
      const [gone, busy] = ['b', 'c'].map((of) => workspace.path('plan', 'attempts', '0001', of.repeat(16)));
      const [lockGone, lockBusy] = [gone, busy].map(lockElsewhere);
      for (const folder of [gone, busy]) await mkdir(folder);
      await lockGone(0);
      await lockBusy(0);
      let beat = 0;
      const timer = setInterval(() => void lockBusy(++beat), 200);
      try {
        const { err } = await merge('--clean', '--owner-timeout', '5');
        expect(err).toContain('warning: 2 attempts may still be at work elsewhere; watched for up to 5 s\n');
        expect(err).toContain('1 attempt removed that no shard needs\n');
        expect(err).toContain(`warning: may still be at work, and left: ${busy}\n`);
      } finally {
        clearInterval(timer);
      }
      expect(existsSync(gone)).toBe(false);
      expect(await readdir(busy)).toEqual(['.lock']);
      expect(await run('verify', 'merged')).toMatchObject({ status: 0 });
    });

    it('looks at attempts without writing to them, and not once it was told to end', async () => {
      const attempt = { shard: 1, token: 'e'.repeat(16) };
      const folder = workspace.path('plan', 'attempts', '0001', attempt.token);
      await mkdir(folder);
      await utimes(folder, 1, 1);
      expect(await folderStore(workspace.path('plan')).atWork([attempt])).toEqual([]);
      expect((await stat(folder)).mtimeMs).toBe(1000);
      const ended = folderStore(workspace.path('plan'), { signal: AbortSignal.abort() });
      await expect(ended.atWork([attempt])).rejects.toMatchObject({ code: 'cancelled' });
    });

    it('is not made of an attempt that was removed before it was published', async () => {
      const store = folderStore(workspace.path('plan'));
      const kept = store.keep(1, 'd'.repeat(16));
      await expect(kept.assertWhole()).rejects.toMatchObject({ code: 'run.lost' });
      const token = basename(await attemptOf(1));
      await store.keep(1, token).assertWhole();
      await store.removeAttempt({ shard: 1, token });
      await expect(store.keep(1, token).assertWhole()).rejects.toMatchObject({ code: 'run.lost' });
    });
  });
});

/** A lock as another host writes it, again and again or not. */
function lockElsewhere(folder: string): (beat: number) => Promise<void> {
  const owner = { ...newOwner(), host: 'elsewhere', bootId: null, settled: 'yes' };
  return (beat) => writeFile(`${folder}/.lock`, JSON.stringify({ ...owner, beat: String(beat) }));
}

async function addPair(id: string): Promise<void> {
  await cp(image('000'), image(id));
  await cp(workspace.path('data', 'gt', '000.png'), workspace.path('data', 'gt', `${id}.png`));
}
