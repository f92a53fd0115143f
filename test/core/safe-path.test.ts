import { isAbsolute, join, relative, sep } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaskbenchError } from '../../src/core/errors.js';
import { joinInside } from '../../src/core/safe-path.js';

const FOLDER = join(sep, 'runs', 'mine');

/** Mostly controls, marks and separators. */
const anyText = fc
  .array(fc.oneof(fc.integer({ max: 0x200, min: 0 }), fc.integer({ min: 0x2000, max: 0x2070 })))
  .map((codes) => String.fromCharCode(...codes));

/** The parts that break-outs are made of, among harmless ones. */
const part = fc.constantFrom(
  '..',
  '.',
  '',
  '/',
  '\\',
  'a',
  'b.png',
  '~',
  '\0',
  'C:',
  '..a',
  ' ',
  '%2e%2e',
  '‮',
);
const hostileName = fc
  .array(fc.tuple(part, fc.constantFrom('/', '\\', '')), { minLength: 1, maxLength: 6 })
  .map((pieces) => pieces.flat().join(''));

describe('a name from data joined to a folder', () => {
  it('either lies below that folder or is refused, whatever the name is', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(hostileName, anyText), { minLength: 1, maxLength: 3 }), (names) => {
        let path: string;
        try {
          path = joinInside(FOLDER, ...names);
        } catch (error) {
          return error instanceof MaskbenchError && error.code === 'data.unsafe-path';
        }
        const inside = relative(FOLDER, path);
        const climbs = inside.split(/[\\/]/).includes('..');
        return inside !== '' && !isAbsolute(inside) && !climbs && !path.includes('\0');
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['../x', 'a/../../x', '/etc/passwd', '..', '.', '', 'a\\..\\..\\x', 'x\0.png'])(
    'refuses %j',
    (name) => {
      expect(() => joinInside(FOLDER, name)).toThrow(MaskbenchError);
    },
  );

  it.each(['a.png', 'training/im/7.png', '12#Graphics#4#TableChair#x', '..hidden', 'a..b', '写真'])(
    'takes %j',
    (name) => {
      expect(joinInside(FOLDER, name)).toBe(join(FOLDER, name));
    },
  );
});
