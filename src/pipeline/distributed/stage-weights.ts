import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, posix } from 'node:path';
import { hashFile } from '../../core/hash-file.js';
import { joinInside } from '../../core/safe-path.js';
import { makeFolder } from '../../core/sync.js';
import { writeWhole } from '../../core/write-whole.js';
import { runnerOf } from '../../runners/runner-of.js';
import type { CopiedFile, LoadedSpec, ReadyModel } from '../../runners/runner.js';
import type { PlanFolder } from '../../store/plan-folder/plan-folder.js';

/** Where each shard finds a model's files: `folder` is what the spec's paths are relative to, null for the plan itself. */
interface ModelSource {
  readonly spec: ReadyModel['spec'];
  readonly folder: string | null;
}

/** Copies a model's files beside a plan, once, and forced to the disk; one that is there with the same bytes stays. */
export async function stageModel(
  plan: PlanFolder,
  model: ReadyModel,
  { folder }: Pick<LoadedSpec, 'folder'>,
): Promise<ModelSource> {
  const { copied } = runnerOf(model.spec);
  if (copied === undefined) return { spec: model.spec, folder };
  const put = async (path: string, name: string): Promise<CopiedFile> => {
    const target = joinInside(plan.weights, model.spec.name, name);
    const wanted = await hashFile(path);
    if ((await hashFile(target).catch(() => undefined)) !== wanted) {
      await makeFolder(dirname(target));
      await writeWhole(target, (draft) => copyFile(path, draft, constants.COPYFILE_FICLONE));
    }
    return { path: posix.join('weights', model.spec.name, name), sha256: wanted };
  };
  return { spec: await copied(model, put), folder: null };
}

/** The models of a plan as each shard loads them. */
export function loadedSpec(plan: PlanFolder, { spec, folder }: ModelSource): LoadedSpec {
  return { spec, folder: folder ?? plan.path };
}
