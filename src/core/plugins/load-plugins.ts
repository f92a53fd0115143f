import { pathToFileURL } from 'node:url';
import { MaskbenchError } from '../errors.js';
import { guarded, pluginFailed } from './guard.js';
import { assertUnchanged, locatePlugin, type PluginRef } from './locate.js';
import { checkPart, PART_KINDS } from './part-kinds.js';
import { addPart, noteFile, type PartKind } from './parts.js';

/** A plug-in whose parts are in the registries of this process. */
export interface LoadedPlugin extends PluginRef {
  /** What the names of its parts begin with. */
  readonly name: string;
}

const KINDS = Object.keys(PART_KINDS) as readonly PartKind[];
const loaded = new Map<string, LoadedPlugin>();
const loading = new Map<string, Promise<LoadedPlugin>>();

/**
 * Loads plug-ins, and adds their parts to the registries of this process, for good. One that is loaded already is left as it is.
 *
 * @param entries files and packages, as in `plugins` of a config
 * @param folder that the entries are relative to
 * @throws MaskbenchError `data.missing`, `plugin.failed` (its code throws), `config.invalid` (it is no plug-in), `run.mismatch`
 *   (another one of its name, or another version, is loaded).
 */
export async function loadPlugins(
  entries: readonly string[],
  folder: string,
): Promise<readonly LoadedPlugin[]> {
  return loadSamePlugins(entries.map((entry) => locatePlugin(entry, folder)));
}

/** The same of plug-ins that another thread has loaded: of the same bytes, or not at all. */
export async function loadSamePlugins(refs: readonly PluginRef[]): Promise<readonly LoadedPlugin[]> {
  const plugins: LoadedPlugin[] = [];
  for (const ref of refs) {
    const key = `${ref.path} ${ref.version}`;
    const one = loading.get(key) ?? loadPlugin(ref);
    loading.set(key, one);
    plugins.push(
      await one.catch((error: unknown) => {
        loading.delete(key);
        throw error;
      }),
    );
  }
  return plugins;
}

/** Whether this very plug-in is loaded. */
export function isLoaded({ path, version }: PluginRef): boolean {
  return [...loaded.values()].some((one) => one.path === path && one.version === version);
}

/** The plug-ins that things of these names come from, each once: `acme` of `acme.sharpness`. Names of our own have none. */
export function pluginsOf(names: readonly string[]): readonly LoadedPlugin[] {
  return [...new Set(names.map((name) => name.split('.', 1)[0]))].flatMap((name) => loaded.get(name) ?? []);
}

async function loadPlugin(ref: PluginRef): Promise<LoadedPlugin> {
  const { path, version } = ref;
  assertUnchanged(ref);
  const plugin = asPlugin(await importPlugin(path), path);
  const { name } = plugin;
  const other = loaded.get(name);
  if (other !== undefined) {
    const message = `another plug-in "${name}" is loaded: ${other.path} (${other.version})`;
    const remedy = 'one process has one plug-in of a name, in one version';
    throw new MaskbenchError('run.mismatch', message, { where: path, remedy });
  }
  const parts = KINDS.flatMap((kind) => assertParts(plugin, kind, path));
  const by = { name, version };
  const whole = parts.map(({ kind, part, names }) => ({
    kind,
    part: guarded(part, `plug-in ${name}, ${PART_KINDS[kind].name} ${names[0]}`),
  }));
  const metrics = whole.flatMap(({ kind, part }) => (kind === 'metrics' ? [part] : []));
  // They are one protocol.
  if (metrics.length > 0) addPart('metrics', { ...plugin, metrics }, by);
  for (const { kind, part } of whole) if (kind !== 'metrics') addPart(kind, part, by);
  const done = { ...ref, name };
  loaded.set(name, done);
  return done;
}

async function importPlugin(path: string): Promise<unknown> {
  noteFile(path);
  try {
    // In JSON a path with a backslash or a quote is still one text.
    return await import(pathToFileURL(path).href);
  } catch (cause) {
    throw new MaskbenchError('plugin.failed', pluginFailed(path, cause).message, {
      where: path,
      remedy: /'maskbench/.test(String(cause))
        ? 'install maskbench where the plug-in lies'
        : 'it cannot be loaded',
      cause,
    });
  }
}

type PluginObject = Readonly<Record<string, unknown>> & { readonly name: string };

/** Our own protocols and kinds have these names, and so no plug-in has. */
const NAME = /^[a-z][a-z0-9-]{1,39}$/;
const RESERVED = ['fixed', 'sod', 'matting', 'cutout', 'file', 'https', 'http', 'hf', 'npm'];

/** @throws MaskbenchError `config.invalid` for what is not the object of a plug-in. */
export function asPlugin(module: unknown, where: string): PluginObject {
  const given = isRecord(module) && 'default' in module ? module['default'] : module;
  const refuse = (message: string, remedy: string): MaskbenchError =>
    new MaskbenchError('config.invalid', message, { where, remedy });
  if (!isRecord(given))
    throw refuse('this is no plug-in', 'export default { name, metrics: [...] } (docs/plugins)');
  const { name } = given;
  if (typeof name !== 'string' || !NAME.test(name) || RESERVED.includes(name)) {
    throw refuse(
      `a plug-in cannot have the name ${JSON.stringify(name) ?? 'undefined'}`,
      `take a word of a-z, 0-9 and "-" that is none of ${RESERVED.join(', ')}`,
    );
  }
  const strange = Object.keys(given).find((key) => !['name', 'title', ...KINDS].includes(key));
  if (strange !== undefined) throw refuse(`a plug-in has no "${strange}"`, `it may have ${KINDS.join(', ')}`);
  for (const kind of KINDS) {
    if (given[kind] !== undefined && !Array.isArray(given[kind]))
      throw refuse(`"${kind}" must be a list`, 'put it into [ ]');
  }
  return { ...given, name };
}

interface CheckedPart {
  readonly kind: PartKind;
  readonly part: unknown;
  readonly names: readonly string[];
}

/** @throws MaskbenchError `config.invalid` for what is no part, and for a name that is not the plug-in's own, or there twice. */
function assertParts(plugin: PluginObject, kind: PartKind, where: string): readonly CheckedPart[] {
  const given = plugin[kind];
  const parts = (Array.isArray(given) ? given : []).map((part: unknown) => ({
    kind,
    part,
    names: checkPart(kind, part, where),
  }));
  const what = PART_KINDS[kind].name;
  const seen = new Set<string>();
  for (const name of parts.flatMap(({ names }) => names)) {
    if (!name.startsWith(`${plugin.name}.`) || !/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/.test(name)) {
      throw new MaskbenchError('config.invalid', `"${name}" is no name for a ${what} of "${plugin.name}"`, {
        where,
        remedy: `begin it with "${plugin.name}.", and go on with letters, digits, "_" and "-"`,
      });
    }
    if (seen.has(name))
      throw new MaskbenchError('config.invalid', `there are two ${what}s ${name}`, { where });
    seen.add(name);
  }
  return parts;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
