import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, hostname, release, totalmem } from 'node:os';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findPackageRoot, PACKAGE_ROOT } from '../core/package-root.js';
import type { DatasetSpec } from '../datasets/spec.js';
import type { ModelSpec } from '../models/spec/spec.js';
import type { RunConfig } from './config.js';
import type { Hardware } from './hardware.js';
import { SCHEMA_VERSION } from '../schema/summary.js';

/** A model of a run: its spec and the bytes that were really loaded. */
export interface RunModel {
  readonly spec: ModelSpec;
  readonly sha256: string;
  readonly bytes: number;
}

/** A dataset of a run, and what was really there: the fingerprint covers ids, contents and sizes of all samples. */
export interface RunDataset {
  readonly name: string;
  readonly spec: DatasetSpec;
  readonly fingerprint: string;
  readonly samples: number;
  /** Files that are no usable pair. */
  readonly problems: number;
  /** Tags of the public sets that the samples belong to, for leakage. */
  readonly tags: readonly string[];
}

/** What makes two runs the same run: a resumed one must agree in all of it. */
export interface RunSettings {
  readonly models: readonly RunModel[];
  readonly datasets: readonly RunDataset[];
  readonly device: string;
  readonly runner: RunConfig['runner'];
  readonly scoring: RunConfig['scoring'];
  readonly time: RunConfig['time'];
  readonly limit: number | null;
  /** `[i, n]` of `--shard i/n`. */
  readonly shard: readonly [number, number] | null;
}

/** The machine and the software of a run. */
export interface Environment {
  readonly host: string;
  readonly os: string;
  readonly cpu: string;
  /** Logical cores this process may use. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly onnxruntime: string;
  readonly sharp: string;
}

export interface Manifest {
  readonly schemaVersion: number;
  readonly maskbenchVersion: string;
  readonly name: string;
  readonly createdAt: string;
  readonly settings: RunSettings;
  readonly environment: Environment;
  readonly hardware?: Hardware;
  /** Of an hour of this device. */
  readonly price?: NonNullable<RunConfig['price']>;
}

export function createManifest(
  name: string,
  settings: RunSettings,
  more: Pick<Manifest, 'hardware' | 'price'> = {},
): Manifest {
  return {
    schemaVersion: SCHEMA_VERSION,
    maskbenchVersion: packageVersion(PACKAGE_ROOT),
    name,
    createdAt: new Date().toISOString(),
    settings,
    environment: describeEnvironment(),
    ...more,
  };
}

function describeEnvironment(): Environment {
  return {
    host: hostname(),
    os: `${process.platform} ${release()} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
    onnxruntime: versionOf('onnxruntime-node'),
    sharp: versionOf('sharp'),
  };
}

/** The version in the nearest package.json above a package's entry, wherever the installer put it. */
function versionOf(packageName: string): string {
  const require = createRequire(import.meta.url);
  return packageVersion(findPackageRoot(dirname(require.resolve(packageName))));
}

function packageVersion(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}
