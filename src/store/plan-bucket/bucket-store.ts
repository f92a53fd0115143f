import { existsSync } from 'node:fs';
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { z } from 'zod';
import { resolveCacheDir } from '../../core/cache-folder.js';
import { MaskbenchError } from '../../core/errors.js';
import { hashFile } from '../../core/hash-file.js';
import { sha256 } from '../../core/hash.js';
import { mapInOrder } from '../../core/map-in-order.js';
import { assertConditional, openBucket, type Bucket } from '../../core/objects/bucket.js';
import { parseAddress } from '../../core/objects/object-address.js';
import { joinInside } from '../../core/safe-path.js';
import { unless } from '../../core/system-code.js';
import { discardDraft, draftOf } from '../../core/write-whole.js';
import { count, text } from '../../schema/basics.js';
import { LOCK } from '../lock.js';
import { planFolder, shardName, TIMES } from '../plan-folder/plan-folder.js';
import { movingOn } from '../plan-folder/moving-on.js';
import { tokensIn, type PlanStore } from '../plan-folder/plan-store.js';
import { BUCKET_BEAT_MS, GRACE_MS, keepAttempt } from './keep-attempt.js';
import { unpackAttempt } from './unpack-attempt.js';

/** Between two looks at an attempt that says that it is at work. */
const LOOK_MS = 2.5 * BUCKET_BEAT_MS;
/** Requests at once, where there are many. */
const WIDTH = 16;

export interface BucketStoreOptions {
  /** A folder of this process alone, which takes what is fetched. */
  readonly folder: string;
  /** Between two parts of an attempt at work: at most so much is lost with its host. */
  readonly saveMs: number;
  readonly signal: AbortSignal;
}

/** A model's file beside a plan, under its digest in the bucket. */
const staged = z.array(z.object({ file: text, bytes: count, sha256: text }));

/**
 * A plan in a bucket: its objects are those of a plan's folder, but that
 *
 *     lists/<root>/shards.jsonl, shards/   stand below the plan's root, so that two that plan at once mix nothing
 *     lists/<root>/weights.json            says which of the files of models is which
 *     weights/<sha256>                     those files; hosts keep them in their cache
 *     attempts/0001/<token>/parts/         an attempt as tars of bounded size, each with an index of what stands where in it
 *     attempts/0001/<token>/.lock          written again every few seconds by whoever is at work
 */
export async function openBucketStore(address: string, options: BucketStoreOptions): Promise<PlanStore> {
  const { bucket: name, key } = parseAddress(address);
  const prefix = key === '' ? '' : `${key}/`;
  const bucket = openBucket(name, options.signal);
  const folder = planFolder(options.folder);
  let root = '';
  const weightsList = join(folder.path, 'weights.json');
  const keyOf = (path: string): string => {
    const inner = relative(folder.path, path).split(sep).join('/');
    return /^(shards(\/.*|\.jsonl)?|weights\.json)$/.test(inner)
      ? `${prefix}lists/${root}/${inner}`
      : prefix + inner;
  };
  const attemptKey = (shard: number, token = ''): string =>
    `${prefix}attempts/${shardName(shard)}/${token === '' ? '' : `${token}/`}`;

  /** A file is there as its object is; or neither. */
  const bring = async (path: string): Promise<void> => {
    await mkdir(dirname(path), { recursive: true });
    const draft = draftOf(path);
    try {
      if ((await bucket.fetchFile(keyOf(path), draft.path)) === undefined) await rm(path, { force: true });
      else await rename(draft.path, path);
    } finally {
      await discardDraft(draft);
    }
  };
  const bringAll = async (paths: AsyncIterable<string> | Iterable<string>): Promise<void> => {
    for await (const _ of mapInOrder(paths, WIDTH, bring));
  };
  const openPlan = async (): Promise<void> => {
    const read = () => readFile(folder.document, 'utf8').catch(unless('ENOENT'));
    const before = await read();
    await bring(folder.document);
    const plan = await read();
    // What a killed merge has left may be of another plan.
    if (before !== undefined && rootIn(before) !== rootIn(plan))
      for (const left of await readdir(folder.path))
        if (join(folder.path, left) !== folder.document)
          await rm(join(folder.path, left), { recursive: true, force: true });
    root = rootIn(plan).slice(0, 16);
    if (plan !== undefined) await bring(folder.index);
  };
  await openPlan();

  const bringWeights = async (): Promise<void> => {
    await bring(weightsList);
    const files = staged.parse(JSON.parse(await readFile(weightsList, 'utf8')));
    for (const of of files) {
      const kept = join(resolveCacheDir(), 'objects', 'weights', of.sha256);
      if ((await stat(kept).catch(() => undefined))?.size !== of.bytes) await fetchWeights(of, kept);
      const path = joinInside(folder.path, of.file);
      await mkdir(dirname(path), { recursive: true });
      await link(kept, path).catch(unless('EEXIST'));
    }
  };
  const fetchWeights = async (of: z.output<typeof staged>[number], kept: string): Promise<void> => {
    await mkdir(dirname(kept), { recursive: true });
    // In the folder of this attempt alone: others may fetch it at the same time.
    const coming = join(folder.path, of.sha256);
    const got = await bucket.fetchFile(`${prefix}weights/${of.sha256}`, coming);
    if (got?.sha256 === of.sha256) return rename(coming, kept);
    const [code, message] =
      got === undefined
        ? (['data.missing', "a model's file is gone"] as const)
        : (['source.checksum', "a model's file is not the one that was planned"] as const);
    throw new MaskbenchError(code, message, {
      where: `${address}/weights/${of.sha256}`,
      remedy: `it is ${of.file}: restore it, or plan again under another prefix`,
    });
  };

  return {
    address,
    folder,
    lookMs: LOOK_MS,
    isLasting: false,
    async bringResults(shard) {
      if (shard !== undefined) return bring(folder.publication(shard));
      await rm(folder.published, { recursive: true, force: true });
      const names = await bucket.names(`${prefix}published/`);
      return bringAll(names.map((of) => joinInside(folder.published, of)));
    },
    async bringLists() {
      if (root === '') return;
      const lists = dirname(folder.shard(1));
      const names = await bucket.names(`${keyOf(lists)}/`);
      const missing = names.map((of) => joinInside(lists, of)).filter((path) => !existsSync(path));
      await bringAll(missing);
    },
    async bringShard(shard) {
      await bring(folder.shard(shard));
      await bringWeights();
      if (shard === TIMES) return;
      for (const token of tokensIn(await bucket.names(attemptKey(shard))))
        await unpackAttempt(bucket, attemptKey(shard, token), folder.attempt(shard, token));
    },
    async bringAttempt(shard, { attempt, parts = [] }) {
      await unpackAttempt(bucket, attemptKey(shard, attempt), folder.attempt(shard, attempt), parts);
    },
    async look(shard) {
      for (const token of tokensIn(await bucket.names(attemptKey(shard)))) {
        await mkdir(folder.attempt(shard, token), { recursive: true });
        await bring(join(folder.attempt(shard, token), LOCK));
        await bring(folder.ended(shard, token));
      }
    },
    attemptsAt: async (shard) => tokensIn(await bucket.names(attemptKey(shard))),
    atWork: (attempts) =>
      movingOn(
        attempts,
        async ({ shard, token }) => (await bucket.get(attemptKey(shard, token) + LOCK))?.toString(),
        { everyMs: LOOK_MS, untilMs: LOOK_MS, signal: options.signal },
      ),
    async removeAttempt({ shard, token }) {
      for await (const { key: of } of bucket.list(attemptKey(shard, token))) await bucket.remove(of);
      await bucket.remove(keyOf(folder.ended(shard, token)));
    },
    keep: (shard, token) =>
      keepAttempt(name, attemptKey(shard, token), folder.attempt(shard, token), options.saveMs),
    async send(path) {
      await openBucket(name, AbortSignal.timeout(GRACE_MS)).putFile(keyOf(path), path);
    },
    async sendPlan() {
      const document = await readFile(folder.document);
      root = rootIn(document.toString()).slice(0, 16);
      await assertOwn(bucket, prefix, address);
      await assertConditional(bucket, name, `${prefix}.probe-${process.pid}-${Date.now()}`);
      const sendAll = async (paths: readonly string[]): Promise<void> => {
        for await (const _ of mapInOrder(paths, WIDTH, (path) => bucket.putFile(keyOf(path), path)));
      };
      const lists = dirname(folder.shard(1));
      await sendAll((await readdir(lists)).map((of) => join(lists, of)));
      const there = new Set(await bucket.names(`${prefix}weights/`));
      const files: z.output<typeof staged> = [];
      for (const of of (await readdir(folder.weights, { recursive: true }).catch(unless('ENOENT'))) ?? []) {
        const path = join(folder.weights, of);
        const { size } = await stat(path);
        if (!(await stat(path)).isFile()) continue;
        const digest = await hashFile(path);
        if (!there.has(digest)) await bucket.putFile(`${prefix}weights/${digest}`, path);
        files.push({ file: `weights/${of.split(sep).join('/')}`, bytes: size, sha256: digest });
      }
      await writeFile(weightsList, `${JSON.stringify(files, null, 2)}\n`);
      await sendAll([weightsList, folder.index]);
      if (await bucket.put(keyOf(folder.document), document, { once: true })) return;
      // The answer may have been lost, and the question asked again.
      const first = await bucket.get(keyOf(folder.document));
      if (first !== undefined && rootIn(first.toString()) === rootIn(document.toString())) return;
      throw new MaskbenchError('run.mismatch', 'another plan was put there meanwhile', {
        where: address,
        remedy: 'plan under another prefix with --out, or go on with the plan that is there',
      });
    },
    async putOnce(path, document, { replace = false }) {
      const content = `${JSON.stringify(document, null, 2)}\n`;
      if (await bucket.put(keyOf(path), content, { once: !replace })) return true;
      await bring(path);
      return (await readFile(path, 'utf8')) === content;
    },
  };
}

/** The root that a plan's document names; empty where there is none. */
function rootIn(plan: string | undefined): string {
  if (plan === undefined) return '';
  try {
    return z.object({ root: z.string() }).parse(JSON.parse(plan)).root;
  } catch {
    // Whoever reads the plan says what is wrong with it.
    return sha256(plan);
  }
}

/** @throws MaskbenchError `run.exists` for a prefix that holds anything but remains of planning. */
async function assertOwn(bucket: Bucket, prefix: string, where: string): Promise<void> {
  const foreign = (await bucket.names(prefix)).find((name) => !/^(lists\/|weights\/|\.probe-)/.test(name));
  if (foreign === undefined || foreign === 'plan.json') return;
  throw new MaskbenchError('run.exists', `other objects are there (${foreign})`, {
    where,
    remedy: 'choose a new prefix with --out',
  });
}
