import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openJsonl, readJsonl } from '../../src/core/jsonl.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

async function read(path: string): Promise<unknown[]> {
  const records: unknown[] = [];
  for await (const record of readJsonl(path, z.json())) records.push(record);
  return records;
}

async function append(path: string, ...records: readonly unknown[]): Promise<void> {
  const writer = await openJsonl(path);
  for (const record of records) await writer.append(record);
  await writer.close();
}

/** Without their sums, which records that were appended have, and other JSON has not. */
async function readBare(path: string): Promise<readonly unknown[]> {
  return (await read(path)).map((record) =>
    typeof record === 'object' && record !== null && Object.keys(record).at(-1) === 'sum'
      ? Object.fromEntries(Object.entries(record).slice(0, -1))
      : record,
  );
}

describe('a file of JSON lines', () => {
  it('gives back what was appended, in order, over several openings', async () => {
    const path = join(await tempFolder(), 'a.jsonl');
    await append(path, { id: 1 }, { id: 'zwei\n"' });
    await append(path, [3]);
    expect(await readBare(path)).toEqual([{ id: 1 }, { id: 'zwei\n"' }, [3]]);
  });

  it('is empty when it does not exist', async () => {
    expect(await read(join(await tempFolder(), 'none.jsonl'))).toEqual([]);
  });

  it('keeps every line before one that a killed process left torn, wherever it was cut', async () => {
    const path = join(await tempFolder(), 'a.jsonl');
    const records = [{ id: 'ä€👩' }, { id: 'b'.repeat(80) }, { id: 'last' }];
    const whole = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    const lastStart = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
    const firstEnd = whole.indexOf(0x0a) + 1;
    for (let cut = 0; cut <= whole.length; cut += cut < firstEnd ? 1 : 7) {
      await writeFile(path, whole.subarray(0, cut));
      const kept = records.slice(0, whole.subarray(0, cut).filter((byte) => byte === 0x0a).length);
      expect(await read(path)).toEqual(kept);
      await append(path, { id: 'new' });
      expect(await readBare(path)).toEqual([...kept, { id: 'new' }]);
    }
    expect(lastStart).toBeGreaterThan(firstEnd);
  });

  it('finds the end of the last whole line also behind a long torn one', async () => {
    const path = join(await tempFolder(), 'a.jsonl');
    await append(path, { id: 1 });
    await appendFile(path, `{"torn":"${'x'.repeat(200_000)}`);
    await append(path, { id: 2 });
    expect(await readBare(path)).toEqual([{ id: 1 }, { id: 2 }]);
    expect(await readFile(path, 'utf8')).not.toContain('torn');
  });

  it('does not mix lines that are appended at once', async () => {
    const path = join(await tempFolder(), 'a.jsonl');
    const writer = await openJsonl(path);
    const records = Array.from({ length: 300 }, (_, i) => ({ i, filler: 'y'.repeat((i * 37) % 500) }));
    await Promise.all(records.map((record) => writer.append(record)));
    await writer.close();
    expect(await readBare(path)).toEqual(records);
  });

  it('names the line that is damaged in the middle', async () => {
    const path = join(await tempFolder(), 'a.jsonl');
    await writeFile(path, '{"id":1}\n{"id":\n{"id":3}\n');
    await expect(read(path)).rejects.toMatchObject({ code: 'data.unreadable', where: `${path}:2` });
  });

  it('reads any JSON back, however the file is cut into chunks', async () => {
    const path = join(await tempFolder(), 'a.jsonl');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 20 }), async (values) => {
        const text = JSON.stringify(values);
        // A key that schemas never take over, and no name of ours may be.
        fc.pre(!text.includes('__proto__'));
        const plain = JSON.parse(text) as unknown[];
        await writeFile(path, '');
        await append(path, ...plain);
        expect(await readBare(path)).toEqual(plain);
      }),
      { numRuns: 30 },
    );
  });
});
