/** What `location.hash` says: which image is open, if any, and everything that differs from the usual. */
interface Place {
  readonly key: string | null;
  readonly parameters: URLSearchParams;
}

const HASH = /^#gallery(?:-([0-9a-f]+))?(?:&(.*))?$/s;

/** Null where the hash is of another part of the page. */
export function readPlace(hash: string): Place | null {
  const match = HASH.exec(hash);
  if (match === null) return null;
  return { key: match[1] ?? null, parameters: new URLSearchParams(match[2] ?? '') };
}

/** `#gallery-<key>&view=matte&...`, without what is as usual. */
export function formatPlace(
  key: string | null,
  state: Readonly<Record<string, string>>,
  usual: Readonly<Record<string, string>>,
): string {
  const said = new URLSearchParams(
    Object.entries(state).filter(([name, value]) => value !== (usual[name] ?? '')),
  )
    .toString()
    // Commas may stand in a hash as they are, and addresses are read by people.
    .replaceAll('%2C', ',');
  return `#gallery${key === null ? '' : `-${key}`}${said === '' ? '' : `&${said}`}`;
}

/** Replaces the address without a new entry in the history; a browser that forbids it keeps the old address. */
export function replaceHash(hash: string): void {
  try {
    history.replaceState(history.state, '', hash);
  } catch {
    // sandboxed frames may not; the link to the view still has it
  }
}
