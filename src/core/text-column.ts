/** Short texts by number, such as keys and digests. */
export interface TextColumn {
  push(text: string): void;
  at(number: number): string;
}

/** Of one piece of a column, about: pieces are never copied, as one growing buffer would be, twice its size at a time. */
const PIECE_BYTES = 1 << 18;

/**
 * Texts of which most are as long as the first, of plain characters: these take a byte a character, outside of the heap, where a string takes 20 to 40
 * more and is looked through by the collector.
 */
export function textColumn(): TextColumn {
  const pieces: Buffer[] = [];
  let size = 0;
  let width = 0;
  let inPiece = 1;
  const others = new Map<number, string>();
  const start = (number: number): number => (number % inPiece) * width;
  return {
    push(text) {
      if (size === 0) {
        width = text.length;
        inPiece = Math.max(1, Math.floor(PIECE_BYTES / Math.max(1, width)));
      }
      if (size % inPiece === 0) pieces.push(Buffer.allocUnsafeSlow(inPiece * width));
      const isPlain = text.length === width && isLatin(text);
      if (isPlain) pieces[pieces.length - 1].write(text, start(size), 'latin1');
      else others.set(size, text);
      size++;
    },
    at(number) {
      const at = start(number);
      return (
        others.get(number) ?? pieces[Math.floor(number / inPiece)]?.toString('latin1', at, at + width) ?? ''
      );
    },
  };
}

function isLatin(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}
