/** What the system calls that which went wrong, e.g. `ENOENT`; empty of an error that has no such name. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Makes `undefined` of an error with one of these codes; throws any other. */
export function unless(...codes: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (codes.includes(systemCode(error))) return undefined;
    throw error;
  };
}
