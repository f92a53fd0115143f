import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { packCounts } from '../../src/scoring/class-counts.js';
import { scoreKey } from '../../src/store/cell-key.js';
import { openJsonl } from '../../src/core/jsonl.js';
import type { PlannedSample } from '../../src/schema/planned-sample.js';
import type { ScoreRecord } from '../../src/store/records.js';
import { runFolder, type RunFolder } from '../../src/store/run-folder.js';
import * as pipeline from '../../src/pipeline/summarise.js';
import { openCells } from '../../src/store/cells.js';
import { readCurves, writeCurves, type CurvesOfCells } from '../../src/store/curves.js';
import type { RunSettings } from '../../src/store/manifest.js';
import { countsByClass } from '../../src/metrics/joint-histogram.js';
import { signaturesOf } from '../../src/metrics/signature.js';
import { gray, pairOf } from '../metrics/arbitrary-masks.js';
import { paperDataset, paperSettings, paperModel } from '../support/run-settings.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();
const settings = paperSettings({ models: [paperModel('a')], datasets: [paperDataset('d')] });
const signatures = signaturesOf(['fixed'], settings.scoring);

const sample = (id: string): PlannedSample => ({
  kind: 'sample',
  dataset: 'd',
  id,
  imagePath: '',
  truthPath: '',
  imageSha256: '',
  truthSha256: `truth-${id}`,
  width: 1,
  height: 1,
  attributes: {},
  cells: { a: `a-${id}` },
});

/** A score of a prediction of one bright pixel of the value given, where the ground truth has it too. */
function score(id: string, value: number): ScoreRecord {
  const pair = pairOf({ prediction: gray([[value, 0]]), truth: gray([[255, 0]]) });
  const key = scoreKey(`a-${id}`, `truth-${id}`, signatures);
  const histogram = packCounts(pair.get(countsByClass));
  return { key, model: 'a', dataset: 'd', id, status: 'done', metrics: {}, histogram };
}

async function folderOf(plan: readonly PlannedSample[], scores: readonly ScoreRecord[]): Promise<RunFolder> {
  const folder = runFolder(await tempFolder());
  for (const [path, records] of [
    [folder.plan, plan],
    [folder.scores, scores],
  ] as const) {
    const writer = await openJsonl(path);
    for (const record of records) await writer.append(record);
    await writer.close();
  }
  return folder;
}

async function summariseCurves(folder: RunFolder, of: RunSettings): Promise<readonly CurvesOfCells[]> {
  return pipeline.summariseCurves(await openCells(folder, of), of);
}

describe('the curves of a run', () => {
  it('are means over the planned cells, with the best threshold and what the one in use costs', async () => {
    const folder = await folderOf([sample('1'), sample('2')], [score('2', 200), score('1', 100)]);
    const [curves] = await summariseCurves(folder, settings);
    expect(curves).toMatchObject({ model: 'a', dataset: 'd', protocol: 'fixed', images: 2 });
    expect(curves.signature).toContain('agg:mean');
    expect([100, 101, 200, 201].map((threshold) => curves.curves.iou?.[threshold])).toEqual([1, 0.5, 0.5, 0]);
    expect(pipeline.thresholdRows([curves])).toEqual([
      {
        model: 'a',
        dataset: 'd',
        images: 2,
        cost: 0.5,
        used: { threshold: 128, iou: 0.5 },
        best: { threshold: 100, iou: 1 },
      },
    ]);
  });

  it('count a cell once, and none that is not planned or failed', async () => {
    const failed: ScoreRecord = {
      key: scoreKey('a-2', 'truth-2', signatures),
      model: 'a',
      dataset: 'd',
      id: '2',
      status: 'failed',
      failure: { code: 'data.missing', message: 'gone' },
    };
    const folder = await folderOf(
      [sample('1'), sample('2')],
      [score('1', 100), score('1', 100), score('unplanned', 9), failed],
    );
    expect(await summariseCurves(folder, settings)).toMatchObject([{ images: 1 }]);
  });

  it('are none of matting, and none where nothing is scored', async () => {
    const folder = await folderOf([sample('1')], []);
    expect(await summariseCurves(folder, settings)).toEqual([]);
    const scoring = { ...settings.scoring, protocols: ['matting' as const] };
    expect(await summariseCurves(folder, { ...settings, scoring })).toEqual([]);
  });

  it('stand in a file of one line a curve set', async () => {
    const folder = await folderOf([sample('1')], [score('1', 100)]);
    const curves = await summariseCurves(folder, settings);
    await writeCurves(folder, curves);
    const text = await readFile(folder.curves, 'utf8');
    expect(text.trimEnd().split('\n')).toHaveLength(3);
    expect(JSON.parse(text)).toEqual({ schemaVersion: 1, curves: JSON.parse(JSON.stringify(curves)) });
    expect(await readCurves(folder)).toMatchObject([{ model: 'a', images: 1, curves: curves[0]?.curves }]);
  });
});
