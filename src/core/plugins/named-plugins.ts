import { dirname } from 'node:path';
import { z } from 'zod';
import { MaskbenchError } from '../errors.js';
import { readYamlFile } from '../yaml-file.js';
import { isLoaded, loadPlugins } from './load-plugins.js';
import { locatePlugin } from './locate.js';
import { withPlugins } from './plugins-field.js';

/**
 * What is done about the plug-ins that a file names: `load` them; `none`, so that what they bring is unknown; or hold that they are
 * `loaded` already, since somebody else is to say what code is run.
 */
export type PluginPolicy = 'load' | 'none' | 'loaded';

/**
 * Loads what a YAML file names under `plugins`, before the rest of it is read. What else is wrong with it is left to whoever
 * reads that.
 *
 * @throws MaskbenchError as `loadPlugins` and `readYamlFile`; `usage` for a plug-in that is not loaded and has to be.
 */
export async function admitPluginsOf(
  file: string,
  policy: PluginPolicy,
  reading: Parameters<typeof readYamlFile>[2] = {},
): Promise<void> {
  if (policy !== 'none')
    await admitPlugins(await readYamlFile(file, z.unknown(), reading), dirname(file), policy);
}

/** The same of a file's content. */
export async function admitPlugins(document: unknown, folder: string, policy: PluginPolicy): Promise<void> {
  const { data } = withPlugins.safeParse(document);
  const entries = data?.plugins ?? [];
  if (policy === 'load') await loadPlugins(entries, folder);
  if (policy !== 'loaded') return;
  const strange = entries.find((entry) => !isLoaded(locatePlugin(entry, folder)));
  if (strange === undefined) return;
  throw new MaskbenchError('usage', `the plug-in is not loaded from here: ${strange}`, {
    where: folder,
    remedy: 'a check takes plug-ins from its gate, or from a file named by --config, and from nowhere else',
  });
}
