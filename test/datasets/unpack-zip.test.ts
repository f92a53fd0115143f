import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unpackZip } from '../../src/datasets/unpack-zip.js';
import { useTempFolder } from './make-files.js';
import { writeZip, type Member } from './write-zip.js';

const tempFolder = useTempFolder();

async function pack(
  members: readonly Member[],
): Promise<{ archive: string; folder: string; parent: string }> {
  const parent = await tempFolder();
  const [archive, folder] = [join(parent, 'a.zip'), join(parent, 'out')];
  await mkdir(folder);
  await writeZip(archive, members);
  return { archive, folder, parent };
}

describe('unpacking a zip archive', () => {
  it('writes every member, stored or deflated, in folders of its own', async () => {
    const long = 'long '.repeat(50_000);
    const { archive, folder } = await pack([
      { name: 'DIS-VD/', mode: 0o040755 },
      { name: 'DIS-VD/im/1#A#2#B#é.jpg', content: 'image' },
      { name: 'DIS-VD/gt/1#A#2#B#é.png', content: long, deflate: true },
    ]);
    const seen: string[] = [];
    const unpacked = await unpackZip(archive, folder, {
      onProgress: (done, total) => seen.push(`${done}/${total}`),
    });
    expect(unpacked).toEqual({ files: 2, bytes: 5 + long.length });
    expect(await readFile(join(folder, 'DIS-VD/im/1#A#2#B#é.jpg'), 'utf8')).toBe('image');
    expect(await readFile(join(folder, 'DIS-VD/gt/1#A#2#B#é.png'), 'utf8')).toBe(long);
    expect(seen).toEqual(['1/3', '2/3', '3/3']);
  });

  it('leaves out what macOS and Windows put in', async () => {
    const { archive, folder } = await pack([
      { name: '__MACOSX/._a.png', content: 'x' },
      { name: 'im/.DS_Store', content: 'x' },
      { name: 'im/Thumbs.db', content: 'x' },
      { name: 'im/a.png', content: 'x' },
    ]);
    expect(await unpackZip(archive, folder)).toEqual({ files: 1, bytes: 1 });
    expect(await readdir(folder)).toEqual(['im']);
    expect(await readdir(join(folder, 'im'))).toEqual(['a.png']);
  });

  it.each(['../evil.txt', 'a/../../evil.txt', '/evil.txt', 'C:/evil.txt', '..\\evil.txt', 'a/..'])(
    'refuses a member that leaves the folder: %s',
    async (name) => {
      const { archive, folder, parent } = await pack([{ name, content: 'x' }]);
      await expect(unpackZip(archive, folder)).rejects.toMatchObject({
        code: 'data.unsafe-path',
        where: archive,
      });
      expect((await readdir(parent)).sort()).toEqual(['a.zip', 'out']);
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it('refuses a link, through which a later member could leave', async () => {
    const { archive, folder } = await pack([
      { name: 'way-out', content: '..', mode: 0o120777 },
      { name: 'way-out/evil.txt', content: 'x' },
    ]);
    await expect(unpackZip(archive, folder)).rejects.toMatchObject({
      code: 'data.unsafe-path',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a bomb by what it says of itself, before a byte is written', async () => {
    const members = Array.from({ length: 3 }, (_, i) => ({
      name: `${i}.png`,
      content: '0'.repeat(1000),
      deflate: true,
      saysBytes: 400_000_000,
    }));
    const { archive, folder } = await pack(members);
    await expect(unpackZip(archive, folder)).rejects.toMatchObject({
      code: 'data.unreadable',
      message: expect.stringMatching(/^the archive of \d+ bytes says it comes to more than 10000\d+ bytes$/),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a member that comes to more than it says, and writes no more of it than that', async () => {
    const { archive, folder } = await pack([
      { name: 'bomb.png', content: Buffer.alloc(5_000_000), deflate: true, saysBytes: 1000 },
    ]);
    await expect(unpackZip(archive, folder)).rejects.toMatchObject({
      code: 'data.unreadable',
      message: expect.stringContaining('too many bytes'),
    });
    const written = (await stat(join(folder, 'bomb.png'))).size;
    expect(written).toBeLessThanOrEqual(1000);
  });

  it('refuses two members of one name', async () => {
    const { archive, folder } = await pack([
      { name: 'a.png', content: 'first' },
      { name: 'a.png', content: 'second' },
    ]);
    await expect(unpackZip(archive, folder)).rejects.toMatchObject({
      code: 'data.duplicate',
    });
  });

  it('says when a file is no whole archive', async () => {
    const { archive, folder } = await pack([{ name: 'a.png', content: 'x'.repeat(100) }]);
    await writeFile(archive, (await readFile(archive)).subarray(0, 60));
    await expect(unpackZip(archive, folder)).rejects.toMatchObject({
      code: 'data.unreadable',
      where: archive,
    });
    await expect(unpackZip(join(folder, 'none.zip'), folder)).rejects.toMatchObject({
      code: 'data.unreadable',
    });
  });

  it('stops on request', async () => {
    const { archive, folder } = await pack([
      { name: 'a.png', content: 'x' },
      { name: 'b.png', content: 'x' },
    ]);
    const stop = new AbortController();
    const stopped = unpackZip(archive, folder, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    await expect(stat(join(folder, 'b.png'))).rejects.toThrow();
  });
});
