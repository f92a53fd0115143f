import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { MaskbenchError } from '../../core/errors.js';
import { choose } from '../../core/names.js';
import { unreadable } from '../../core/unreadable.js';
import { readYamlFile } from '../../core/yaml-file.js';
import { stemOf } from '../../datasets/pair-names.js';
import { leftOver, scorable, type FolderGroup, type FolderPlan, type MethodMasks } from './folder-plan.js';
import {
  listMasks,
  listMasksOrNone,
  listPictures,
  patternOf,
  type MasksInFolder,
} from '../../datasets/masks-in-folder.js';

const folderSchema = z.object({
  path: z.string().min(1),
  prefix: z.string().default(''),
  suffix: z.string(),
});
/** `image` is read where a protocol needs the colours. */
const datasetsSchema = z.record(
  z.string(),
  z.object({
    image: folderSchema.optional(),
    mask: folderSchema,
    index_file: z.string().min(1).optional(),
  }),
);
const methodsSchema = z.record(z.string(), z.record(z.string(), folderSchema.nullable()));

type Folder = z.output<typeof folderSchema>;

interface ToolkitFiles {
  readonly datasetsFile: string;
  readonly methodsFile: string;
  /** Whether to look for the images. */
  readonly withPictures?: boolean;
  /** Only these methods and datasets. */
  readonly methods?: readonly string[];
  readonly datasets?: readonly string[];
  /** Relative paths in the files start here or, where nothing is there, at the file's own folder. */
  readonly cwd: string;
}

/**
 * The folders that PySODEvalToolkit's two JSON files name. Unlike there a prediction that is missing is a failed cell,
 * and not one image fewer.
 *
 * @throws MaskbenchError `config.invalid` naming file, line and column; `config.unknown-name`, `data.*`.
 */
export async function planToolkitFolders(request: ToolkitFiles): Promise<FolderPlan> {
  const { datasetsFile, methodsFile, cwd, withPictures = false } = request;
  // JSON is YAML, and the reader of that names line and column.
  const datasets = await readYamlFile(datasetsFile, datasetsSchema);
  const methods = await readYamlFile(methodsFile, methodsSchema);
  const methodNames = choose('there is no method', Object.keys(methods), String, request.methods);
  const warnings: string[] = [];
  const groups: FolderGroup[] = [];
  for (const name of choose('there is no dataset', Object.keys(datasets), String, request.datasets)) {
    const { image, mask, index_file: index } = datasets[name];
    const wanted = methodNames.flatMap((method): [string, Folder][] => {
      const folder = methods[method][name] ?? null;
      return folder === null ? [] : [[method, folder]];
    });
    if (wanted.length < methodNames.length) {
      const without = methodNames.filter((method) => !wanted.some(([of]) => of === method));
      warnings.push(`${methodsFile}: no folder of dataset "${name}" for ${without.join(', ')}; not scored`);
    }
    if (wanted.length === 0) continue;
    const masks = await Promise.all(
      wanted.map(async ([method, { path, prefix, suffix }]): Promise<MethodMasks> => {
        const folder = placeOf(path, methodsFile, cwd);
        return { method, masks: await listMasksOrNone(folder, patternOf(prefix, suffix)) };
      }),
    );
    const group: FolderGroup = {
      dataset: name,
      truths: await listMasks(placeOf(mask.path, datasetsFile, cwd), 'ground truth', {
        pattern: patternOf(mask.prefix, mask.suffix),
      }),
      ...(index === undefined ? {} : { only: await readIndex(placeOf(index, datasetsFile, cwd), mask) }),
      ...(withPictures ? { pictures: await picturesOf(name, image) } : {}),
      methods: masks,
    };
    groups.push(group);
    warnings.push(...leftOver(group));
  }
  for (const method of methodNames) {
    for (const name of Object.keys(methods[method])) {
      if (!(name in datasets)) {
        warnings.push(`${methodsFile}: ${method} has predictions of "${name}", which ${datasetsFile} lacks`);
      }
    }
  }
  return scorable({ several: true, groups, warnings });

  async function picturesOf(dataset: string, image: Folder | undefined): Promise<MasksInFolder> {
    if (image === undefined) {
      throw new MaskbenchError('data.missing', `dataset "${dataset}" names no folder of images`, {
        where: datasetsFile,
        remedy: 'expected "image": {"path": ..., "suffix": ...} beside "mask"',
      });
    }
    const { path, prefix, suffix } = image;
    return listPictures(placeOf(path, datasetsFile, cwd), patternOf(prefix, suffix));
  }
}

function placeOf(path: string, file: string, cwd: string): string {
  const here = resolve(cwd, path);
  return existsSync(here) ? here : resolve(dirname(resolve(cwd, file)), path);
}

/** Names one per line, with or without the ground truths' prefix and suffix. */
async function readIndex(path: string, { prefix, suffix }: Folder): Promise<ReadonlySet<string>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, cause, {
      what: 'list of names',
      remedy: 'expected the one that index_file names',
    });
  });
  const pattern = patternOf(prefix, suffix);
  const names = text.split(/\r?\n/).map((line) => line.trim());
  return new Set(names.filter((name) => name !== '').map((name) => stemOf(name, pattern) ?? name));
}
