import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AS_OPACITY } from '../../../src/datasets/values/read-checked.js';
import { describeValues, explainPair } from '../../../src/scoring/explain/explain.js';
import { explainImage } from '../../../src/scoring/explain/explain-plan.js';
import type { Explanation } from '../../../src/scoring/explain/explanation.js';
import { planPlainFolders } from '../../../src/scoring/folders/plain-layout.js';
import type { FolderScoring } from '../../../src/scoring/folders/score-folders.js';
import { ignoredPixels } from '../../../src/image/ignored-pixels.js';
import type { GrayImage } from '../../../src/image/raster.js';
import { DEFAULT_CONVENTIONS } from '../../../src/metrics/metric.js';
import { edgeCases } from '../../metrics/golden-cases.js';
import { draw } from '../../support/drawn-mattes.js';
import {
  NOTHING,
  SQUARE,
  WIDER,
  writeCutOut,
  writeMask,
  writeMask16,
  writeMasks,
} from '../../support/mask-files.js';
import { PLAIN_PAIR, PLAIN_READINGS } from '../../support/plain-readings.js';
import { useTempFolders } from '../../support/temp-folder.js';

const tempFolder = useTempFolders();
const ALL: FolderScoring = {
  protocols: ['fixed', 'sod', 'matting'],
  conventions: DEFAULT_CONVENTIONS,
  readings: PLAIN_READINGS,
  resize: false,
};

async function explain(
  prediction: GrayImage,
  truth: GrayImage,
  scoring: FolderScoring = ALL,
): Promise<Explanation> {
  const folder = await tempFolder();
  await writeMasks(folder, { 'p.png': prediction, 'g.png': truth });
  const files = { predictionPath: join(folder, 'p.png'), truthPath: join(folder, 'g.png') };
  return explainPair({ ...files, ...PLAIN_PAIR }, scoring);
}

function textOf({ files, protocols }: Explanation): string {
  const steps = [...files, ...protocols.flatMap((of) => of.steps)];
  return steps.map(({ label, text }) => `${label}: ${text}`).join('\n');
}

describe('the explanation of an image\u2019s scores', () => {
  it('puts the counts into the formulas', async () => {
    const text = textOf(await explain(WIDER, SQUARE));
    expect(text).toContain('counts: TP 12  FP 3  FN 0  TN 33');
    expect(text).toContain('IoU: TP / (TP + FP + FN) = 12 / (12 + 3 + 0) = 0.800000');
    expect(text).toContain('Dice: 2 TP / (2 TP + FP + FN) = 24 / (24 + 3 + 0) = 0.888889');
    expect(text).toContain('pixel accuracy: (TP + TN) / all = (12 + 33) / 48 = 0.937500');
    expect(text).toContain('specificity: TN / (TN + FP) = 33 / (33 + 3) = 0.916667');
    expect(text).toContain('BER: 1 - (recall + specificity) / 2 = 1 - (12 / 12 + 33 / 36) / 2 = 0.0416667');
    expect(text).toContain('kappa: (po - pe) / (1 - pe) = (0.937500 - 0.593750) / (1 - 0.593750) = 0.846154');
    expect(text).toContain('SAD: sum / 255 / 1000 = 0.003');
  });

  it('shows the stretch and the values that the thresholds come down to', async () => {
    const faint = draw(8, 6, (x, y) => (x < 4 && y < 3 ? 61 : 10));
    const text = textOf(await explain(faint, SQUARE));
    expect(text).toContain('values 10..61, 2 of them distinct');
    expect(text).toContain('stretch: p = (value - 10) / (61 - 10)');
    expect(text).toContain('adaptive: p >= min(2 x mean of p, 1) = 0.500000: values >= 36');
    expect(text).toContain('binary: p > 0.5: values >= 36');
    expect(text).toMatch(/S: 0\.5 x object \+ 0\.5 x region = .* = 1/);
    expect(text).toContain('HCE: FP points 0 + FP regions 0 + FN points 0 + FN regions 0 = 0');
  });

  it('has for every protocol its signature and all of its values', async () => {
    const { protocols } = await explain(WIDER, SQUARE);
    expect(protocols.map(({ signature }) => signature.split('|')[0])).toEqual(['fixed', 'sod', 'matting']);
    expect(protocols[1].metrics).toHaveProperty(['sod.hce']);
  });

  it('says what two empty masks count as, and why a value is missing', async () => {
    const empty = textOf(await explain(NOTHING, NOTHING));
    expect(empty).toContain('both masks are empty, which counts as perfect (empty:one)');
    expect(empty).toContain('= 0 / (0 + 0 + 0) which counts as 1');
    expect(empty).toContain('S: ground truth empty: 1 - mean of p = 1');
    expect(empty).toContain('weighted F: ground truth empty: 0');
    const missed = textOf(await explain(NOTHING, SQUARE));
    expect(missed).toContain('which counts as undefined (the prediction is empty)');
    expect(missed).toContain('the prediction is 0 everywhere and left as it is');
    expect(
      textOf(
        await explain(
          SQUARE,
          draw(8, 6, () => 255),
        ),
      ),
    ).toContain('S: ground truth full');
    expect(
      textOf(
        await explain(
          draw(1, 1, () => 9),
          draw(1, 1, () => 255),
        ),
      ),
    ).toContain('E: undefined');
  });

  it('says how a file is read: high bytes, alpha, 0 and 1', async () => {
    const folder = await tempFolder();
    const [prediction, truth] = [join(folder, 'p.png'), join(folder, 'g.png')];
    await writeMask16(prediction, WIDER);
    await writeMask(
      truth,
      draw(8, 6, (x, y) => (x < 4 && y < 3 ? 1 : 0)),
    );
    const truthReading = { ...AS_OPACITY, reading: { as: 'nonzero', channel: 'grey' } } as const;
    const files = { predictionPath: prediction, truthPath: truth, ...PLAIN_PAIR, truthReading };
    const wide = textOf(await explainPair(files, ALL));
    expect(wide).toContain('PNG, 8 x 6, 16 bit grey; of each value the high 8 bits are read');
    expect(wide).toContain('8 bit grey; read as nonzero');
    expect(wide).toContain('12 / (12 + 3 + 0)');
    await writeCutOut(prediction, WIDER);
    const cut = { ...AS_OPACITY, reading: { as: 'opacity', channel: 'cutout' } } as const;
    const cutOut = textOf(await explainPair({ ...files, predictionReading: cut }, ALL));
    expect(cutOut).toContain('8 bit colour with alpha; alpha is the matte');
    expect(cutOut).toContain('12 / (12 + 3 + 0)');
  });

  it('says that a prediction was resized, also in the signature', async () => {
    const small = draw(4, 3, () => 255);
    await expect(explain(small, SQUARE)).rejects.toMatchObject({ code: 'data.size-mismatch' });
    const explanation = await explain(small, SQUARE, { ...ALL, resize: true });
    expect(textOf(explanation)).toContain('resized to 8 x 6');
    for (const { signature } of explanation.protocols) expect(signature).toContain('|resize:bilinear|');
  });

  it('says how many pixels are ignored, and describes the values of the others', () => {
    const ignored = ignoredPixels({ ...WIDER, ignore: WIDER.data.map((_, i) => (i % 8 === 3 ? 1 : 0)) });
    const soft = draw(8, 6, (x) => (x === 3 ? 77 : x));
    expect(describeValues(soft, ignored).map(({ text }) => text)).toEqual([
      '6 pixels (12.5 %) are ignored and count nowhere; of the others:',
      'values 0..7, 7 of them distinct; 36 pixels (85.7 %) strictly between 0 and 255',
    ]);
    expect(describeValues(soft, undefined)).toHaveLength(1);
  });

  it('never shows NaN, whatever the masks are', async () => {
    for (const { load } of edgeCases) {
      const { prediction, truth } = await load();
      expect(textOf(await explain(prediction, truth))).not.toMatch(/NaN|Infinity/);
    }
  });
});

describe('the image to explain', () => {
  async function plan() {
    const folder = await tempFolder();
    await writeMasks(folder, {
      'pred/cat.png': SQUARE,
      'gt/cat.png': SQUARE,
      'gt/dog.png': SQUARE,
    });
    return planPlainFolders({ predictions: join(folder, 'pred'), truths: join(folder, 'gt') });
  }

  it('is named by its id or by its file', async () => {
    for (const name of ['cat', 'cat.png']) {
      expect(await explainImage(await plan(), ALL, name)).toMatchObject([{ id: 'cat', method: 'pred' }]);
    }
  });

  it('is suggested where the name is misspelled, and has to have a prediction', async () => {
    await expect(explainImage(await plan(), ALL, 'cta')).rejects.toMatchObject({
      code: 'config.unknown-name',
      remedy: 'did you mean "cat"?',
    });
    await expect(explainImage(await plan(), ALL, 'dog')).rejects.toMatchObject({
      message: 'no prediction for "dog"',
    });
  });
});
