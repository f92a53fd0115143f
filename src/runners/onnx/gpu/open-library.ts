/** A library that the loader cannot open: which one is missing (of itself, or of those that it needs), and its own words. */
export interface Unopened {
  readonly missing: string | undefined;
  readonly reason: string;
}

/**
 * Asks the loader of this process for a library, and closes it again.
 *
 * @param name a path, or a name that is looked for as for every program
 * @returns undefined where it opens.
 */
export function whyUnopened(name: string): Unopened | undefined {
  try {
    process.dlopen({ exports: {} }, name);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // It opened, and is no module of Node's; a provider asks its host for the rest of its symbols.
    if (/^Module did not self-register|undefined symbol: Provider_GetHost$/.test(reason)) return undefined;
    return { missing: /^(\S+): cannot open shared object file: No such file/.exec(reason)?.[1], reason };
  }
}
