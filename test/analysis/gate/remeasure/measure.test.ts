import { expect, it } from 'vitest';
import { measureSchema, whyNeverSealed } from '../../../../src/analysis/gate/remeasure/measure.js';

const why = (given: object): string | undefined => whyNeverSealed(measureSchema.parse(given));

it('is said to be never sealed by few images or little warm-up, and by nothing else', () => {
  expect(why({})).toBeUndefined();
  expect(why({ processes: 2, rounds: 1, images: 16, warmup: 20 })).toBeUndefined();
  expect(why({ images: 15 })).toMatch(
    /^times of fewer than 16 images.*set measure: \{ images: 16 \} or more$/,
  );
  expect(why({ warmup: 19 })).toMatch(/^times after fewer than 20 .*set measure: \{ warmup: 20 \} or more$/);
});
