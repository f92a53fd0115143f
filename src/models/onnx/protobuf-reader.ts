import { readSync } from 'node:fs';

/** One field of a message: its number and where its value is; integers beyond 2^53 are rounded. `length` values lie in the file, unread. */
export type Field =
  | { readonly number: number; readonly wire: 'varint'; readonly value: number }
  | { readonly number: number; readonly wire: 'fixed'; readonly start: number; readonly end: number }
  | { readonly number: number; readonly wire: 'length'; readonly start: number; readonly end: number };

/** A stretch of a protobuf file. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Reads protobuf messages from a file without reading what nobody asks for: passing over a field is a seek. */
export interface ProtobufReader {
  fields(span: Span): Generator<Field>;
  text(span: Span): string;
  /** Values of a packed list of varints. */
  varints(span: Span): Generator<number>;
}

/** The file is not protobuf, or was cut off. */
export class MalformedProtobuf extends Error {
  /** Where the file would have to end at least, if it was cut off. */
  readonly endsAt: number | undefined;

  constructor(message: string, endsAt?: number) {
    super(message);
    this.endsAt = endsAt;
  }
}

const WINDOW = 1 << 12;
const LONGEST_TEXT = 1 << 20;

/** Reads through one window, which moves with the position; memory does not grow with the file. It is small, since after the
 * data of every tensor it begins anew. */
export function openProtobuf(fd: number, fileBytes: number): ProtobufReader {
  const window = Buffer.allocUnsafe(WINDOW);
  let windowStart = 0;
  let windowEnd = 0;

  const byteAt = (position: number): number => {
    if (position < windowStart || position >= windowEnd) {
      if (position >= fileBytes) throw new MalformedProtobuf('the file ends in the middle of a value');
      windowStart = position;
      windowEnd = position + readSync(fd, window, 0, WINDOW, position);
      if (windowEnd === windowStart) throw new MalformedProtobuf('the file ends early');
    }
    return window[position - windowStart] ?? 0;
  };

  /** A signed 64-bit integer. */
  const varintAt = (position: number, end: number): { value: number; next: number } => {
    let low = 0;
    let at = position;
    // Almost every varint is short: those need no big integers.
    for (let shift = 0; shift < 28; shift += 7, at++) {
      if (at >= end) throw new MalformedProtobuf('a number runs over the end of its message');
      const byte = byteAt(at);
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return { value: low, next: at + 1 };
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n, at++) {
      if (at >= end) throw new MalformedProtobuf('a number runs over the end of its message');
      const byte = byteAt(at);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return { value: Number(BigInt.asIntN(64, value)), next: at + 1 };
    }
    throw new MalformedProtobuf('a number has more than ten bytes');
  };

  const fields = function* ({ start, end }: Span): Generator<Field> {
    for (let position = start; position < end;) {
      const tag = varintAt(position, end);
      const number = Math.floor(tag.value / 8);
      const wire = tag.value - 8 * number;
      if (number < 1) throw new MalformedProtobuf(`there is no field ${number}`);
      if (wire === 0) {
        const { value, next } = varintAt(tag.next, end);
        yield { number, wire: 'varint', value };
        position = next;
        continue;
      }
      const { from, bytes } = extentOf(wire, tag.next, end);
      position = from + bytes;
      if (position > end) {
        const message = `field ${number} runs over the end of its message`;
        throw new MalformedProtobuf(message, end === fileBytes ? position : undefined);
      }
      yield { number, wire: wire === 2 ? 'length' : 'fixed', start: from, end: position };
    }
  };

  const extentOf = (wire: number, position: number, end: number): { from: number; bytes: number } => {
    if (wire === 1) return { from: position, bytes: 8 };
    if (wire === 5) return { from: position, bytes: 4 };
    if (wire !== 2) throw new MalformedProtobuf(`there is no wire type ${wire}`);
    const length = varintAt(position, end);
    if (length.value < 0) throw new MalformedProtobuf('a length is negative');
    return { from: length.next, bytes: length.value };
  };

  return {
    fields,
    text({ start, end }) {
      if (start === end) return '';
      byteAt(start);
      // Names are short and stand one after another: a read of its own for each would be most of the work.
      if (end <= windowEnd) return window.toString('utf8', start - windowStart, end - windowStart);
      const bytes = Math.min(end - start, LONGEST_TEXT);
      const buffer = Buffer.alloc(bytes);
      const read = readSync(fd, buffer, 0, bytes, start);
      return buffer.toString('utf8', 0, read);
    },
    *varints({ start, end }) {
      for (let position = start; position < end;) {
        const { value, next } = varintAt(position, end);
        yield value;
        position = next;
      }
    },
  };
}

/** Of a field that is a message, a text or bytes. @throws MalformedProtobuf for any other. */
export function spanOf(field: Field): Span {
  if (field.wire !== 'length') throw new MalformedProtobuf(`field ${field.number} has the wrong wire type`);
  return field;
}

/** Of a field that is a number. @throws MalformedProtobuf for any other. */
export function numberOf(field: Field): number {
  if (field.wire !== 'varint') throw new MalformedProtobuf(`field ${field.number} has the wrong wire type`);
  return field.value;
}
