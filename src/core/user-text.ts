import { readFile } from 'node:fs/promises';
import { MaskbenchError } from './errors.js';
import { unreadable, type Wanted } from './unreadable.js';

/**
 * The text of a file that a user wrote and named.
 *
 * @throws MaskbenchError `data.missing` (no such file), `data.unreadable` (a folder, or no permission) or as `textOf`.
 */
export async function readUserText(path: string, wanted: Wanted): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause, wanted);
  });
  return textOf(bytes, path, wanted);
}

// oxlint-disable-next-line no-control-regex -- control characters are what no text has
const UNWRITTEN = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/;

/** Whether there is a character that nobody writes into a text: bytes that happen to be UTF-8 are told from text by them. */
export function hasUnwritten(text: string): boolean {
  return UNWRITTEN.test(text);
}

/** @throws MaskbenchError `config.invalid` for a picture, a network or the like. */
export function textOf(bytes: Uint8Array, path: string, { what }: Wanted): string {
  const [text, isUtf8] = decoded(bytes);
  if (isUtf8 && !hasUnwritten(text)) return text;
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  throw new MaskbenchError('config.invalid', `this is no text in UTF-8, and no ${what}`, {
    where: path,
    remedy: isUtf16
      ? 'save it as UTF-8'
      : 'a network is described in a YAML file ("maskbench models inspect" proposes one), pictures are named by their folder (--images)',
  });
}

function decoded(bytes: Uint8Array): readonly [text: string, isUtf8: boolean] {
  try {
    return [new TextDecoder('utf-8', { fatal: true }).decode(bytes), true];
  } catch {
    return ['', false];
  }
}
