import { firstIssue } from '../core/jsonl.js';
import { dirname, join, resolve } from 'node:path';
import { homedir } from 'node:os';
import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MaskbenchError } from '../core/errors.js';
import { plainIssue } from '../core/plain-issue.js';
import { readYamlFile } from '../core/yaml-file.js';
import { type DatasetExtension, type DatasetReference, type DatasetSpec, datasetSpecSchema } from './spec.js';
import { unknownName } from '../core/names.js';
import { layoutOf } from './layouts/index.js';
import { placeFrom } from '../core/objects/object-address.js';

export interface ResolveOptions {
  /** Folder of the known datasets' YAML files. */
  readonly presets?: string;
  /** Folder of the file that the reference stands in: `${CONFIG_DIR}` in a root. */
  readonly configDir?: string;
  readonly cwd?: string;
  readonly env?: Variables;
}

/** A spec with its root as an absolute path. Nothing on disk but YAML was looked at. */
export interface ResolvedDataset {
  readonly spec: DatasetSpec;
  readonly root: string;
  /** The file of its attributes, as an absolute path; empty without one. */
  readonly attributesPath: string;
  /** Tags of the public sets that have pictures in here; a model that lists one as `trainedOn` has seen them. */
  readonly tags: readonly string[];
}

/**
 * Resolves the name of a known dataset, the path of a YAML file (it ends in `.yaml` or `.yml`), a variation of a known
 * one (`{extends: dis5k, splits: [DIS-VD]}`) or an inline spec.
 *
 * @throws MaskbenchError `config.unknown-name`, `config.invalid`, or `data.missing` for a YAML file that is not there.
 */
export async function resolveDataset(
  reference: DatasetReference,
  options: ResolveOptions = {},
): Promise<ResolvedDataset> {
  const cwd = options.cwd ?? process.cwd();
  const env = options.env ?? process.env;
  const presets = options.presets ?? PRESETS;
  const finish = (spec: DatasetSpec, configDir: string, attributesDir = configDir): ResolvedDataset => {
    const root = expandPath(spec.root, { ...env, CONFIG_DIR: configDir }, cwd);
    const file = spec.attributes?.file;
    const attributesPath =
      file === undefined ? '' : expandPath(file, { ...env, CONFIG_DIR: attributesDir }, root);
    return { spec, root, attributesPath, tags: tagsOfDataset(spec) };
  };
  const here = options.configDir ?? cwd;
  if (typeof reference !== 'string') {
    if (!('extends' in reference)) return finish(reference, here);
    const base = await fromText(reference.extends, presets, here);
    const folderOf = (own: unknown): string => (own === undefined ? base.folder : here);
    return finish(extend(base.spec, reference), folderOf(reference.root), folderOf(reference.attributes));
  }
  const { spec, folder } = await fromText(reference, presets, here);
  return finish(spec, folder);
}

async function fromText(
  text: string,
  presets: string,
  here: string,
): Promise<{ spec: DatasetSpec; folder: string }> {
  const path = resolve(here, text);
  if (!/\.ya?ml$/i.test(text)) {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    if (isFolder && !(await listPresetNames(presets)).includes(text)) {
      throw new MaskbenchError('config.unknown-name', 'this is a folder, and no dataset', {
        where: text,
        remedy: 'name a YAML file that says how it is laid out, with the folder as its root',
      });
    }
    return { spec: await readPreset(text, presets), folder: presets };
  }
  return { spec: await readYamlFile(path, datasetSpecSchema, { kind: 'dataset' }), folder: dirname(path) };
}

function extend(base: DatasetSpec, { extends: from, ...changes }: DatasetExtension): DatasetSpec {
  const merged: Record<string, unknown> = { ...base, ...changes };
  if (changes.truths !== undefined) merged['truths'] = { ...base.truths, ...changes.truths };
  // Another choice of splits is not what the counts of the whole were written for.
  if (changes.splits !== undefined && typeof base.expected === 'number' && changes.expected === undefined) {
    delete merged['expected'];
  }
  const result = datasetSpecSchema.safeParse(merged, { error: plainIssue });
  if (result.success) return result.data;
  throw new MaskbenchError('config.invalid', firstIssue(result.error), {
    where: `the variation of dataset "${from}"`,
    cause: result.error,
  });
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * A path from a config as an absolute one, or an address in a bucket (`s3://`): `${NAME}` and `${NAME:-default}` are replaced (an empty variable counts as
 * unset, as in a shell), then a leading `~`, then what is relative starts from `cwd`.
 *
 * @throws MaskbenchError `config.invalid` for a variable that is neither set nor has a default.
 */
export function expandPath(path: string, variables: Variables, cwd: string): string {
  const expanded = path.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_match, name: string, fallback?: string) => {
    const value = variables[name] || fallback;
    if (value !== undefined) return value;
    throw new MaskbenchError('config.invalid', `the variable ${name} is not set`, {
      where: path,
      remedy: `set it, or write \${${name}:-a default}`,
    });
  });
  return placeFrom(cwd, expanded.replace(/^~(?=$|[\\/])/, homedir()));
}

/** The specs that come with Maskbench, wherever it is installed: two folders above this file, built or not. */
export const PRESETS = fileURLToPath(new URL('../../configs/datasets', import.meta.url));

/** Names of the known datasets, in order. */
export async function listPresetNames(folder: string = PRESETS): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/**
 * The spec of a known dataset.
 *
 * @throws MaskbenchError `config.unknown-name` with the nearest name, or `config.invalid`.
 */
export async function readPreset(name: string, folder: string = PRESETS): Promise<DatasetSpec> {
  const names = await listPresetNames(folder);
  if (names.includes(name)) return readYamlFile(join(folder, `${name}.yaml`), datasetSpecSchema);
  throw unknownName('unknown dataset', name, names, {
    otherwise: `known are ${names.join(', ')}; or give the path of a .yaml file`,
  });
}

/** The tags of the public sets that a split (or, without one, the whole) has pictures of. */
export function tagsOfSplit(spec: DatasetSpec, split: string | undefined): readonly string[] {
  const { contains } = spec;
  if (Array.isArray(contains)) return contains;
  const said = split === undefined ? undefined : contains?.[split];
  return said ?? layoutOf(spec).defaultTags(spec, split);
}

/** The tags of all splits together, as far as they are known before anything is read. */
function tagsOfDataset(spec: DatasetSpec): readonly string[] {
  const splits = layoutOf(spec).splits(spec);
  const tags =
    splits.length === 0 ? tagsOfSplit(spec, undefined) : splits.flatMap((s) => tagsOfSplit(spec, s));
  return [...new Set(tags)].sort();
}
