import { dirname, resolve } from 'node:path';
import type { CliContext } from './context.js';

/** Flags that come before everything else, since commands, choices and schemas depend on what plug-ins bring. */
const NAMED = /^--config(?:=(.*))?$/s;

/**
 * Loads the plug-ins of the file that `--config` names, wherever it stands among the words; nothing where there is none.
 *
 * @throws MaskbenchError as `loadPlugins`; `config.invalid` for a file without plug-ins.
 */
export async function loadNamedPlugins(
  argv: readonly string[],
  { cwd }: Pick<CliContext, 'cwd'>,
): Promise<void> {
  if (argv.includes('--no-plugins')) return;
  for (const [i, word] of argv.entries()) {
    const match = NAMED.exec(word);
    const named = match === null ? undefined : (match[1] ?? argv[i + 1]);
    // The parser says what is missing.
    if (named === undefined || named === '') continue;
    const { readYamlFile } = await import('../core/yaml-file.js');
    const { loadPlugins } = await import('../core/plugins/load-plugins.js');
    const { withNamedPlugins } = await import('../core/plugins/plugins-field.js');
    const file = resolve(cwd, named);
    const { plugins } = await readYamlFile(file, withNamedPlugins);
    await loadPlugins(plugins, dirname(file));
  }
}
