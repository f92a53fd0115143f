/** Names, each with its number: 0, 1, 2 in the order in which they were added. */
export interface NameIndex {
  readonly size: number;
  /** The number of a new name, or of the same one before. */
  add(name: string): number;
  find(name: string): number | undefined;
}

const FREE = 0xffffffff;

/**
 * An index of very many names. A map of strings takes some hundred bytes a name, all of which the collector looks through again and again; this
 * takes the name's own bytes and 12 to 20 more, outside of its heap.
 */
export function nameIndex(): NameIndex {
  let bytes = Buffer.alloc(1 << 12);
  let used = 0;
  /** Where each name ends. */
  let ends = new Uint32Array(1 << 8);
  /** Numbers of names, by hash: the first free place from there on ends a search. */
  let places = new Uint32Array(1 << 9).fill(FREE);
  let size = 0;
  let sought = Buffer.alloc(1 << 8);

  const seek = (name: string): { readonly place: number; readonly length: number } => {
    const most = 3 * name.length + 1;
    if (most > sought.length) sought = Buffer.alloc(2 * most);
    const length = writeName(sought, name);
    const mask = places.length - 1;
    for (let place = hashOf(sought, 0, length) & mask; ; place = (place + 1) & mask) {
      const number = places[place];
      if (number === FREE) return { place, length };
      const start = number === 0 ? 0 : ends[number - 1];
      if (ends[number] - start === length && bytes.compare(sought, 0, length, start, ends[number]) === 0)
        return { place, length };
    }
  };
  const grow = (): void => {
    ends = enlarged(ends);
    places = new Uint32Array(2 * places.length).fill(FREE);
    const mask = places.length - 1;
    for (let number = 0; number < size; number++) {
      let place = hashOf(bytes, number === 0 ? 0 : ends[number - 1], ends[number]) & mask;
      while (places[place] !== FREE) place = (place + 1) & mask;
      places[place] = number;
    }
  };
  return {
    get size() {
      return size;
    },
    add(name) {
      if (size === ends.length) grow();
      const { place, length } = seek(name);
      if (places[place] !== FREE) return places[place];
      while (used + length > bytes.length) bytes = Buffer.concat([bytes], 2 * bytes.length);
      sought.copy(bytes, used, 0, length);
      used += length;
      ends[size] = used;
      places[place] = size;
      return size++;
    },
    find(name) {
      const number = places[seek(name).place];
      return number === FREE ? undefined : number;
    },
  };
}

function enlarged(numbers: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}

/** Its UTF-8, in which half a character has no bytes of its own: a name with one is written as UTF-16 after a byte that UTF-8 never has. */
function writeName(to: Buffer, name: string): number {
  if (!/\p{Surrogate}/u.test(name)) return to.write(name, 0);
  to[0] = 0xff;
  return 1 + to.write(name, 1, 'utf16le');
}

/** FNV-1a with its bits mixed once more, since names differ at their ends. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
