import { join, resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { folderFrom } from '../../core/objects/object-address.js';

/**
 * Where a run goes: `--out`, in which `{name}`, `{date}` (2026-11-29) and `{time}` (142501, both UTC) are replaced; by default
 * `runs/<name>`.
 *
 * @throws MaskbenchError `usage` for anything else in braces.
 */
export function outFolder(
  out: string | undefined,
  { name, cwd, now }: { readonly name: string; readonly cwd: string; readonly now: Date },
): string {
  if (out === undefined) return resolve(cwd, join('runs', name));
  const [date = '', clock = ''] = now.toISOString().split('T');
  const known: Readonly<Record<string, string>> = {
    name,
    date,
    time: clock.slice(0, 8).replaceAll(':', ''),
  };
  const expanded = out.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = Object.hasOwn(known, key) ? known[key] : undefined;
    if (value !== undefined) return value;
    throw new MaskbenchError('usage', `--out knows no {${key}}`, {
      remedy: 'there are {name}, {date} and {time}',
    });
  });
  return folderFrom(cwd, expanded);
}
