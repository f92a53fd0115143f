import { MaskbenchError } from '../core/errors.js';
import { firstIssue } from '../core/jsonl.js';
import { plainIssue } from '../core/plain-issue.js';
import { withPlugins } from '../core/plugins/plugins-field.js';
import { assertPluginsLoaded } from './run-plugins.js';
import { runConfigSchema, type RunConfig } from './config.js';
import type { RunOrigin } from './manifest.js';
import { readManifest, runFolder } from './run-folder.js';

/** What a run was begun with, checked. */
export type CheckedOrigin = Omit<RunOrigin, 'config'> & {
  readonly config: RunConfig;
  readonly shard: readonly [number, number] | null;
};

/**
 * What a run was begun with, by its manifest.
 *
 * @throws MaskbenchError `data.missing` (no run there), `usage` for a run that does not say, `run.mismatch` for one that this
 * version understands no more.
 */
export async function readOrigin(folder: string): Promise<CheckedOrigin> {
  const { origin, settings } = await readManifest(runFolder(folder));
  if (origin === undefined) {
    throw new MaskbenchError('usage', 'this run does not say how it was begun', {
      where: folder,
      remedy: 'repeat the command that began it, with --resume',
    });
  }
  assertPluginsLoaded(settings.plugins ?? [], folder);
  return { ...origin, config: checkedConfig(origin, folder), shard: settings.shard };
}

/** @throws MaskbenchError `run.mismatch` for a config that this version understands no more. */
export function checkedConfig({ config }: Pick<RunOrigin, 'config'>, where: string): RunConfig {
  const result = runConfigSchema.safeParse(config, { error: plainIssue });
  if (result.success) return result.data;
  const { plugins = [] } = withPlugins.safeParse(config).data ?? {};
  const later = 'continue it with the version that began it';
  throw new MaskbenchError(
    'run.mismatch',
    `its config is not one of this version: ${firstIssue(result.error)}`,
    {
      where,
      remedy:
        plugins.length === 0 ? later : `name the config that has its plug-ins with --config, or ${later}`,
      cause: result.error,
    },
  );
}
