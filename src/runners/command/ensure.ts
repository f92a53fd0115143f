import { resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { canonicalJson, sha256 } from '../../core/hash.js';
import { hashFile } from '../../core/hash-file.js';
import type { EnsureOptions } from '../../models/sources/ensure-file.js';
import { ensureModelFiles } from '../../models/sources/pull.js';
import { networkSchemas, type NetworkSpec } from '../../models/spec/spec.js';
import { existingFile } from '../existing-file.js';
import type { LoadedSpec, ReadyModel } from '../runner.js';
import { environmentOf, type ProgramEnvironment } from './environment.js';
import { askVersion } from './program.js';
import type { CommandSpec } from './spec.js';

export interface CommandAssets {
  /** Where the program is run, absolute. */
  readonly folder: string;
  readonly environment: ProgramEnvironment;
  /** What the spec's network is, where it names one. */
  readonly network: ProgramNetwork | undefined;
}

export type CommandModel = ReadyModel<CommandSpec, CommandAssets>;

/** A network that a program is to run: its spec, and its files on this machine by role. */
interface ProgramNetwork {
  readonly spec: NetworkSpec;
  readonly paths: Readonly<Record<string, string>>;
}

/**
 * Finds a program's files, hears what its version is, and makes the network available that it is to run. The model's sha256 is
 * of all of that.
 *
 * @throws MaskbenchError `data.missing` for a file, `usage` for a secret that is not set, or why the program does not start.
 */
export async function ensureCommand(
  { spec, folder, network: named }: LoadedSpec<CommandSpec>,
  options: Omit<EnsureOptions, 'name' | 'baseDir'>,
): Promise<CommandModel> {
  const { command } = spec;
  const files: string[] = [];
  for (const file of command.files) files.push(await hashFile(await existingFile(resolve(folder, file))));
  const network = named === undefined ? undefined : await ensureNetwork(named, spec.name, options);
  const { signal = new AbortController().signal } = options;
  const { assets, version } = await ofProgram(spec.name, async () => {
    const environment = environmentOf(command, options.env ?? process.env);
    const found = { folder: resolve(folder, command.folder), environment, network: network?.told };
    return { assets: found, version: await askVersion({ command, ...found, copy: 0, signal }) };
  });
  const identity = { files, version, ...(network === undefined ? {} : { network: network.identity }) };
  return {
    spec,
    assets,
    sha256: sha256(canonicalJson(identity)),
    bytes: network?.bytes ?? 0,
    ...(version === null ? {} : { version }),
  };
}

/** Names the program in what it fails with: there may be several. */
async function ofProgram<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MaskbenchError) || error.code === 'cancelled') throw error;
    const { code, message, where = name, remedy } = error;
    throw new MaskbenchError(code, message, {
      where,
      cause: error,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
}

async function ensureNetwork(
  { spec, folder }: LoadedSpec,
  program: string,
  options: Omit<EnsureOptions, 'name' | 'baseDir'>,
): Promise<{ readonly told: ProgramNetwork; readonly identity: unknown; readonly bytes: number }> {
  if (!isNetwork(spec)) {
    throw new MaskbenchError('config.invalid', `${spec.name} is no network: its feeding is ${spec.feeding}`, {
      where: `command.network of ${program}`,
      remedy: `name one that is fed as ${Object.keys(networkSchemas).join(', ')}`,
    });
  }
  const found = await ensureModelFiles(spec.files, { ...options, name: spec.name, baseDir: folder });
  const files = Object.entries(found);
  return {
    told: { spec, paths: Object.fromEntries(files.map(([role, file]) => [role, file.path])) },
    identity: { spec, files: Object.fromEntries(files.map(([role, file]) => [role, file.sha256])) },
    bytes: files.reduce((sum, [, { bytes }]) => sum + bytes, 0),
  };
}

function isNetwork(spec: LoadedSpec['spec']): spec is NetworkSpec {
  return Object.hasOwn(networkSchemas, spec.feeding);
}
