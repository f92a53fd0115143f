import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readChecked } from '../../../src/datasets/values/read-checked.js';
import { createSurvey } from '../../../src/datasets/values/survey.js';
import type { ValuesDecision } from '../../../src/datasets/values/decide-values.js';
import { factsOfValues } from '../../../src/image/value-facts.js';
import { readMaskFacts } from '../../../src/datasets/file-reader.js';
import type { MaskValues } from '../../../src/schema/mask-values.js';
import { useTempFolders } from '../../support/temp-folder.js';
import { readingText } from '../../../src/schema/mask-reading.js';
import { writeTiff } from '../../image/write-tiff.js';
import { DISC, ENCODINGS, HEIGHT, WIDTH } from './disc.js';

const tempFolder = useTempFolders();

async function decide(path: string, wanted?: MaskValues): Promise<ValuesDecision> {
  const survey = createSurvey({ role: 'truth', field: 'truths.values', wanted });
  survey.add('disc', path, await readMaskFacts(path));
  return survey.decide();
}

/** IoU with the disc over the pixels that count. */
async function iouOf(path: string, decision: ValuesDecision): Promise<number | string> {
  if (decision.kind === 'refused') return `${decision.message}; ${decision.remedy}`;
  const { reading } = decision.decided;
  const { data, ignore } = await readChecked(path, { reading, role: 'truth', field: 'truths.values' });
  let [both, either] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    if (ignore?.[i] === 1) continue;
    const [a, b] = [data[i] >= 128, DISC[i] >= 128];
    if (a && b) both++;
    if (a || b) either++;
  }
  return both / either;
}

describe('one disc, however it is stored', () => {
  it('is stored in more ways than people report', () => {
    expect(ENCODINGS.length).toBeGreaterThanOrEqual(46);
    expect(new Set(ENCODINGS.map(({ name }) => name)).size).toBe(ENCODINGS.length);
  });

  it.each(ENCODINGS)('$name is right, or refused by name', async (encoding) => {
    const path = join(await tempFolder(), `disc.${encoding.extension}`);
    await encoding.write(path);
    const found = await iouOf(path, await decide(path));
    if (encoding.refused === undefined) expect(found).toBe(1);
    else {
      expect(found).toMatch(encoding.refused);
      expect(found).toMatch(/say what its values mean, e\.g\. truths\.values: /);
    }
  });

  it.each(ENCODINGS.flatMap((of) => (of.rightAs ?? []).map((wanted) => ({ ...of, wanted }))))(
    '$name is right as $wanted',
    async ({ extension, write, wanted }) => {
      const path = join(await tempFolder(), `disc.${extension}`);
      await write(path);
      expect(await iouOf(path, await decide(path, wanted))).toBe(1);
    },
  );
});

describe('numbers that libvips would cut', () => {
  it.each([
    ['half-precision numbers', 3, 0x3c00],
    ['numbers below 0', 2, 0xffff],
  ] as const)('%s are refused', async (what, format, number) => {
    const path = join(await tempFolder(), 'disc.tif');
    const data = new Uint8Array(Uint16Array.from(DISC, (value) => (value > 0 ? number : 0)).buffer);
    await writeTiff(path, { width: WIDTH, height: HEIGHT, bits: 16, format, data });
    const reading = { as: 'opacity', channel: 'grey' } as const;
    await expect(readChecked(path, { reading, role: 'truth', field: 'truths.values' })).rejects.toMatchObject(
      {
        code: 'data.unreadable',
        message: expect.stringContaining(what) as string,
      },
    );
  });
});

describe('whole numbers past 65,535', () => {
  it('stand in areas like any others', () => {
    const plane = Float32Array.from(DISC, (value) => (value > 0 ? 100_000 : 0));
    expect(factsOfValues(plane, WIDTH, 2 ** 31 - 1).kind).toBe('labels');
  });
});

describe('a signature', () => {
  it('says which channel the user named', () => {
    expect(readingText({ as: 'opacity', channel: 'alpha' })).toBe('opacity,alpha');
    expect(readingText({ as: 'opacity', channel: 'grey' })).toBeUndefined();
  });
});
