/** Short texts by number, such as keys and digests. */
export interface TextColumn {
  push(text: string): void;
  at(number: number): string;
}

/**
 * Texts of which most are as long as the first, of plain characters: these take a byte a character, outside of the heap, where a string takes 20 to 40
 * more and is looked through by the collector.
 */
export function textColumn(): TextColumn {
  let bytes = Buffer.alloc(0);
  let size = 0;
  let width = 0;
  const others = new Map<number, string>();
  return {
    push(text) {
      if (size === 0) width = text.length;
      if ((size + 1) * width > bytes.length)
        bytes = Buffer.concat([bytes], Math.max(1 << 10, 2 * bytes.length, (size + 1) * width));
      if (text.length !== width || bytes.write(text, size * width, 'latin1') !== width || !isLatin(text))
        others.set(size, text);
      size++;
    },
    at: (number) => others.get(number) ?? bytes.toString('latin1', number * width, (number + 1) * width),
  };
}

function isLatin(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}
