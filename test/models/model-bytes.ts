import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EnsureOptions } from '../../src/models/sources/ensure-file.js';
import { ensureModelFile, type EnsuredModel } from '../../src/models/sources/pull.js';
import { oneFileSchema } from '../../src/models/sources/source.js';
import type { ModelFileSource } from '../../src/models/sources/source-types.js';
import { encodeOnnx, type ModelDescription } from '../support/onnx-builder.js';
import { FAST_RETRY } from '../support/fast-retry.js';

/** A model of so many bytes: nearly all are weights of which no two stretches are alike, so that a wrong joint shows. */
export function modelBytes(length = 300_000, seed = 1): Buffer {
  const around = encodeOnnx(modelOf(Buffer.alloc(length))).length - length;
  return encodeOnnx(modelOf(noise(length - around, seed)));
}

const SHAPE = [1, 3, 8, 8];

function modelOf(weights: Buffer): ModelDescription {
  const end = { dtype: 'float32' as const, shape: SHAPE };
  const noisy = { name: 'weights', dtype: 'uint8' as const, dims: [weights.length], data: weights };
  return {
    graph: {
      inputs: [{ name: 'image', ...end }],
      outputs: [{ name: 'mask', ...end }],
      nodes: [{ op: 'Relu', inputs: ['image'], outputs: ['mask'] }],
      initializers: [noisy],
    },
  };
}

function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** Sources as a YAML file would give them. */
export function sourcesOf(value: unknown): readonly ModelFileSource[] {
  return oneFileSchema.parse(value)['model'] ?? [];
}

/** Names in one of the cache's folders; none if there is no such folder. */
export async function cached(
  cacheDir: string,
  folder: 'models' | 'tmp' | 'names',
): Promise<readonly string[]> {
  return readdir(join(cacheDir, folder)).catch(() => []);
}

/** Pulls from an address with pins, without anything of the real environment. */
export function pullOverHttp(
  cacheDir: string,
  url: string,
  pins: object,
  options: EnsureOptions = {},
): Promise<EnsuredModel> {
  const sources = sourcesOf({ kind: 'https', url, ...pins });
  return ensureModelFile(sources, { cacheDir, env: {}, retry: FAST_RETRY, ...options });
}
