import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlannedSample } from '../../src/schema/planned-sample.js';
import { oneByOne } from '../../src/runners/one-by-one.js';
import type { Outcome } from '../../src/runners/runner.js';
import { useTempFolders } from '../support/temp-folder.js';

const newFolder = useTempFolders();
const SIZE = { width: 3, height: 2 };

/** What becomes of one picture of 3 x 2 of which a function in JavaScript gives this. */
async function outcomeOf(given: unknown): Promise<Outcome> {
  const sample = {
    ...SIZE,
    dataset: 'd',
    id: 'i',
    imagePath: '/i.png',
    cells: {},
  } as unknown as PlannedSample;
  const job = { sample, mattePath: join(await newFolder(), 'matte.png') };
  const outcomes: Outcome[] = [];
  const jobs = (async function* () {
    yield job;
  })();
  const session = oneByOne(async () => given as never, new AbortController().signal);
  await session.predict(jobs, async (_, outcome) => void outcomes.push(outcome));
  expect(outcomes).toHaveLength(1);
  return outcomes[0] as Outcome;
}

describe('a runner of a function from an image to a matte', () => {
  it('writes what is a matte of it', async () => {
    const data = Uint8Array.of(0, 1, 2, 3, 4, 255);
    expect(await outcomeOf({ ...SIZE, data })).toMatchObject({ kind: 'done', ...SIZE });
    expect(await outcomeOf({ ...SIZE, data: Buffer.from(data) })).toMatchObject({ kind: 'done' });
  });

  it.each([
    ['nothing', undefined, 'is undefined x undefined, its picture upright 3 x 2'],
    ['a text', 'matte', 'is undefined x undefined, its picture upright 3 x 2'],
    ['another size', { width: 2, height: 3, data: new Uint8Array(6) }, 'is 2 x 3, its picture upright 3 x 2'],
    [
      'too little',
      { ...SIZE, data: new Uint8Array(5) },
      'has no Uint8Array with a value for every pixel as its data',
    ],
    [
      'fractions',
      { ...SIZE, data: new Float32Array(6) },
      'has no Uint8Array with a value for every pixel as its data',
    ],
    [
      'a list',
      { ...SIZE, data: [0, 0, 0, 0, 0, 0] },
      'has no Uint8Array with a value for every pixel as its data',
    ],
  ])('has a failed cell where it gives %s', async (_, given, why) => {
    expect(await outcomeOf(given)).toEqual({
      kind: 'failed',
      failure: { code: 'model.output', message: `the runner's matte ${why}` },
    });
  });
});
