import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeError,
  escapeControls,
  escapeLines,
  exitStatusOf,
  MaskbenchError,
} from '../../src/core/errors.js';

/** Mostly controls, marks and separators. */
const anyText = fc
  .array(fc.oneof(fc.integer({ max: 0x200, min: 0 }), fc.integer({ min: 0x2000, max: 0x2070 })))
  .map((codes) => String.fromCharCode(...codes));

describe('an error described', () => {
  it('says where, what, and what would be right, in this order', () => {
    const error = new MaskbenchError('data.empty', 'the file is empty', {
      where: 'a.png',
      remedy: 'expected an image',
    });
    expect(describeError(error)).toBe('a.png: the file is empty; expected an image');
  });

  it('leaves out what is not known', () => {
    expect(describeError(new MaskbenchError('usage', 'no such command'))).toBe('no such command');
    expect(describeError(new Error('plain'))).toBe('plain');
    expect(describeError('text')).toBe('text');
  });

  it('is one line, whatever a hostile name holds', () => {
    fc.assert(
      fc.property(anyText, (name) => {
        const line = describeError(new MaskbenchError('data.missing', 'no such file', { where: name }));
        // oxlint-disable-next-line no-control-regex -- that is what must not come through
        return !/[\u0000-\u001f\u007f-\u009f]/.test(line);
      }),
    );
  });

  it('shows controls and right-to-left marks instead of obeying them', () => {
    expect(escapeControls('a\nb\u001b[31mc\u202Egnp.exe')).toBe('a\\u000ab\\u001b[31mc\\u202egnp.exe');
  });

  it('leaves the lines of a text as they are, and shows what else a terminal obeys', () => {
    expect(escapeLines('a\tb\r\nc\n')).toBe('a\tb\r\nc\n');
    expect(escapeLines('ok\rFAIL\n\u009b31m\u061c')).toBe('ok\\u000dFAIL\n\\u009b31m\\u061c');
  });

  it('keeps letters of all scripts as they are', () => {
    const text = 'Übung 写真 фото تصویر 👩🏽‍🦱';
    expect(escapeControls(text)).toBe(text);
  });
});

describe('the exit status', () => {
  it('is that of the code', () => {
    expect(exitStatusOf(new MaskbenchError('usage', ''))).toBe(64);
    expect(exitStatusOf(new MaskbenchError('data.unreadable', ''))).toBe(65);
    expect(exitStatusOf(new MaskbenchError('device.unavailable', ''))).toBe(69);
    expect(exitStatusOf(new MaskbenchError('disk.full', ''))).toBe(75);
  });

  it('is 70, a bug, for what is not ours', () => {
    expect(exitStatusOf(new TypeError('x is not a function'))).toBe(70);
    expect(exitStatusOf(undefined)).toBe(70);
  });
});
