import { MaskbenchError } from '../../../core/errors.js';
import { MODELS_FOLDER } from '../../../runners/load-spec.js';
import { runnerOf } from '../../../runners/runner-of.js';
import type { LoadedSpec, ReadyModel } from '../../../runners/runner.js';
import type { SideModel } from '../../compare/side.js';

export interface LocateOptions {
  /** Where the user says that the model's one file is. */
  readonly file?: string | undefined;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/**
 * The files of a model that was evaluated, found again on this machine: where the user says, in the cache, or where the
 * spec says, relative to the working directory or to the specs that come with Maskbench. Only the very bytes that were
 * evaluated will do. Nothing is downloaded.
 *
 * @throws MaskbenchError `data.missing` when they are nowhere, `source.checksum` when the user's file is another.
 */
export async function locateModel(model: SideModel, options: LocateOptions): Promise<ReadyModel> {
  const { file, cwd, env, signal } = options;
  const ensure = (loaded: LoadedSpec): Promise<ReadyModel> =>
    runnerOf(model.spec).ensure(loaded, { offline: true, env, signal });
  if (file !== undefined) {
    const files = { model: [{ kind: 'file' as const, path: file }] };
    const hasOne = Object.keys(model.spec.files ?? {}).join() === 'model';
    const ensured = hasOne ? await ensure({ spec: { ...model.spec, files }, folder: cwd }) : undefined;
    if (ensured?.sha256 === model.sha256) return ensured;
    throw new MaskbenchError('source.checksum', `not the file that ${model.name} was evaluated with`, {
      where: file,
      remedy: `expected sha256 ${model.sha256}`,
    });
  }
  for (const folder of [cwd, MODELS_FOLDER]) {
    const ensured = await ensure({ spec: model.spec, folder }).catch((error: unknown) => {
      if (error instanceof MaskbenchError && error.code !== 'cancelled') return undefined;
      throw error;
    });
    if (ensured?.sha256 === model.sha256) return ensured;
  }
  throw new MaskbenchError(
    'data.missing',
    `the file of model ${model.name} (sha256 ${model.sha256.slice(0, 12)}...) is not on this machine`,
    { remedy: 'fetch it with "maskbench models pull", or name it with --file-a or --file-b' },
  );
}
