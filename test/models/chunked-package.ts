import { sha256Of } from './model-bytes.js';

/** Length of a piece of a resource. */
export const PIECE = 16_384;

interface Piece {
  readonly hash: string;
  readonly offsets: readonly [number, number];
  readonly bytes: Buffer;
}

/** Cuts a resource into pieces that are named by their sha256. */
function piecesOf(bytes: Buffer): readonly Piece[] {
  return Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, i) => {
    const piece = bytes.subarray(i * PIECE, (i + 1) * PIECE);
    return { hash: sha256Of(piece), offsets: [i * PIECE, i * PIECE + piece.length], bytes: piece };
  });
}

/** The files of a package that holds resources in pieces under an index; `damage` may change or drop a piece. */
export function resourceFiles(
  resources: Readonly<Record<string, Buffer>>,
  damage: (piece: Piece) => Buffer | undefined = (piece) => piece.bytes,
): Record<string, string | Buffer> {
  const files: Record<string, string | Buffer> = {};
  const index: Record<string, unknown> = {};
  for (const [name, bytes] of Object.entries(resources)) {
    const pieces = piecesOf(bytes);
    index[name] = {
      size: bytes.length,
      mime: 'x',
      chunks: pieces.map(({ hash, offsets }) => ({ hash, offsets })),
    };
    for (const piece of pieces) {
      const content = damage(piece);
      if (content !== undefined) files[`dist/${piece.hash}`] = content;
    }
  }
  return { 'dist/resources.json': JSON.stringify(index), ...files };
}
