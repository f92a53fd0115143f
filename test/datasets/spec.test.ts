import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseYaml } from '../../src/core/yaml-file.js';
import { datasetReferenceSchema, datasetSpecSchema } from '../../src/datasets/spec.js';

const parse = (text: string): unknown => parseYaml(text, 'mine.yaml', datasetSpecSchema);

const FOLDERS = `
name: mine
layout: paired-folders
root: pictures
images: { path: images }
truths: { path: masks }
`;

describe('a dataset spec', () => {
  it('of paired folders needs no more than two paths', () => {
    expect(parse(FOLDERS)).toMatchObject({ images: { prefix: '', suffix: '' }, nested: false });
  });

  it('refuses an unknown key, with its line and the nearest known one', () => {
    expect(() => parse(`${FOLDERS}licnce: MIT\n`)).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        where: 'mine.yaml:7:1',
        message: expect.stringContaining('did you mean "licence"?'),
      }),
    );
    expect(() => parse('name: a\nlayout: humans\nroot: .\nimages: { path: x }\n')).toThrow(/images/);
  });

  it.each([
    ['a name that is a path', 'name: ../mine\nlayout: humans\nroot: .\n'],
    ['an unknown layout', 'name: a\nlayout: coco\nroot: .\n'],
    ['a split that the layout has not', 'name: a\nlayout: dis5k\nroot: .\nsplits: [DIS-TE9]\n'],
    ['a path that climbs', FOLDERS.replace('path: images', 'path: ../images')],
    ['an absolute path', FOLDERS.replace('path: images', 'path: /images')],
    ['an extension without its dot', FOLDERS.replace('path: images', 'path: images, extensions: [png]')],
    ['a branch for a commit', `${FOLDERS}${hub({ revision: 'main' })}`],
    ['a short checksum', `${FOLDERS}${hub({ sha256: 'abc' })}`],
  ])('refuses %s', (_what, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });

  it('may pin a file of the hub', () => {
    expect(parse(`${FOLDERS}${hub({})}`)).toMatchObject({ source: { kind: 'hf', unpack: 'zip' } });
  });
});

describe('a dataset reference', () => {
  it('is a name, a variation or a whole spec', () => {
    expect(datasetReferenceSchema.parse('dis5k')).toBe('dis5k');
    const variation = { extends: 'dis5k', splits: ['DIS-VD'] };
    expect(datasetReferenceSchema.parse(variation)).toEqual(variation);
    expect(datasetReferenceSchema.parse({ name: 'a', layout: 'humans', root: '.' })).toEqual({
      name: 'a',
      layout: 'humans',
      root: '.',
    });
    expect(datasetReferenceSchema.safeParse({ extends: 'dis5k', layout: 'humans' }).success).toBe(false);
  });
});

function hub(changes: { readonly revision?: string; readonly sha256?: string }): string {
  const { revision = 'a'.repeat(40), sha256 = 'b'.repeat(64) } = changes;
  return `source: { kind: hf, repo: a/b, revision: "${revision}", file: c.zip, sha256: "${sha256}", bytes: 1 }\n`;
}

describe('the documentation', () => {
  it('shows specs and references that are valid', async () => {
    const text = await readFile(new URL('../../docs/datasets.md', import.meta.url), 'utf8');
    const [spec = '', references = ''] = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block]) => block);
    expect(parse(spec)).toMatchObject({ name: 'catalogue' });
    const config = z.strictObject({ datasets: z.array(datasetReferenceSchema) });
    expect(parseYaml(references, 'run.yaml', config).datasets).toHaveLength(4);
  });
});
