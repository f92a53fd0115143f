import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { z } from 'zod';
import { MaskbenchError } from '../../core/errors.js';
import { unless } from '../../core/system-code.js';
import { unitPattern } from '../../datasets/attributes/name-pattern.js';
import type { DescribedDataset } from '../../pipeline/run-request.js';
import type { LoadedConfig, runConfigSchema } from '../../store/config.js';
import { list } from '../arguments.js';
import type { FlagsOf } from '../context.js';
import { allMean, assertMeant } from '../meant-flags.js';

interface DataWords {
  readonly models: string;
  /** Before what means nothing beside a config. */
  readonly alone: string;
}

const WORDS_OF_RUN: DataWords = {
  models: 'known models or YAML files; with a config: only these of its models',
  alone: 'without a config: ',
};

/** A command with the flags that say what a run is made of, where no config does. */
export const commandOnData = (name: string, words: DataWords = WORDS_OF_RUN) =>
  new Command(name)
    .option('--models <names>', words.models, list)
    .option('--datasets <names>', 'the same for datasets', list)
    .option('--images <folder>', `${words.alone}a folder of pictures ...`)
    .option('--masks <folder>', '... and one of their masks, paired by name')
    .option('--image-prefix <text>', 'prefix of the pictures\u2019 file names')
    .option('--image-suffix <text>', 'what they end with, before the extension')
    .option('--mask-prefix <text>', 'prefix of the masks\u2019 file names')
    .option('--mask-suffix <text>', 'what they end with, before the extension')
    .option('--unit <pattern>', 'what in the names says which images belong together, as ^(p[0-9]+)_')
    .option('--name <name>', `${words.alone}what the run and its folder are called`);

type Given = FlagsOf<typeof commandOnData>;
export type DataFlags = { readonly [K in keyof Given]?: Given[K] | undefined };

/** What a config may say, as it is written. */
export type WrittenConfig = z.input<typeof runConfigSchema>;

const FOLDER_FLAGS = [
  'images',
  'masks',
  'imagePrefix',
  'imageSuffix',
  'maskPrefix',
  'maskSuffix',
  'unit',
] as const;

/** @throws MaskbenchError `usage` for a flag that only makes sense where there is no config. */
export function assertNoData(flags: DataFlags): void {
  assertMeant(
    flags,
    allMean(
      [...FOLDER_FLAGS, 'name'],
      [false, 'a run without a config', 'leave it out, or put it into the config'],
    ),
  );
}

const NO_MODELS_OF_RUN = {
  message: 'there is neither a config nor --models',
  remedy: 'give a YAML file, "quickstart", or --models with --images and --masks',
};

/**
 * The config that flags come to.
 *
 * @param missing what is said where no model is named
 * @throws MaskbenchError `usage` for what is missing, `data.missing` for a folder that is not there.
 */
export function describeRun(flags: DataFlags, cwd: string, missing = NO_MODELS_OF_RUN): WrittenConfig {
  const { models, datasets = [], name } = flags;
  if (models === undefined) {
    throw new MaskbenchError('usage', missing.message, { remedy: missing.remedy });
  }
  const folders = FOLDER_FLAGS.some((flag) => flags[flag] !== undefined) ? [ofFolders(flags, cwd)] : [];
  const [first, ...others] = [...folders, ...datasets];
  if (first === undefined) {
    throw new MaskbenchError('usage', 'there is nothing to run the models on', {
      remedy: 'give --images and --masks, or --datasets with names or YAML files',
    });
  }
  const byDefault = typeof first === 'string' ? basename(first).replace(/\.ya?ml$/, '') : first.name;
  return { name: name ?? byDefault, models, datasets: [first, ...others] };
}

/** @throws MaskbenchError as `describeRun`, and `usage` for a name that no folder can have. */
export async function loadDescribed(flags: DataFlags, cwd: string): Promise<LoadedConfig> {
  const { runConfigSchema: schema } = await import('../../store/config.js');
  const { firstIssue } = await import('../../core/jsonl.js');
  const { plainIssue } = await import('../../core/plain-issue.js');
  const result = schema.safeParse(describeRun(flags, cwd), { error: plainIssue });
  if (result.success) return { config: result.data, folder: cwd, file: '' };
  throw new MaskbenchError('usage', firstIssue(result.error), { cause: result.error });
}

/** The dataset that `--images` and `--masks` made the first of a config. */
export function describedBy({ datasets: [first] }: LoadedConfig['config']): DescribedDataset | undefined {
  return typeof first !== 'object' || first.name === undefined
    ? undefined
    : { name: first.name, unitFlag: '--unit' };
}

function ofFolders(flags: DataFlags, cwd: string) {
  const unit = flags.unit === undefined ? undefined : unitPattern(flags.unit);
  if (unit?.kind === 'fault')
    throw new MaskbenchError('usage', `--unit: ${unit.message}`, {
      remedy: "give a pattern that finds in a name whose picture it is, such as '^(p[0-9]+)_'",
    });
  const images = existing(flags.images, '--images', 'the folder of the pictures', cwd);
  const masks = existing(flags.masks, '--masks', 'the folder of their masks', cwd);
  const root = commonFolder(images, masks);
  const side = (path: string, prefix = '', suffix = '') => ({
    path: relative(root, path).replaceAll(sep, '/') || '.',
    ...(prefix === '' ? {} : { prefix }),
    ...(suffix === '' ? {} : { suffix }),
  });
  return {
    name:
      basename(root)
        .replaceAll(/[^\w.-]+/g, '-')
        .replace(/^[^A-Za-z0-9]+/, '') || 'pictures',
    layout: 'paired-folders' as const,
    root,
    images: side(images, flags.imagePrefix, flags.imageSuffix),
    truths: side(masks, flags.maskPrefix, flags.maskSuffix),
    ...(flags.unit === undefined ? {} : { unit: { pattern: flags.unit } }),
    // Where the one folder is in the other, what lies below belongs to both.
    ...(images === root || masks === root ? {} : { nested: true }),
  };
}

function existing(value: string | undefined, flag: string, what: string, cwd: string): string {
  if (value === undefined) {
    throw new MaskbenchError('usage', `${flag} is missing`, { remedy: `name ${what} with it` });
  }
  const remedy = `${flag} names ${what}`;
  try {
    const path = realpathSync(resolve(cwd, value));
    if (statSync(path).isDirectory()) return path;
  } catch (error) {
    unless('ENOENT', 'ENOTDIR')(error);
    throw new MaskbenchError('data.missing', 'no such folder', { where: value, remedy });
  }
  throw new MaskbenchError('data.missing', 'this is a file, and no folder', { where: value, remedy });
}

/** The nearest folder that holds both, or is one of them. */
function commonFolder(a: string, b: string): string {
  const inside = relative(a, b);
  if (inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)) return a;
  const above = dirname(a);
  if (above !== a) return commonFolder(above, b);
  throw new MaskbenchError('usage', '--images and --masks are on different drives', {
    remedy: 'describe the dataset in a YAML file',
  });
}
