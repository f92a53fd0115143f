import { describe, expect, it } from 'vitest';
import { leakedTags, trainingCautions } from '../../src/schema/leakage.js';

describe('what a model has seen of a dataset', () => {
  it('are the tags that both name', () => {
    expect(leakedTags(['duts-tr', 'humans'], ['humans', 'p3m'])).toEqual(['humans']);
    expect(leakedTags(['duts-tr'], ['humans'])).toEqual([]);
  });

  it('is nothing where it is not known, even if a dataset were called so', () => {
    expect(leakedTags(['unknown'], ['unknown'])).toEqual([]);
  });
});

describe('cautions about scores that are not leaked', () => {
  const datasets = [{ title: 'DIS-VD', tags: ['dis5k-vd'] }];

  it('name checkpoints that were chosen by their scores there', () => {
    const chosen = { name: 'b', trainedOn: ['dis5k-tr'], selectedOn: ['dis5k-vd'] };
    expect(trainingCautions([chosen, { ...chosen, name: 'c', selectedOn: ['ecssd'] }], datasets)).toEqual([
      'b was selected among its checkpoints by scores on DIS-VD: not fully held out there.',
    ]);
    expect(trainingCautions([{ ...chosen, trainedOn: ['dis5k-vd'] }], datasets)).toEqual([]);
  });

  it('name the models of which nobody says what they have seen, in one sentence', () => {
    const models = ['a', 'b'].map((name) => ({ name, trainedOn: ['unknown', 'duts-tr'] }));
    expect(trainingCautions([...models, { name: 'c', trainedOn: [] }], datasets)).toEqual([
      'Training data unknown for a, b; it may include these pictures.',
    ]);
  });
});
