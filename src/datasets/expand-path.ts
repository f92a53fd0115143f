import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { MaskbenchError } from '../core/errors.js';

export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * A path from a config as an absolute one: `${NAME}` and `${NAME:-default}` are replaced (an empty variable counts as
 * unset, as in a shell), then a leading `~`, then what is relative starts from `cwd`.
 *
 * @throws MaskbenchError `config.invalid` for a variable that is neither set nor has a default.
 */
export function expandPath(path: string, variables: Variables, cwd: string): string {
  const expanded = path.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_match, name: string, fallback?: string) => {
    const value = variables[name] || fallback;
    if (value !== undefined) return value;
    throw new MaskbenchError('config.invalid', `the variable ${name} is not set`, {
      where: path,
      remedy: `set it, or write \${${name}:-a default}`,
    });
  });
  return resolve(cwd, expanded.replace(/^~(?=$|[\\/])/, homedir()));
}
