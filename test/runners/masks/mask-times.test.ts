import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMaskTimes, type MaskTimes } from '../../../src/runners/masks/mask-times.js';
import { useTempFolders } from '../../support/temp-folder.js';

const tempFolder = useTempFolders();

async function times(text: string): Promise<MaskTimes['of']> {
  const path = join(await tempFolder(), 'times.csv');
  await writeFile(path, text);
  return (await readMaskTimes(path)).of;
}

describe('the times that came along with masks', () => {
  it('are found by id, or by dataset and id', async () => {
    const byId = await times('id,ms\na,12.5\n"b, c",7\r\n\n');
    expect(byId({ dataset: 'x', id: 'a' })).toBe(12.5);
    expect(byId({ dataset: 'x', id: 'b, c' })).toBe(7);
    expect(byId({ dataset: 'x', id: 'd' })).toBeUndefined();
    const both = await times('MS, Dataset ,id\n5,humans,a\n6,dis5k,a\n');
    expect(both({ dataset: 'dis5k', id: 'a' })).toBe(6);
    expect(both({ dataset: 'other', id: 'a' })).toBeUndefined();
  });

  it.each([
    ['a header without ms', 'id,seconds\na,1\n', 'no column "ms"; its columns are "id", "seconds"', ':1'],
    ['a time that is none', 'id,ms\na,1\nb,fast\n', '"fast" is not a time in milliseconds', ':3'],
    ['a time before it started', 'id,ms\na,-1\n', '"-1" is not a time in milliseconds', ':2'],
    ['a time that is not decimal', 'id,ms\na,0x10\n', '"0x10" is not a time in milliseconds', ':2'],
    [
      'columns that differ in case alone',
      'id,Ms,ms\na,1,2\n',
      'the columns "Ms" and "ms" are the same',
      ':1',
    ],
    ['a column twice', 'id,ms,ms\na,1,2\n', 'the column "ms" appears twice', ':1'],
    ['a line that is too short', 'id,ms\na\n', '1 field where the header has 2', ':2'],
    ['a time that is not there', 'id,ms\na,\n', '"" is not a time in milliseconds', ':2'],
  ])('are refused for %s, by file and line', async (_name, text, message, line) => {
    await expect(times(text)).rejects.toMatchObject({
      code: 'data.unreadable',
      message,
      where: expect.stringMatching(new RegExp(`times\\.csv${line}$`)) as unknown,
    });
  });

  it.each([
    ['id,ms\na,1\n\nb,2\na,1\n', '"a" has a time in line 2 already', ':5'],
    ['dataset,id,ms\nx,a,1\ny,a,1\nx,a,3\n', '"a" has a time in line 2 already', ':4'],
  ])('are refused where one id has two: %j', async (text, message, line) => {
    const where = expect.stringMatching(new RegExp(`times\\.csv${line}$`)) as unknown;
    await expect(times(text)).rejects.toMatchObject({ code: 'data.duplicate', message, where });
  });

  it('are refused where the file is missing', async () => {
    await expect(readMaskTimes('/none.csv')).rejects.toMatchObject({
      code: 'data.missing',
      where: '/none.csv',
    });
  });
});
