import { MaskbenchError } from '../../core/errors.js';
import { nearest } from '../../core/yaml-file.js';

/**
 * Of the names that are there those that are wanted, in the order in which they are there.
 *
 * @throws MaskbenchError `config.unknown-name`, with the nearest name that is there.
 */
export function select(
  what: string,
  names: readonly string[],
  wanted: readonly string[] | undefined,
): readonly string[] {
  if (wanted === undefined) return names;
  for (const name of wanted) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    throw new MaskbenchError('config.unknown-name', `there is no ${what} "${name}"`, {
      remedy: near === undefined ? `there are ${names.join(', ') || 'none'}` : `did you mean "${near}"?`,
    });
  }
  return names.filter((name) => wanted.includes(name));
}
