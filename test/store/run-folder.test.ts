import { assertSameSettings } from '../../src/store/same-settings.js';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeError, MaskbenchError } from '../../src/core/errors.js';
import { enterRunFolder, readManifest, runFolder, writeJson } from '../../src/store/run-folder.js';
import { paperManifest, paperModel } from '../support/run-settings.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

describe('a run folder', () => {
  it('is made with its parents', async () => {
    const folder = runFolder(join(await tempFolder(), 'runs', 'new'));
    expect(await enterRunFolder(folder, false)).toBe(false);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('that holds a run is only entered to resume it', async () => {
    const folder = runFolder(await tempFolder());
    await writeJson(folder.manifest, paperManifest());
    expect(await enterRunFolder(folder, true)).toBe(true);
    await expect(enterRunFolder(folder, false)).rejects.toMatchObject({
      code: 'run.exists',
      remedy: expect.stringContaining('--resume') as unknown,
    });
  });

  it('that holds something else is refused, resumed or not', async () => {
    const folder = runFolder(await tempFolder());
    await writeFile(join(folder.path, 'thesis.tex'), '');
    for (const resume of [false, true]) {
      await expect(enterRunFolder(folder, resume)).rejects.toMatchObject({
        code: 'run.exists',
        message: expect.stringContaining('thesis.tex') as unknown,
      });
    }
  });

  it('that lies in that of another run is refused, and nothing is made there', async () => {
    const outer = runFolder(await tempFolder());
    await writeJson(outer.manifest, paperManifest());
    for (const path of [join(outer.path, 'b'), join(outer.path, 'predictions', 'b')])
      await expect(enterRunFolder(runFolder(path), false)).rejects.toMatchObject({
        code: 'run.exists',
        where: outer.path,
      });
    expect(await readdir(outer.path)).toEqual(['manifest.json']);
    // One that is there already is continued.
    const inner = runFolder(join(outer.path, 'b'));
    await mkdir(inner.path);
    await writeJson(inner.manifest, paperManifest());
    expect(await enterRunFolder(inner, true)).toBe(true);
  });

  it('that a run left before its manifest was written counts as new', async () => {
    const folder = runFolder(await tempFolder());
    await writeFile(join(folder.path, '.lock'), '');
    await writeFile(join(folder.path, 'plan.jsonl.4711.tmp'), '');
    expect(await enterRunFolder(folder, true)).toBe(false);
  });

  it('keeps mattes inside, whatever samples are called', () => {
    const folder = runFolder('/runs/r');
    expect(folder.matte('m', 'd', 'training/7#a b')).toBe(join('/runs/r/predictions/m/d/training/7#a b.png'));
    for (const id of ['../../../etc/passwd', 'a/../../../../b', '/etc/passwd', 'a\0b']) {
      expect(() => folder.matte('m', 'd', id)).toThrow(MaskbenchError);
    }
  });
});

describe('the manifest of a run', () => {
  it('is read back as it was written', async () => {
    const folder = runFolder(await tempFolder());
    await writeJson(folder.manifest, paperManifest());
    expect(await readManifest(folder)).toEqual(paperManifest());
  });

  it('is missed by name, and refused in another schema version', async () => {
    const folder = runFolder(await tempFolder());
    await expect(readManifest(folder)).rejects.toMatchObject({ code: 'data.missing', where: folder.path });
    await mkdir(folder.path, { recursive: true });
    await writeJson(folder.manifest, { ...paperManifest(), schemaVersion: 99 });
    await expect(readManifest(folder)).rejects.toMatchObject({ code: 'run.mismatch' });
  });

  it('is the same run with the same settings, whatever else differs', () => {
    const later = { ...paperManifest(), createdAt: '2027-01-01', maskbenchVersion: '9' };
    expect(() => assertSameSettings(paperManifest(), later, 'here')).not.toThrow();
  });

  it('names the settings in which it differs, old and new', () => {
    const before = paperManifest();
    const now = paperManifest({ limit: 3, models: [paperModel('m', { output: { rescale: 'min-max' } })] });
    let line = '';
    try {
      assertSameSettings(before, now, 'here');
    } catch (error) {
      line = describeError(error);
    }
    expect(line).toMatch(/^here: the run was made under other settings: .*models/);
    expect(line).toContain('limit (none there, 3 now)');
    expect(line).not.toContain('datasets');
    expect(line).toContain('--out');
  });
});
