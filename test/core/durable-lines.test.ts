import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDurableLines } from '../../src/core/durable-lines.js';
import { draftOf } from '../../src/core/write-whole.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();
const HELD = { assertHeld: async () => undefined };

/** A hold that can be lost. */
function losable(): { assertHeld(): Promise<void>; lose(): void } {
  let isLost = false;
  return {
    lose: () => void (isLost = true),
    async assertHeld() {
      if (isLost) throw new Error('lost');
    },
  };
}

const linesOf = async (path: string): Promise<unknown[]> =>
  (await readFile(path, 'utf8'))
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);

describe('durable lines', () => {
  it('tell of each record in order, and of none before its line and its file are in place', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'a.jsonl');
    const lines = await openDurableLines(path, HELD);
    const told: number[] = [];
    const early: number[] = [];
    await mkdir(join(folder, 'deep', 'er'), { recursive: true });
    for (let i = 0; i < 1000; i++) {
      const draft = draftOf(join(folder, 'deep', 'er', `${i}.bin`));
      await writeFile(draft.path, String(i));
      await lines.append(i, {
        draft,
        async onDisk() {
          told.push(i);
          if (!existsSync(draft.target) || existsSync(draft.path)) early.push(i);
          if (i % 100 === 0 && !(await readFile(path, 'utf8')).includes(`${i}\n`)) early.push(i);
        },
      });
    }
    await lines.flush();
    expect(told).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(early).toEqual([]);
    await lines.close();
    expect(await linesOf(path)).toEqual(told);
  });

  it('go in groups: what comes while one is on its way is the next', async () => {
    const path = join(await tempFolder(), 'a.jsonl');
    let flushes = 0;
    const lines = await openDurableLines(path, { assertHeld: async () => void flushes++ });
    for (let i = 0; i < 200; i++) void lines.append(i);
    await lines.close();
    expect(await linesOf(path)).toHaveLength(200);
    expect(flushes).toBeLessThan(20);
  });

  it('hold back whoever brings more than there is room for, and count how long', async () => {
    const path = join(await tempFolder(), 'a.jsonl');
    let goOn: () => void = () => undefined;
    let isOpen = false;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const lines = await openDurableLines(path, { assertHeld: async () => (isOpen ? gate : undefined) });
    isOpen = true;
    let brought = 0;
    const all = (async () => {
      for (; brought < 2000; brought++) await lines.append(brought);
    })();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(brought).toBeGreaterThan(100);
    expect(brought).toBeLessThan(1000);
    expect(lines.blockedMs()).toBe(0);
    goOn();
    await all;
    await lines.close();
    expect(lines.blockedMs()).toBeGreaterThan(90);
    expect(await linesOf(path)).toHaveLength(2000);
  });

  it('of a writer that has lost its hold write nothing more, tell of nothing, and say so', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'a.jsonl');
    const hold = losable();
    const lines = await openDurableLines(path, hold);
    await lines.append('mine');
    await lines.flush();
    hold.lose();
    const draft = draftOf(join(folder, 'late.bin'));
    await writeFile(draft.path, 'late');
    let isTold = false;
    await lines.append('late', { draft, onDisk: () => void (isTold = true) });
    await expect(lines.flush()).rejects.toThrow('lost');
    await expect(lines.append('later')).rejects.toThrow('lost');
    await expect(lines.close()).rejects.toThrow('lost');
    expect(isTold).toBe(false);
    expect(existsSync(draft.target)).toBe(false);
    expect(await linesOf(path)).toEqual(['mine']);
    await expect(openDurableLines(path, hold)).rejects.toThrow('lost');
  });

  it('end with the error of whoever was told', async () => {
    const path = join(await tempFolder(), 'a.jsonl');
    const lines = await openDurableLines(path, HELD);
    const onDisk = (): never => {
      throw new Error('no');
    };
    await lines.append(1, { onDisk });
    await expect(lines.close()).rejects.toThrow('no');
  });

  it('do without what a power cut left of lines that were never forced to the disk', async () => {
    const path = join(await tempFolder(), 'a.jsonl');
    await writeFile(path, '"kept"\n"to');
    await appendFile(path, Buffer.alloc(5000));
    await appendFile(path, 'rn"\n"behind"\n');
    const lines = await openDurableLines(path, HELD);
    await lines.append('new');
    await lines.close();
    expect(await linesOf(path)).toEqual(['kept', 'new']);
  });
});
