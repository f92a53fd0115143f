import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, type CliResult } from '../support/cli.js';
import { SQUARE, WIDER, writeMask, writeMasks } from '../support/mask-files.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

/** A dataset in `<root>/<name>`, with a pair for each id, and the YAML file of it. */
async function dataset(root: string, name: string, ids: readonly string[]): Promise<void> {
  for (const side of ['im', 'gt'])
    for (const id of ids) await writeMask(join(root, name, side, `${id}.png`), SQUARE);
  await writeFile(
    join(root, `${name}.yaml`),
    `name: ${name}\nlayout: paired-folders\nroot: \${CONFIG_DIR}/${name}\nimages: { path: im }\ntruths: { path: gt }\nnested: true\n`,
  );
}

async function config(root: string, datasets: string, masks = 'path: pred'): Promise<void> {
  await writeFile(
    join(root, 'run.yaml'),
    `name: r\nmodels: [{ name: mine, feeding: precomputed, masks: { ${masks} } }]\ndatasets: [${datasets}]\n`,
  );
}

const run = (root: string, ...more: readonly string[]): Promise<CliResult> =>
  cli(['run', 'run.yaml', '--no-time', ...more], root);

describe('a mask made elsewhere', () => {
  it.each([[[]], [['--shard', '1/2']], [['--shard', '2/2']]])(
    'is of one sample: two of the same last name are refused by both names %j',
    async (more) => {
      const root = await tempFolder();
      await dataset(root, 'd', ['a/x', 'b/x']);
      await writeMasks(join(root, 'pred'), { 'x.png': SQUARE });
      await config(root, 'd.yaml');
      const { status, err } = await run(root, ...more);
      expect(status).toBe(65);
      expect(err).toContain(
        `${join(root, 'pred', 'x.png')}: it would be the mask of both "d/a/x" and "d/b/x"`,
      );
      expect(err).toContain('name them by {dataset} and {id}');
    },
  );

  it.each(['path: pred', "path: 'pred/{id}.png'", "path: 'pred/{stem}.png'"])(
    'is of one dataset: two with the same ids are refused (%s)',
    async (masks) => {
      const root = await tempFolder();
      await dataset(root, 'd', ['x']);
      await dataset(root, 'e', ['x']);
      await writeMasks(join(root, 'pred'), { 'x.png': SQUARE });
      await config(root, 'd.yaml, e.yaml', masks);
      const { status, err } = await run(root);
      expect(status).toBe(65);
      expect(err).toContain('it would be the mask of both "d/x" and "e/x"');
    },
  );

  it('serves a dataset and a variation of it, whose pairs are the same files', async () => {
    const root = await tempFolder();
    await dataset(root, 'd', ['x']);
    await writeMasks(join(root, 'pred'), { 'x.png': WIDER });
    await config(root, 'd.yaml, { extends: d.yaml, name: again }');
    expect((await run(root)).status).toBe(0);
  });

  it('is found by the last name where that is of one sample alone', async () => {
    const root = await tempFolder();
    await dataset(root, 'd', ['a/x', 'b/x']);
    await writeMasks(join(root, 'pred'), { 'x.png': SQUARE, 'b/x.png': SQUARE });
    await config(root, 'd.yaml');
    expect((await run(root)).status).toBe(0);
  });

  it('is scored once by score: two datasets share predictions only as far as they share ground truths', async () => {
    const root = await tempFolder();
    await writeMasks(root, { 'one/0.png': SQUARE, 'two/0.png': WIDER, 'pred/0.png': SQUARE });
    const side = (path: string): object => ({ path, suffix: '.png' });
    const files = async (one: string, two: string): Promise<CliResult> => {
      await writeFile(
        join(root, 'datasets.json'),
        JSON.stringify({ one: { mask: side(one) }, two: { mask: side(two) } }),
      );
      await writeFile(
        join(root, 'methods.json'),
        JSON.stringify({ m: { one: side('pred'), two: side('pred') } }),
      );
      const named = ['--datasets-json', 'datasets.json', '--methods-json', 'methods.json'];
      return cli(['score', '--layout', 'pysodevaltoolkit', ...named], root);
    };
    const apart = await files('one', 'two');
    expect(apart.err).toContain('it would be the prediction of both "0" of one and "0" of two');
    expect(apart.status).toBe(65);
    expect((await files('one', 'one')).status).toBe(0);
  });
});

describe('times of masks made elsewhere', () => {
  async function withTimes(text: string, ...more: readonly string[]): Promise<CliResult> {
    const root = await tempFolder();
    await dataset(root, 'd', ['a', 'b', 'c']);
    await writeMasks(join(root, 'pred'), { 'a.png': SQUARE, 'b.png': SQUARE, 'c.png': SQUARE });
    await writeFile(join(root, 'times.csv'), text);
    await config(root, 'd.yaml', 'path: pred, times: times.csv');
    return run(root, ...more);
  }

  it.each([
    ['id,ms\na,1\nb,2\nc,3\nnobody,4\n', /times\.csv:5: no sample is called "nobody"; .*like "a"/],
    ['dataset,id,ms\nd,a.png,1\n', /times\.csv:2: no sample is called "a\.png"; an id has no extension: "a"/],
    ['id,ms\nA,1\n', /times\.csv:2: no sample is called "A"; "a" differs from "A" in case alone/],
    ['id,ms\na,1\na,2\n', /times\.csv:3: "a" has a time in line 2 already/],
  ])('are refused by the line: %j', async (text, line) => {
    const { status, err } = await withTimes(text);
    expect(err).toMatch(line);
    expect(status).toBe(65);
  });

  it('may lack some, and be of further datasets, which is said', async () => {
    const { status, err } = await withTimes('dataset,id,ms\nd,a,1\nd,c,2\nother,z,5\n');
    expect(err).toContain('times.csv: times of datasets that this run does not have: other');
    expect(err).toContain('times.csv: only 2 of the 3 samples have times');
    expect(status).toBe(0);
  });

  it('may be of samples that a limit leaves out', async () => {
    const { status, err } = await withTimes('id,ms\na,1\nb,2\nc,3\n', '--limit', '2');
    expect(err).not.toContain('times.csv');
    expect(status).toBe(0);
  });
});
