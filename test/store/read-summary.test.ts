import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeError } from '../../src/core/errors.js';
import { readSummary } from '../../src/store/read-summary.js';
import { runFolder } from '../../src/store/run-folder.js';
import { SUMMARY } from '../reports/fixed-summary.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

async function reading(text: string): Promise<string> {
  const folder = await tempFolder();
  await writeFile(join(folder, 'summary.json'), text);
  return readSummary(runFolder(folder)).then(
    () => 'read',
    (error: unknown) => describeError(error).replaceAll(folder, 'run'),
  );
}

describe('reading a summary', () => {
  it('gives it as it was written', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'summary.json'), JSON.stringify(SUMMARY));
    expect(await readSummary(runFolder(folder))).toEqual(JSON.parse(JSON.stringify(SUMMARY)));
  });

  it('says where a damaged one is not as it should be', async () => {
    const [first, ...others] = SUMMARY.accuracy;
    const accuracy = [{ ...first, metrics: { iou: { mean: '0.9', n: 3, undefined: 0 } } }, ...others];
    expect(await reading(JSON.stringify({ ...SUMMARY, accuracy }))).toBe(
      'run/summary.json: accuracy.0.metrics.iou.mean: must be a number, not "0.9"; make it again with "maskbench resume run"',
    );
    expect(await reading(JSON.stringify(SUMMARY).slice(0, 900))).toMatch(
      /^run\/summary.json: not JSON; make it/,
    );
    expect(await reading(JSON.stringify({ ...SUMMARY, timing: undefined }))).toMatch(
      /^run\/summary.json: timing: /,
    );
  });

  it('refuses one of a later version before anything else, and says when there is none', async () => {
    expect(await reading('{"schemaVersion": 9}')).toBe(
      'run/summary.json: schemaVersion 9 was written by a later Maskbench; this one reads version 1',
    );
    expect(await reading('[]')).toMatch(/^run\/summary.json: must be keys with values, not an empty list/);
    const folder = await tempFolder();
    await expect(readSummary(runFolder(folder))).rejects.toThrow('no run in this folder');
    await writeFile(join(folder, 'manifest.json'), '');
    await expect(readSummary(runFolder(folder))).rejects.toThrow('no finished run in this folder');
  });
});
