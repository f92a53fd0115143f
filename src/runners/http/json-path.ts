/** What stands at a path (`output.0`) of plain data; undefined where nothing does. */
export function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return at;
}

/** A copy of an object of plain data with a value at a path; what is on the way there and no object becomes one. */
export function withValueAt(
  into: Readonly<Record<string, unknown>>,
  path: string,
  value: unknown,
): Readonly<Record<string, unknown>> {
  const [name = '', ...rest] = path.split('.');
  if (rest.length === 0) return { ...into, [name]: value };
  const below = Object.hasOwn(into, name) ? into[name] : undefined;
  const object = typeof below === 'object' && below !== null ? (below as Record<string, unknown>) : {};
  return { ...into, [name]: withValueAt(object, rest.join('.'), value) };
}
