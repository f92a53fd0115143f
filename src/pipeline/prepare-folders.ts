import { relative, resolve, sep } from 'node:path';
import { foldName } from '../core/names.js';
import { whyUnusable } from '../datasets/entry-of-pair.js';
import type { DatasetEntry } from '../datasets/dataset.js';
import { apart, type Dataset } from '../datasets/load.js';
import type { MasksInFolder } from '../datasets/masks-in-folder.js';
import { problemEntry } from '../datasets/problem-entry.js';
import { VALUES_FLAGS } from '../datasets/values/contradiction.js';
import { datasetSpecSchema } from '../datasets/spec.js';
import { modelSpecSchema, runnerOf } from '../runners/runner-of.js';
import type { ReadyModel } from '../runners/runner.js';
import { plannedTruths, type FolderGroup, type FolderPlan } from '../scoring/folders/folder-plan.js';
import type { FolderValues } from '../scoring/folders/folder-readings.js';
import type { FolderScoring } from '../scoring/folders/score-folders.js';
import type { MaskValues } from '../schema/mask-values.js';
import { runConfigSchema } from '../store/config.js';
import type { PreparedRun } from './prepare.js';
import type { RunRequest } from './run-request.js';

interface FoldersOptions {
  /** What the run is called, as far as a run can be called so. */
  readonly name: string;
  /** What lies in here is recorded by its relative path. */
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** What the user says of the masks' values. */
  readonly values: FolderValues;
}

/**
 * Folders of masks as a run: a method is a model whose masks were made elsewhere, and of which nobody says what it has seen;
 * a group is a dataset. Where the plan has no pictures, the ground truths stand in for them, and the dataset says so.
 */
export async function prepareFolders(
  { groups }: FolderPlan,
  { protocols, conventions, resize }: FolderScoring,
  { name, cwd, signal, values }: FoldersOptions,
): Promise<PreparedRun & Pick<RunRequest, 'fields'>> {
  const here = (path: string): string => (path.startsWith(cwd + sep) ? relative(cwd, path) : path);
  const datasetNames = namesOf(groups.map(({ dataset }) => dataset));
  const modelNames = namesOf(groups.flatMap(({ methods }) => methods.map(({ method }) => method)));
  const datasets = groups.map((group) =>
    datasetOf(group, named(datasetNames, group.dataset), here, values.truths),
  );
  const models: ReadyModel[] = [];
  for (const method of modelNames.keys()) {
    const folders = groups.flatMap(({ dataset, methods }) =>
      methods
        .filter((of) => of.method === method)
        .map(({ masks: { folder, pattern } }) => [
          datasetNames.get(dataset),
          { path: here(folder), ...pattern },
        ]),
    );
    const spec = modelSpecSchema.parse({
      ...named(modelNames, method),
      feeding: 'precomputed',
      masks: {
        folders: Object.fromEntries(folders),
        ...(values.predictions === undefined ? {} : { values: values.predictions }),
      },
    });
    models.push(await runnerOf(spec).ensure({ spec, folder: cwd }, { signal }));
  }
  const config = runConfigSchema.parse({
    name: nameOf(name),
    models: models.map(({ spec }) => spec),
    datasets: datasets.map(({ spec }) => spec),
    scoring: { protocols, ...conventions, resize },
  });
  return { config, models, datasets, fields: VALUES_FLAGS };
}

type Named = { readonly name: string; readonly title?: string };

function datasetOf(
  group: FolderGroup,
  called: Named,
  here: (path: string) => string,
  values: MaskValues | undefined,
): Dataset {
  const { truths, only, pictures = truths } = group;
  const root = commonFolder(truths.folder, pictures.folder);
  const side = ({ folder, pattern }: MasksInFolder): object => ({
    path: relative(root, folder) || '.',
    ...pattern,
  });
  const remarks = [
    ...(group.pictures === undefined ? ['No pictures were given: the ground truths stand in for them.'] : []),
    ...(only === undefined ? [] : [`Only ${only.size} ground truths by a list of names.`]),
  ];
  const spec = datasetSpecSchema.parse({
    ...called,
    ...(remarks.length === 0 ? {} : { description: remarks.join(' ') }),
    layout: 'paired-folders',
    root: here(root),
    images: side(pictures),
    truths: { ...side(truths), ...(values === undefined ? {} : { values }) },
    nested: [...truths.names.keys()].some((id) => id.includes('/')),
    // Nobody says which public sets these pictures are of.
    contains: [],
  });
  return {
    spec,
    name: spec.name,
    root,
    attributesPath: '',
    tags: [],
    tagsOf: () => [],
    entries: () => apart(entriesOf(group, spec.name)),
  };
}

async function* entriesOf(group: FolderGroup, dataset: string): AsyncGenerator<DatasetEntry> {
  for (const { id, truth, picture = truth } of plannedTruths({
    several: true,
    groups: [group],
    warnings: [],
  })) {
    const missing = [truth, picture].find((file) => file.kind === 'none');
    if (missing?.kind === 'none') {
      const { code, where, message } = missing.failure;
      yield problemEntry(dataset, id, code, where, message);
    } else if (truth.kind === 'file' && picture.kind === 'file') {
      const files = { imagePath: picture.path, truthPath: truth.path };
      const unusable = whyUnusable(id);
      yield unusable === undefined
        ? { kind: 'sample', sample: { dataset, id, ...files, attributes: {} } }
        : problemEntry(dataset, id, 'data.unsafe-path', truth.path, unusable);
    }
  }
}

function commonFolder(a: string, b: string): string {
  const [ours, theirs] = [resolve(a).split(sep), resolve(b).split(sep)];
  const differs = ours.findIndex((part, i) => part !== theirs[i]);
  return differs === -1 ? a : ours.slice(0, differs).join(sep) || sep;
}

/** Each text with a name of its own that folders and tables can have; in the order in which they first come. */
function namesOf(texts: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const text of new Set(texts)) {
    const taken = new Set([...names.values()].map(foldName));
    let name = nameOf(text);
    for (let i = 2; taken.has(foldName(name)); i++) name = `${nameOf(text)}-${i}`;
    names.set(text, name);
  }
  return names;
}

function nameOf(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[^A-Za-z0-9]+|-+$/g, '') || 'unnamed';
}

function named(names: ReadonlyMap<string, string>, text: string): Named {
  const name = names.get(text) ?? text;
  return name === text ? { name } : { name, title: text };
}
