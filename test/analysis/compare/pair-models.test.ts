import { describe, expect, it } from 'vitest';
import { pairModels, type ModelChoice } from '../../../src/analysis/compare/pair-models.js';
import type { SideFacts } from '../../../src/analysis/compare/side.js';
import { paperSide } from '../../support/paper-sides.js';

function factsWith(label: string, ...models: readonly string[]): SideFacts {
  const scores = Object.fromEntries(models.map((model) => [model, { iou: [1] }]));
  return paperSide(label, { datasets: [{ name: 'd', models: scores }] }).facts;
}

function pairs(a: SideFacts, b: SideFacts, choice: ModelChoice = {}): string[] {
  return pairModels(a, b, choice).map(({ baseline, candidate }) => `${baseline.name}/${candidate.name}`);
}

describe('the models that are held against each other', () => {
  it('are those of equal name', () => {
    expect(pairs(factsWith('a', 'x', 'y', 'z'), factsWith('b', 'z', 'x'))).toEqual(['x/x', 'z/z']);
  });

  it('are the two that were named, also within one run', () => {
    const run = factsWith('run', 'x', 'y');
    expect(pairs(run, run, { baseline: 'x', candidate: 'y' })).toEqual(['x/y']);
  });

  it('are the one that was named, on both sides', () => {
    expect(pairs(factsWith('a', 'x', 'y'), factsWith('b', 'x', 'y'), { candidate: 'y' })).toEqual(['y/y']);
  });

  it('are the only two there are, whatever they are called', () => {
    expect(pairs(factsWith('a', 'x'), factsWith('b', 'y'))).toEqual(['x/y']);
  });

  it('must be named where nothing else tells', () => {
    expect(() => pairs(factsWith('a', 'x', 'y'), factsWith('b', 'z'))).toThrow(
      'no model of a (x, y) has its name in b (z)',
    );
  });

  it('are the one that was named and the only one of the other side', () => {
    expect(pairs(factsWith('a', 'luma'), factsWith('b', 'luma', 'inv'), { candidate: 'inv' })).toEqual([
      'luma/inv',
    ]);
    expect(pairs(factsWith('a', 'luma', 'inv'), factsWith('b', 'luma'), { baseline: 'inv' })).toEqual([
      'inv/luma',
    ]);
    expect(() =>
      pairs(factsWith('production', 'x', 'y'), factsWith('b', 'inv'), { candidate: 'inv' }),
    ).toThrow(
      expect.objectContaining({
        code: 'config.unknown-name',
        where: 'production',
        remedy: 'name one of x, y with --model-a',
      }),
    );
    expect(() => pairs(factsWith('production', 'x'), factsWith('b', 'luma'), { candidate: 'inv' })).toThrow(
      expect.objectContaining({ message: 'no model "inv"', where: 'b' }),
    );
  });

  it('must exist; a slip of the pen is answered with the nearest name', () => {
    const run = factsWith('run', 'isnet-fp16', 'isnet-quint8');
    expect(() => pairs(run, run, { baseline: 'isnet-fp61' })).toThrow(
      expect.objectContaining({ code: 'config.unknown-name', remedy: 'did you mean "isnet-fp16"?' }),
    );
  });
});
