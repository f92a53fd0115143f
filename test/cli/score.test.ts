import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IS_BUILT, startCli } from '../support/cli.js';
import { draw } from '../support/drawn-mattes.js';
import {
  NOTHING,
  SQUARE,
  WIDER,
  writeCutOut,
  writeMask,
  writeMask16,
  writeMasks,
} from '../support/mask-files.js';
import { jsonOf, score } from '../support/score-json.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

describe.skipIf(!IS_BUILT)('maskbench score', () => {
  async function folders(): Promise<string> {
    const folder = await tempFolder();
    await writeMasks(folder, {
      'pred/a.png': WIDER,
      'pred/b.png': SQUARE,
      'gt/a.png': SQUARE,
      'gt/b.png': SQUARE,
    });
    return folder;
  }
  const BASIC = ['--pred', 'pred', '--gt', 'gt'];

  it('prints mean, interval, pooled score, signature and the best threshold', async () => {
    const { out, err, status } = await score(await folders(), ...BASIC);
    expect(status).toBe(0);
    expect(out).toMatch(/^pred on gt: 2 of 2 images scored$/m);
    expect(out).toMatch(/^iou +0\.9000 +\d\.\d{4} \.\. 1\.0000~ +2 +0\.8889$/m);
    expect(out).toContain('Signature: fixed|t:128|empty:one|boundary:0.02|agg:mean|v:1');
    expect(out).toContain('Best single threshold: 128, mean IoU 0.9000; 128 costs 0.0000.');
    expect(err).toMatch(/^score masks: 2 to do\nscore masks: 2\/2/);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('has its figures in columns, whatever the length of a metric\u2019s id, in 80 columns', async () => {
    const { out } = await score(await folders(), ...BASIC, '--protocol', 'fixed,sod,matting', '--per-image');
    const rows = out
      .split('\n')
      .filter((line) => /^(mae|sod\.wf|sod\.mean_specificity|matting\.mae_opaque) /.test(line));
    expect(rows).toHaveLength(4);
    expect(new Set(rows.map((line) => line.indexOf(' .. '))).size).toBe(1);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('prints JSON of signature, images, summary and failures', async () => {
    const { images, summary, signature } = jsonOf(await score(await folders(), ...BASIC, '--json'));
    expect(signature).toEqual({ fixed: 'fixed|t:128|empty:one|boundary:0.02|v:1' });
    expect(images[0]).toMatchObject({ id: 'a', metrics: { iou: 0.8 } });
    expect(summary['iou']).toMatchObject({ mean: 0.9, n: 2, undefined: 0, pooled: 24 / 27 });
    expect(summary['iou']).toHaveProperty('interval', [expect.any(Number), 1]);
  });

  it('has no interval of a single image, and says why', async () => {
    const folder = await folders();
    for (const side of ['pred', 'gt']) await rm(join(folder, side, 'b.png'));
    expect(jsonOf(await score(folder, ...BASIC, '--json')).summary['iou']).toMatchObject({
      mean: 0.8,
      interval: { undefined: 'one image shows no spread' },
    });
  });

  it('prints CSV of the summary or of every image', async () => {
    const folder = await folders();
    await writeMask(join(folder, 'gt/=c.png'), SQUARE);
    const summary = await score(folder, ...BASIC, '--format', 'csv');
    expect(summary.out.split('\r\n')[1]).toMatch(
      /^iou,0\.9,\d[\d.]*,1,2,0,1,0\.888.*,fixed\|.*agg:mean.*,fixed\|.*agg:pooled/,
    );
    expect(summary.out).toMatch(/^mae,.*agg:mean\|v:1,$/m);
    const images = await score(folder, ...BASIC, '--format', 'csv', '--per-image');
    expect(images.status).toBe(3);
    const lines = images.out.trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^id,status,iou,dice,/);
    expect(lines[1]).toMatch(/^'=c,failed,,/);
    expect(lines[2]).toMatch(/^a,done,0\.8,/);
  });

  it('prints the scores of every image above the table where that is asked for', async () => {
    const { out } = await score(await folders(), ...BASIC, '--per-image', '--method', 'rembg');
    expect(out).toMatch(/^a +0\.8000 +0\.8889/m);
    expect(out).toMatch(/^rembg on gt: 2 of 2/m);
  });

  it('keeps to threshold and convention, in the signature too', async () => {
    const folder = await tempFolder();
    await writeMasks(folder, {
      'pred/a.png': draw(2, 1, () => 100),
      'gt/a.png': draw(2, 1, () => 255),
      'pred/b.png': NOTHING,
      'gt/b.png': NOTHING,
    });
    const argv = [...BASIC, '--threshold', '100', '--empty', 'skip', '--json'];
    const { images, signature } = jsonOf(await score(folder, ...argv));
    expect(signature['fixed']).toBe('fixed|t:100|empty:skip|boundary:0.02|v:1');
    expect(images).toMatchObject([
      { metrics: { iou: 1 } },
      { metrics: { iou: { undefined: 'both masks are empty' } } },
    ]);
  });

  it('fails missing predictions, names extra ones, and exits with 3', async () => {
    const folder = await folders();
    await writeMasks(folder, { 'gt/c.png': SQUARE, 'pred/d.png': SQUARE });
    const { err, out, status } = await startCli(['score', ...BASIC], folder).result;
    expect(status).toBe(3);
    expect(err).toMatch(/^warning: .*no ground truth in gt for a prediction of pred: "d"$/m);
    expect(err).toMatch(/^failed: c: .*: no prediction for "c"$/m);
    expect(out).toContain('2 of 3 images scored, 1 FAILED and left out of all figures');
    const { failures, warnings } = jsonOf(await score(folder, ...BASIC, '--json'));
    expect(failures).toMatchObject([{ id: 'c', code: 'data.missing' }]);
    expect(warnings).toHaveLength(1);
  });

  it('fails a prediction of another size in one line, and offers to resize it', async () => {
    const folder = await folders();
    await writeMask(
      join(folder, 'pred/a.png'),
      draw(4, 3, () => 255),
    );
    const refused = await score(folder, ...BASIC);
    expect(refused.status).toBe(3);
    expect(refused.err).toMatch(/^failed: a: .*a\.png: the prediction is 4 x 3, its ground truth 8 x 6; /m);
    expect(refused.err).toMatch(/^--resize resizes/m);
    const resized = await score(folder, ...BASIC, '--resize', '--json');
    expect(resized.status).toBe(0);
    expect(jsonOf(resized).signature['fixed']).toContain('resize:bilinear');
    expect(jsonOf(resized).images[0].metrics['iou']).toBe(0.25);
  });

  it('reads 16-bit masks by their high byte, and cut-outs by their alpha', async () => {
    const folder = await folders();
    await writeMask16(join(folder, 'pred/a.png'), WIDER);
    await writeMask16(join(folder, 'pred/b.png'), SQUARE);
    const { images } = jsonOf(await score(folder, ...BASIC, '--json'));
    expect(images).toMatchObject([{ metrics: { iou: 0.8 } }, { metrics: { iou: 1 } }]);
    await writeCutOut(join(folder, 'pred/a.png'), WIDER);
    const mixed = await score(folder, ...BASIC, '--json');
    expect(mixed).toMatchObject({ status: 65, out: '' });
    expect(mixed.err).toMatch(/b\.png: .*has no alpha channel, while others are cut-outs; .*--pred-values/);
    await writeCutOut(join(folder, 'pred/b.png'), SQUARE);
    const { images: cutOuts } = jsonOf(await score(folder, ...BASIC, '--json'));
    expect(cutOuts).toMatchObject([{ metrics: { iou: 0.8, mae: 3 / 48 } }, { metrics: { iou: 1, mae: 0 } }]);
  });

  it('fails what is no picture, and what links out of the folder, in one line each', async () => {
    const folder = await folders();
    await writeFile(join(folder, 'pred/a.png'), 'no picture');
    await rm(join(folder, 'pred/b.png'));
    await symlink(join(folder, 'gt/b.png'), join(folder, 'pred/b.png'));
    const { err, status } = await score(folder, ...BASIC);
    expect(status).toBe(3);
    expect(err).toMatch(/^failed: a: .*a\.png: not a readable image \(.*\)(; .*)?$/m);
    expect(err).toMatch(/^failed: b: .*b\.png: the link leaves/m);
  });

  it('scores BiRefNet\u2019s folders, methods side by side', async () => {
    const folder = await tempFolder();
    await writeMasks(folder, {
      'e_preds/A/DIS-VD/1.png': SQUARE,
      'e_preds/B/DIS-VD/1.png': WIDER,
      'data/DIS5K/DIS-VD/gt/1.png': SQUARE,
    });
    const argv = ['--layout', 'birefnet', '--pred', 'e_preds', '--gt', 'data'];
    const table = await score(folder, ...argv);
    expect(table.status).toBe(0);
    expect(table.out).toMatch(/^B +0\.8000/m);
    expect(table.out).toMatch(/^Only the main metrics have a column; --format csv and json have all/m);
    expect(table.out).toMatch(
      /^Best single thresholds:\n {2}A on DIS-VD: 128, mean IoU 1\.0000; 128 costs 0\.0000$/m,
    );
    for (const line of table.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const result = jsonOf(await score(folder, ...argv, '--json'));
    expect(result.images).toMatchObject([
      { method: 'A', dataset: 'DIS-VD', id: '1', metrics: { iou: 1 } },
      { method: 'B', dataset: 'DIS-VD', id: '1', metrics: { iou: 0.8 } },
    ]);
    expect(result.summary).toMatchObject({ B: { 'DIS-VD': { iou: { mean: 0.8 } } } });
    const narrowed = await score(folder, ...argv, '--method', 'B', '--explain', '1');
    expect(narrowed.out).toMatch(/^B on DIS-VD\/1$/m);
  });

  it('scores what PySODEvalToolkit\u2019s files name', async () => {
    const folder = await folders();
    const dataset = { mask: { path: 'gt', suffix: '.png' } };
    await writeFile(join(folder, 'datasets.json'), JSON.stringify({ D: dataset }));
    await writeFile(
      join(folder, 'methods.json'),
      JSON.stringify({ M: { D: { path: 'pred', suffix: '.png' } } }),
    );
    const argv = ['--layout', 'pysodevaltoolkit', '--datasets-json', 'datasets.json'];
    const { summary } = jsonOf(await score(folder, ...argv, '--methods-json', 'methods.json', '--json'));
    expect(summary).toMatchObject({ M: { D: { iou: { mean: 0.9 } } } });
    await writeFile(join(folder, 'broken.json'), '{ "M": {');
    const broken = await score(folder, ...argv, '--methods-json', 'broken.json');
    expect(broken.err).toMatch(/^maskbench: .*broken\.json:1:\d+: not valid JSON: .*\n$/);
    const missing = await score(folder, ...argv);
    expect(missing.err).toBe('maskbench: --methods-json is missing; name the file of methods with it\n');
  });
});
