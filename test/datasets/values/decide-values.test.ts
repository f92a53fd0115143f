import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MaskRole } from '../../../src/datasets/values/contradiction.js';
import type { ValuesDecision } from '../../../src/datasets/values/decide-values.js';
import { createSurvey } from '../../../src/datasets/values/survey.js';
import { readMaskFacts } from '../../../src/datasets/file-reader.js';
import type { GrayImage } from '../../../src/image/raster.js';
import { readingText } from '../../../src/schema/mask-reading.js';
import type { MaskValues } from '../../../src/schema/mask-values.js';
import { draw } from '../../support/drawn-mattes.js';
import { writeMask } from '../../support/mask-files.js';
import { useTempFolders } from '../../support/temp-folder.js';

const tempFolder = useTempFolders();
const [WIDTH, HEIGHT] = [40, 30];

/** Areas of the given values, side by side. */
const areas = (...values: readonly number[]): GrayImage =>
  draw(WIDTH, HEIGHT, (x) => values[Math.floor((x * values.length) / WIDTH)]);
const BLANK = areas(0);
const PLAIN = areas(0, 255);
const UNIT = areas(0, 1);
const SOFT = draw(WIDTH, HEIGHT, (x, y) => Math.min(255, (x * 13 + y * 7) % 256));
const FAINT = draw(WIDTH, HEIGHT, (x, y) => (x * 5 + y * 3) % 29);

async function decide(
  masks: readonly GrayImage[],
  { role = 'truth' as MaskRole, wanted }: { role?: MaskRole; wanted?: MaskValues } = {},
): Promise<ValuesDecision> {
  const folder = await tempFolder();
  const survey = createSurvey({ role, field: 'values', wanted });
  for (const [i, mask] of masks.entries()) {
    const path = join(folder, `${i}.png`);
    await writeMask(path, mask);
    survey.add(String(i), path, await readMaskFacts(path));
  }
  return survey.decide();
}

const told = (decision: ValuesDecision): string =>
  decision.kind === 'refused' ? decision.message : (readingText(decision.decided.reading) ?? 'opacity');

describe('what the values of a dataset mean', () => {
  it.each([
    ['plain masks', [PLAIN, BLANK, areas(255)], 'opacity'],
    ['soft alpha', [SOFT, SOFT, PLAIN], 'opacity'],
    ['masks of 0 and 1, some of them empty', [UNIT, BLANK, areas(1)], 'nonzero'],
    ['nothing at all', [BLANK], 'opacity'],
    ['soft alpha with a glass plate', [SOFT, SOFT, SOFT, areas(0, 128, 255)], 'opacity'],
    ['soft alpha with smoke', [SOFT, SOFT, SOFT, FAINT], 'opacity'],
  ])('is found for %s', async (_name, masks, reading) => {
    expect(told(await decide(masks))).toBe(reading);
  });

  it.each([
    [
      '0 and 1 among 0 and 255',
      [PLAIN, PLAIN, UNIT],
      /only 0 and 1, while others do not \(0, 1\); 1 of 3 examined/,
    ],
    [
      '0 and 255 among 0 and 1',
      [UNIT, UNIT, PLAIN],
      /only 0 and 1, while others do not \(0, 1\); 2 of 3 examined/,
    ],
    ['labels among plain masks', [PLAIN, PLAIN, PLAIN, areas(0, 3, 7)], /labels \(0, 3, 7\)/],
    ['a trimap among plain masks', [PLAIN, PLAIN, areas(0, 128, 255)], /trimap/],
    ['labels among soft alpha', [SOFT, SOFT, SOFT, areas(0, 1, 2)], /labels \(0, 1, 2\)/],
    ['faint masks alone', [FAINT, FAINT], /never reaches 255/],
    ['one value everywhere', [areas(90), PLAIN], /one value everywhere/],
  ])('is refused for %s', async (_name, masks, message) => {
    expect(told(await decide(masks))).toMatch(message);
  });

  it('is an answer for predictions that are empty, faint or the same everywhere', async () => {
    const role = 'prediction';
    for (const masks of [
      [BLANK],
      [areas(26)],
      [areas(1)],
      [FAINT],
      [areas(127), PLAIN],
      [UNIT, FAINT, FAINT],
      [UNIT, SOFT, PLAIN],
    ]) {
      expect(told(await decide(masks, { role }))).toBe('opacity');
    }
    expect(told(await decide([UNIT, UNIT, BLANK], { role }))).toBe('nonzero');
    expect(told(await decide([areas(0, 1, 2), BLANK], { role }))).toMatch(/labels/);
    const others = /only 0 and 1, while others do not \(0, 1\)/;
    expect(told(await decide([UNIT, UNIT, PLAIN], { role }))).toMatch(others);
    expect(told(await decide([UNIT, PLAIN, PLAIN, BLANK], { role }))).toMatch(others);
    expect(told(await decide([PLAIN, PLAIN, areas(0, 2)], { role }))).toMatch(/labels \(0, 2\)/);
    expect(told(await decide([areas(1), PLAIN, PLAIN], { role }))).toBe('opacity');
  });

  it('is taken from the user, with a word about trimaps and refusals where it cannot be', async () => {
    const trimap = areas(0, 128, 255);
    const decision = await decide([trimap], { wanted: 'opacity' });
    expect(decision).toMatchObject({
      kind: 'chosen',
      remarks: ['1 of 1 masks looked at are trimaps, whose middle counts as half opaque'],
    });
    expect(told(await decide([trimap], { wanted: { as: 'opacity', ignore: [128] } }))).toBe(
      'opacity,ignore(128)',
    );
    expect(told(await decide([areas(0, 2)], { wanted: { labels: [2], channel: 'index' } }))).toBe(
      'labels(2),index',
    );
    expect(await decide([PLAIN, BLANK], { wanted: { labels: [5] } })).toMatchObject({
      remarks: ['none of 2 masks has foreground, read as labels(5)'],
    });
    expect(told(await decide([PLAIN], { wanted: { threshold: 300 } }))).toMatch(
      /values up to 255, never 300/,
    );
    expect(told(await decide([PLAIN], { wanted: { channel: 'alpha' } }))).toMatch(/no alpha channel/);
  });

  it('depends neither on the order of the masks nor on how many there are besides those looked at', async () => {
    const masks = [PLAIN, BLANK, SOFT, SOFT];
    const forwards = await decide(masks);
    expect(forwards).toMatchObject({
      decided: {
        evidence: { encodings: { 'PNG, grey of 8 bits': 4 }, looked: { blank: 1, plain: 1, soft: 2 } },
      },
    });
    expect(await decide([...masks].reverse())).toEqual(forwards);
  });
});
