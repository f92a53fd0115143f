import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Summary } from '../../src/schema/summary.js';
import { loadRunConfig } from '../../src/store/config.js';
import { prepareRun } from '../../src/pipeline/prepare.js';
import { run } from '../../src/pipeline/run.js';
import type { RunOptions } from '../../src/pipeline/run-request.js';
import { writePairedFolders } from './tiny-datasets.js';
import { writeTinyModel, type TinyModel } from './tiny-models.js';

/** A folder with tiny models, a small dataset and a run config: all that a run needs, and no network. */
export interface Workspace {
  readonly folder: string;
  /** `run.yaml`. */
  readonly config: string;
  path(...names: readonly string[]): string;
  remove(): Promise<void>;
}

export interface WorkspaceContents {
  readonly models?: readonly TinyModel[];
  readonly samples?: number;
  /** Further lines of the run config. */
  readonly extra?: string;
}

const BASICS = `accuracy: { processes: 1, threads: 1 }
time: { profile: quick, images: 2, rounds: 1, threads: 1 }
`;

export async function makeWorkspace(contents: WorkspaceContents = {}): Promise<Workspace> {
  const { models = ['luma'], samples = 4, extra = '' } = contents;
  const folder = await mkdtemp(join(tmpdir(), 'maskbench-'));
  await writePairedFolders(join(folder, 'data'), samples);
  for (const model of models) await writeTinyModel(folder, model);
  const config = join(folder, 'run.yaml');
  await writeFile(config, configText(models, ['tiny'], `${BASICS}${extra}`));
  await writeFile(join(folder, 'tiny.yaml'), datasetText('tiny', 'data'));
  return {
    folder,
    config,
    path: (...names) => join(folder, ...names),
    remove: async () => {
      for (const path of [folder, `${folder}${KEPT}`]) await rm(path, { recursive: true, force: true });
    },
  };
}

/** What follows a workspace's folder in the name of its copy. */
const KEPT = '-kept';

/**
 * Keeps all that lies in the workspace now: a run is made once, and each test begins with it.
 *
 * @returns what puts it back there, whatever was done to it since.
 */
export async function keep({ folder }: Workspace): Promise<() => Promise<void>> {
  const kept = `${folder}${KEPT}`;
  await cp(folder, kept, { recursive: true, preserveTimestamps: true });
  return async () => {
    await rm(folder, { recursive: true });
    await cp(kept, folder, { recursive: true, preserveTimestamps: true });
  };
}

const yamlFiles = (names: readonly string[]): string => names.map((name) => `./${name}.yaml`).join(', ');

export function configText(models: readonly string[], datasets: readonly string[], extra = ''): string {
  return `name: tiny-run\nmodels: [${yamlFiles(models)}]\ndatasets: [${yamlFiles(datasets)}]\n${extra}`;
}

/** A paired-folders dataset whose root lies beside its YAML file. */
export function datasetText(name: string, root: string, extra = ''): string {
  return [
    `name: ${name}`,
    'layout: paired-folders',
    `root: \${CONFIG_DIR}/${root}`,
    'images: { path: im }',
    'truths: { path: gt }',
    extra,
  ].join('\n');
}

export type ExecuteOptions = Partial<
  Pick<RunOptions, 'resume' | 'phases' | 'shard' | 'signal' | 'out' | 'emit'>
>;

/** Runs the workspace's config in this process (inference in children, as ever); timing is left out by default. */
export async function execute(workspace: Workspace, options: ExecuteOptions = {}): Promise<Summary> {
  const prepared = await prepareRun(await loadRunConfig(workspace.config), { offline: true });
  const out = options.out ?? workspace.path('out');
  return run({ phases: { time: false }, ...options, ...prepared, out });
}

/** The records of a file of JSON lines; a torn last line is an error here. */
export async function readRecords<T>(path: string): Promise<readonly T[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
