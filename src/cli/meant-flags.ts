import { MaskbenchError } from '../core/errors.js';

/** When a flag means something: whether it does here, what it is for, and what would make it do so. */
export type Meaning = readonly [means: boolean, isFor: string, remedy: string];

/**
 * A flag that changes nothing beside the others is refused: who gave it expects something of it.
 *
 * @param given the flags of a command as they were read; one without a value or false by `--no-` was given as well
 * @throws MaskbenchError `usage` for the first of `meanings` that is given in vain.
 */
export function assertMeant<F extends object>(
  given: F,
  meanings: Readonly<Partial<Record<keyof F & string, Meaning>>>,
): void {
  for (const [name, meaning] of Object.entries<Meaning | undefined>(meanings)) {
    const value: unknown = given[name as keyof F];
    if (meaning === undefined || value === undefined) continue;
    const [means, isFor, remedy] = meaning;
    if (means) continue;
    const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new MaskbenchError('usage', `--${value === false ? 'no-' : ''}${flag} is for ${isFor}`, { remedy });
  }
}

/** Names of flags, each with the same meaning. */
export function allMean<N extends string>(names: readonly N[], meaning: Meaning): Record<N, Meaning> {
  return Object.fromEntries(names.map((name) => [name, meaning])) as Record<N, Meaning>;
}

/** `--json` is short for a format, and says nothing beside another. */
export function formatOf<F extends string>(
  options: { readonly format: F; readonly json?: true | undefined },
  byDefault: F,
): F | 'json' {
  const { format, json } = options;
  assertMeant(
    { json },
    { json: [format === byDefault || format === 'json', 'the format json', `leave out --format ${format}`] },
  );
  return json === true ? 'json' : format;
}
