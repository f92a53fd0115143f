import { describe, expect, it } from 'vitest';
import type { InputSpec } from '../../../src/models/spec/input-spec.js';
import { placeImage, placeInMap } from '../../../src/models/pixels/placement.js';
import { matteSpec } from '../../support/model-specs.js';

const input = (fields: Record<string, unknown>): InputSpec =>
  matteSpec({ input: { width: 100, height: 80, ...fields } }).input;

describe('where a picture lies in the input', () => {
  it('is everywhere where it is stretched', () => {
    expect(placeImage(300, 200, input({}))).toEqual({
      width: 100,
      height: 80,
      left: 0,
      top: 0,
      innerWidth: 100,
      innerHeight: 80,
    });
  });

  it.each([
    ['wide', 300, 100, { left: 0, top: 23, innerWidth: 100, innerHeight: 33 }],
    ['high', 50, 400, { left: 45, top: 0, innerWidth: 10, innerHeight: 80 }],
    ['of the same proportions', 50, 40, { left: 0, top: 0, innerWidth: 100, innerHeight: 80 }],
    ['a line', 1000, 1, { left: 0, top: 39, innerWidth: 100, innerHeight: 1 }],
  ])('keeps the proportions of one that is %s, centred', (_name, width, height, expected) => {
    expect(placeImage(width, height, input({ fit: 'letterbox' }))).toMatchObject(expected);
  });

  it('is the top left where the spec says so, and never enlarged where it says that', () => {
    const spec = input({ fit: 'letterbox', anchor: 'top-left', enlarge: false });
    expect(placeImage(30, 20, spec)).toMatchObject({ left: 0, top: 0, innerWidth: 30, innerHeight: 20 });
    expect(placeImage(300, 20, spec)).toMatchObject({ innerWidth: 100, innerHeight: 6 });
  });

  it('has sides of the next lower multiple where the network takes any size', () => {
    const spec = input({ fit: 'inside', multipleOf: 32 });
    expect(placeImage(300, 100, spec)).toMatchObject({ width: 96, height: 32, innerWidth: 96 });
    expect(placeImage(2, 1000, spec)).toMatchObject({ width: 32, height: 64 });
  });
});

describe('where it lies in an output map', () => {
  const placed = placeImage(300, 100, input({ fit: 'letterbox' }));

  it('is the same place where the map is as large as the input', () => {
    expect(placeInMap(placed, 100, 80)).toBe(placed);
  });

  it('is scaled to a smaller map, to whole pixels that are there', () => {
    expect(placeInMap(placed, 25, 20)).toMatchObject({ left: 0, top: 6, innerWidth: 25, innerHeight: 8 });
    expect(placeInMap(placed, 1, 1)).toMatchObject({ left: 0, top: 0, innerWidth: 1, innerHeight: 1 });
  });
});
