import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Verification } from '../../../src/analysis/verify/verify-model.js';
import { cli, IS_BUILT } from '../../support/cli.js';
import { COLOUR_SPEC, writeColourDataset, writeColourModel } from '../../support/colour-model.js';
import { useTempFolders } from '../../support/temp-folder.js';

const tempFolder = useTempFolders();
const EXPECTED = { dataset: 'colours', iou: 1, tolerance: 0.02 };

let folder: string;

async function verify(changes: { input?: object; output?: object; expected?: object }): Promise<{
  status: number | null;
  found: Verification;
}> {
  const spec = {
    ...COLOUR_SPEC,
    input: { ...COLOUR_SPEC.input, ...changes.input },
    output: { ...COLOUR_SPEC.output, ...changes.output },
    expected: changes.expected ?? EXPECTED,
  };
  await writeFile(join(folder, 'colour.yaml'), JSON.stringify(spec));
  const { status, out } = await cli(
    ['models', 'verify', './colour.yaml', '--score', '--dataset', './colours.yaml', '--json'],
    folder,
  );
  return { status, found: JSON.parse(out) as Verification };
}

describe.skipIf(!IS_BUILT)('maskbench models verify --score (skipped unless dist/ is built)', () => {
  beforeEach(async () => {
    folder = await tempFolder();
    await writeColourModel(folder);
    await writeColourDataset(folder, 3);
  });

  it('passes a model that scores as its spec records', async () => {
    const { status, found } = await verify({});
    expect(status).toBe(0);
    expect(found).toMatchObject({
      verdict: 'as recorded',
      images: 3,
      failed: 0,
      hints: [],
      alternatives: [],
    });
    expect(found.iou).toBeGreaterThan(0.98);
  });

  it.each([
    [
      'mean and std forgotten',
      { input: { mean: [0, 0, 0], std: [1, 1, 1] } },
      'mean and std are missing',
      /ImageNet/,
    ],
    ['another mean', { input: { mean: [0.5, 0.5, 0.5], std: [1, 1, 1], divideBy: 1 } }, undefined, undefined],
    ['channels swapped', { input: { channels: 'bgr' } }, 'the channels are swapped', /channels: rgb/],
    [
      'pixels not scaled',
      { input: { divideBy: 1 } },
      'pixels are scaled wrongly',
      /divideBy: (255|image-max)/,
    ],
  ])('catches %s and names the mistake', async (_name, changes, mistake, fix) => {
    const { status, found } = await verify(changes);
    expect(status).toBe(65);
    expect(found.verdict).toBe('differs');
    if (mistake === undefined) return;
    expect(found.alternatives[0]?.mistake).toBe(mistake);
    expect(found.alternatives[0]?.fix).toMatch(fix);
    expect(found.alternatives[0]?.iou).toBeGreaterThan(0.98);
  });

  it('catches logits taken as probabilities by their range, though the masks are right', async () => {
    const { status, found } = await verify({ output: { activation: 'none' } });
    expect(status).toBe(65);
    expect(found.verdict).toBe('as recorded');
    expect(found.hints[0]).toMatch(/they look like logits, not 0\.\.1/);
    expect(found.alternatives.map(({ mistake }) => mistake)).toContain('logits are taken as probabilities');
  });

  it('catches an output that is divided and should not be, though the masks are right', async () => {
    const { status, found } = await verify({ output: { divideBy: 255 } });
    expect([status, found.verdict]).toEqual([65, 'as recorded']);
    expect(found.hints[0]).toMatch(/^the raw values go from .*likely/);
    expect(found.alternatives).toContainEqual(
      expect.objectContaining({
        mistake: 'probabilities are taken as levels',
        fix: 'output.divideBy: 1',
        failed: 0,
        constant: 0,
      }),
    );
  });

  it('says what to record where no score is recorded, and passes with that in the spec', async () => {
    const spec = join(folder, 'colour.yaml');
    await writeFile(spec, JSON.stringify(COLOUR_SPEC));
    const argv = ['models', 'verify', './colour.yaml', '--score', '--dataset', './colours.yaml'];
    const { status, out } = await cli(argv, folder);
    expect(status).toBe(0);
    const [, expected] = /record it in the spec: expected: (\{.*\})/.exec(out) ?? [];
    await writeFile(spec, JSON.stringify({ ...COLOUR_SPEC, expected: parse(expected ?? '') as unknown }));
    const again = await cli(argv, folder);
    expect(again.out).toMatch(/: as recorded \(\d\.\d{4}, \d\.\d{4}\)\n$/);
    expect(again.status).toBe(0);
  });

  it('sees by the mean absolute error what the masks hide', async () => {
    const { found } = await verify({
      output: { rescale: 'min-max' },
      expected: { ...EXPECTED, iou: 1, mae: 0.5 },
    });
    expect(found).toMatchObject({ verdict: 'differs', expected: { iou: 1, mae: 0.5 } });
  });

  it('says in words what it found', async () => {
    await writeFile(
      join(folder, 'colour.yaml'),
      JSON.stringify({
        ...COLOUR_SPEC,
        input: { ...COLOUR_SPEC.input, channels: 'bgr' },
        expected: EXPECTED,
      }),
    );
    const { out } = await cli(
      ['models', 'verify', './colour.yaml', '--score', '--dataset', './colours.yaml'],
      folder,
    );
    expect(out).toMatch(/^colour on colours: IoU 0\.0000, .* over 3 images: differs \(1\.0000\)/);
    expect(out).toMatch(/likely: the channels are swapped; with channels: rgb the IoU is/);
  });
});
