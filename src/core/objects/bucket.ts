import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { MaskbenchError } from '../errors.js';
import { clientOf, type Sdk } from './bucket-client.js';
import { explainBucketError, isCutOff, toldBy } from './bucket-errors.js';
import { addressOf } from './object-address.js';

/** What is held in memory of an object at most, read or written: larger ones go in pieces of this. */
export const PIECE_BYTES = 32 * 1024 * 1024;
/** Pieces that an object may be written in. */
const MOST_PIECES = 9000;

/** What a listing says of an object. */
export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  /** By the clock of the storage. */
  readonly modifiedMs: number;
}

interface Fetched {
  readonly sha256: string;
  readonly modifiedMs: number;
}

/** A bucket of S3, R2, MinIO or another storage that speaks as they do. Keys are whole. Every method throws as `explainBucketError` explains. */
export interface Bucket {
  /** Objects below a prefix, in order of their keys. */
  list(prefix: string): AsyncGenerator<ListedObject, void, undefined>;
  /** What objects and, with a slash at the end, folders stand right below a prefix. */
  names(prefix: string): Promise<readonly string[]>;
  /** The bytes of an object, or of a part of it; undefined where there is none. */
  get(key: string, range?: { readonly from: number; readonly to: number }): Promise<Buffer | undefined>;
  /** Writes an object into a file, piece by piece; undefined where there is none. */
  fetchFile(key: string, path: string): Promise<Fetched | undefined>;
  /** @param options.once only where there is none @returns whether it was put */
  put(key: string, body: string | Uint8Array, options?: { readonly once?: boolean }): Promise<boolean>;
  /** @returns its digest */
  putFile(key: string, path: string): Promise<string>;
  remove(key: string): Promise<void>;
}

/** Nothing is asked until something is wanted of it. */
export function openBucket(name: string, signal?: AbortSignal): Bucket {
  const abort = signal === undefined ? {} : { abortSignal: signal };
  const asking = async <T>(key: string, ask: (client: S3Client, sdk: Sdk) => Promise<T>): Promise<T> => {
    for (let turn = 0; ; turn++) {
      try {
        const { client, sdk } = await clientOf();
        return await ask(client, sdk);
      } catch (error) {
        // The client tries again by itself until an answer begins.
        if (turn >= TURNS || !isCutOff(error))
          throw explainBucketError(error, addressOf({ bucket: name, key }));
        await sleep(100 * 2 ** turn);
      }
    }
  };
  const get = (
    key: string,
    range: { readonly from: number; readonly to: number } | undefined,
    etag?: string,
  ) =>
    asking(key, async (client, { GetObjectCommand }) => {
      try {
        const found = await client.send(
          new GetObjectCommand({
            Bucket: name,
            Key: key,
            ...(range === undefined ? {} : { Range: `bytes=${range.from}-${range.to - 1}` }),
            ...(etag === undefined ? {} : { IfMatch: etag }),
          }),
          abort,
        );
        const bytes = Buffer.from((await found.Body?.transformToByteArray()) ?? []);
        if (found.ContentLength !== undefined && bytes.length !== found.ContentLength)
          throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
        const total = /\/(\d+)$/.exec(found.ContentRange ?? '')?.[1];
        return {
          bytes,
          total: total === undefined ? bytes.length : Number(total),
          etag: found.ETag,
          modifiedMs: found.LastModified?.getTime() ?? 0,
        };
      } catch (error) {
        const { name: called, status } = toldBy(error);
        if (called === 'NoSuchKey' || (status === 404 && called !== 'NoSuchBucket')) return undefined;
        // A range of an object without any bytes.
        if (status === 416 && range?.from === 0)
          return { bytes: Buffer.alloc(0), total: 0, etag, modifiedMs: 0 };
        throw error;
      }
    });
  const pages = async function* (prefix: string, more: { readonly Delimiter?: string }) {
    for (let token: string | undefined; ;) {
      const page = await asking(prefix, (client, { ListObjectsV2Command }) =>
        client.send(
          new ListObjectsV2Command({
            Bucket: name,
            Prefix: prefix,
            ...more,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
          abort,
        ),
      );
      yield page;
      token = page.NextContinuationToken;
      if (page.IsTruncated !== true || token === undefined) return;
    }
  };
  const put: Bucket['put'] = (key, body, { once = false } = {}) =>
    asking(key, async (client, { PutObjectCommand }) => {
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: name,
            Key: key,
            Body: body,
            ContentLength: Buffer.byteLength(body),
            ...(once ? { IfNoneMatch: '*' } : {}),
          }),
          abort,
        );
        return true;
      } catch (error) {
        const { name: called, status } = toldBy(error);
        if (once && (called === 'PreconditionFailed' || status === 412)) return false;
        // Of two at the same moment: the storage asks for another try.
        if (once && status === 409) throw Object.assign(new Error(called), { code: 'ECONNRESET' });
        if (once && status === 501) throw unconditional(name);
        throw error;
      }
    });
  return {
    async *list(prefix) {
      for await (const { Contents = [] } of pages(prefix, {}))
        for (const { Key, Size = 0, LastModified } of Contents)
          if (Key !== undefined) yield { key: Key, bytes: Size, modifiedMs: LastModified?.getTime() ?? 0 };
    },
    async names(prefix) {
      const found: string[] = [];
      for await (const { Contents = [], CommonPrefixes = [] } of pages(prefix, { Delimiter: '/' }))
        for (const key of [...Contents.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix)])
          if (key !== undefined && key !== prefix) found.push(key.slice(prefix.length));
      return found;
    },
    get: async (key, range) => (await get(key, range))?.bytes,
    async fetchFile(key, path) {
      const file = await open(path, 'w');
      try {
        const digest = createHash('sha256');
        let etag: string | undefined;
        for (let from = 0; ;) {
          const piece = await get(key, { from, to: from + PIECE_BYTES }, etag);
          if (piece === undefined) return undefined;
          digest.update(piece.bytes);
          await file.write(piece.bytes);
          etag = piece.etag;
          from += piece.bytes.length;
          if (from >= piece.total) return { sha256: digest.digest('hex'), modifiedMs: piece.modifiedMs };
        }
      } finally {
        await file.close();
      }
    },
    put,
    async putFile(key, path) {
      const { size } = await stat(path);
      const digest = createHash('sha256');
      const bytes = Math.max(PIECE_BYTES, Math.ceil(size / MOST_PIECES));
      const file = await open(path);
      const next = async (): Promise<Buffer> => {
        const buffer = Buffer.alloc(Math.min(bytes, size));
        const { bytesRead } = await file.read(buffer, 0, buffer.length);
        const piece = buffer.subarray(0, bytesRead);
        digest.update(piece);
        return piece;
      };
      try {
        if (size <= PIECE_BYTES) await put(key, await next());
        else await inPieces(key, next);
      } finally {
        await file.close();
      }
      return digest.digest('hex');
    },
    async remove(key) {
      await asking(key, (client, { DeleteObjectCommand }) =>
        client.send(new DeleteObjectCommand({ Bucket: name, Key: key }), abort),
      );
    },
  };

  async function inPieces(key: string, next: () => Promise<Buffer>): Promise<void> {
    const of = { Bucket: name, Key: key };
    const { UploadId } = await asking(key, (client, { CreateMultipartUploadCommand }) =>
      client.send(new CreateMultipartUploadCommand(of), abort),
    );
    try {
      const parts: { ETag: string | undefined; PartNumber: number }[] = [];
      for (let piece = await next(); piece.length > 0; piece = await next()) {
        const PartNumber = parts.length + 1;
        const { ETag } = await asking(key, (client, { UploadPartCommand }) =>
          client.send(new UploadPartCommand({ ...of, UploadId, PartNumber, Body: piece }), abort),
        );
        parts.push({ ETag, PartNumber });
      }
      await asking(key, (client, { CompleteMultipartUploadCommand }) =>
        client.send(
          new CompleteMultipartUploadCommand({ ...of, UploadId, MultipartUpload: { Parts: parts } }),
          abort,
        ),
      );
    } catch (error) {
      // What is left of it would be paid for.
      const { client, sdk } = await clientOf();
      await client.send(new sdk.AbortMultipartUploadCommand({ ...of, UploadId })).catch(() => undefined);
      throw error;
    }
  }
}

/** Further tries where an answer was cut off. */
const TURNS = 4;

function unconditional(bucket: string): MaskbenchError {
  return new MaskbenchError(
    'usage',
    'this object storage ignores If-None-Match, by which a shard is published once',
    {
      where: addressOf({ bucket, key: '' }),
      remedy: 'take one that knows it: S3, R2, a MinIO of 2024-11 or later',
    },
  );
}

/**
 * Puts something twice, the second time on the condition that it is not there.
 *
 * @throws MaskbenchError `usage` where the storage does not keep to that.
 */
export async function assertConditional(bucket: Bucket, name: string, key: string): Promise<void> {
  await bucket.put(key, 'probe');
  const isPut = await bucket.put(key, 'probe', { once: true });
  await bucket.remove(key);
  if (isPut) throw unconditional(name);
}
