import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cli, type CliResult } from '../support/cli.js';
import { SQUARE, writeMask } from '../support/mask-files.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

/** Files below `photos` and `masks`, and the dataset of them; every file the same square. */
async function dataset(photos: readonly string[], masks: readonly string[], extra = ''): Promise<string> {
  const root = await tempFolder();
  for (const name of photos) await writeMask(join(root, 'photos', name), SQUARE);
  for (const name of masks) await writeMask(join(root, 'masks', name), SQUARE);
  await writeFile(
    join(root, 'd.yaml'),
    `name: d\nlayout: paired-folders\nroot: \${CONFIG_DIR}\nimages: { path: photos }\ntruths: { path: masks }\n${extra}`,
  );
  return root;
}

const findings = z.object({
  samples: z.number(),
  findings: z.array(
    z.object({
      severity: z.string(),
      problem: z.object({ id: z.string(), code: z.string(), message: z.string() }),
    }),
  ),
});

/** What `datasets verify` finds, a line each, and its exit status. */
async function verify(root: string): Promise<{ status: number | null; samples: number; lines: string[] }> {
  const { status, out } = await cli(['datasets', 'verify', 'd.yaml', '--json'], root);
  const found = findings.parse(JSON.parse(out));
  const lines = found.findings.map(
    ({ severity, problem: { id, code, message } }) => `${severity} ${id} ${code}: ${message}`,
  );
  return { status, samples: found.samples, lines };
}

/** A run of masks that lie in `pred`. */
async function run(root: string, out = 'out'): Promise<CliResult> {
  await writeFile(
    join(root, 'run.yaml'),
    'name: r\nmodels: [{ name: mine, feeding: precomputed, masks: { path: pred } }]\ndatasets: [d.yaml]\n',
  );
  return cli(['run', 'run.yaml', '--no-time', '--out', out], root);
}

describe('folders below others', () => {
  const FILES = ['a.png', 'sub/b.png', 'sub/deep/c.png'];

  it('are told where they hold pairs, in a run as in verify, and taken where that is asked for', async () => {
    const root = await dataset(FILES, FILES);
    const told =
      'pictures with masks lie in this folder and are not taken; set nested: true, or move them away';
    expect(await verify(root)).toEqual({
      status: 65,
      samples: 1,
      lines: [`error sub/* data.unpaired: ${told}`],
    });
    await writeMask(join(root, 'pred', 'a.png'), SQUARE);
    const { status, err } = await run(root);
    expect(status).toBe(3);
    expect(err).toContain(`failed: d/sub/*: ${join(root, 'photos', 'sub')}/: ${told}`);
    const nested = await dataset(FILES, FILES, 'nested: true\n');
    expect(await verify(nested)).toEqual({ status: 0, samples: 3, lines: [] });
  });

  it('are mentioned where one side has them, and passed over without a picture', async () => {
    const root = await dataset(['a.png', 'deep/er/b.png'], ['a.png', 'old/a.png']);
    await mkdir(join(root, 'photos', 'empty'));
    await mkdir(join(root, 'photos', 'notes'));
    await writeFile(join(root, 'photos', 'notes', 'readme.txt'), 'x');
    const way = 'set nested: true, or move them away';
    expect(await verify(root)).toEqual({
      status: 0,
      samples: 1,
      lines: [
        `warning d data.unpaired: pictures in this folder are not taken; ${way}`,
        `warning d data.unpaired: masks in this folder are not taken; ${way}`,
      ],
    });
  });

  it('are not looked into beyond the dataset', async () => {
    const root = await dataset(['a.png'], ['a.png']);
    const elsewhere = await tempFolder();
    await writeMask(join(elsewhere, 'b.png'), SQUARE);
    await symlink(elsewhere, join(root, 'photos', 'link'));
    const { lines } = await verify(root);
    expect(lines.filter((line) => line.includes('not taken'))).toEqual([]);
  });
});

describe('names equal but for case or Unicode form', () => {
  const composed = 'caf\u00e9';
  const decomposed = 'cafe\u0301';

  it('of a picture and its mask are told with the difference', async () => {
    const root = await dataset([`${composed}.png`, 'Cat.png'], [`${decomposed}.png`, 'cat.png']);
    const { status, lines } = await verify(root);
    expect(status).toBe(65);
    expect(lines).toHaveLength(4);
    const all = lines.join('\n');
    expect(all).toContain('"cafe\\u0301" differs from "caf\\u00e9" in its Unicode form alone');
    expect(all).toContain('"caf\\u00e9" differs from "cafe\\u0301" in its Unicode form alone');
    expect(all).toContain('"cat" differs from "Cat" in case alone');
    // Nothing invisible tells the two names of a message apart.
    for (const line of lines) expect(line.slice(line.indexOf(';'))).toMatch(/^[\x20-\x7e]+$/);
  });

  it('of folders are told with the difference', async () => {
    const root = await dataset(['Sub/a.png'], ['sub/a.png'], 'nested: true\n');
    const { lines } = await verify(root);
    expect(lines).toContain('error Sub/* data.unpaired: "sub/" differs from "Sub/" in case alone');
  });

  it('of two samples would be one matte on many systems: the second is refused', async () => {
    const names = ['A.png', 'a.png', 'X/b.png', 'x/b.png', `${composed}.png`, `${decomposed}.png`];
    const root = await dataset(names, names, 'nested: true\n');
    const { status, samples, lines } = await verify(root);
    expect([status, samples]).toEqual([65, 3]);
    const one = 'on many systems that is one file; rename one of the two';
    expect(lines).toEqual([
      `error a data.duplicate: "a" differs from "A" in case alone: ${one}`,
      `error ${composed} data.duplicate: "caf\\u00e9" differs from "cafe\\u0301" in its Unicode form alone: ${one}`,
      `error x/b data.duplicate: "x/b" differs from "X/b" in case alone: ${one}`,
    ]);
  });

  it('of a mask made elsewhere are told by run and by score', async () => {
    const root = await dataset([`${composed}.png`, 'b.png'], [`${composed}.png`, 'b.png']);
    for (const name of [`${decomposed}.png`, 'b.png']) await writeMask(join(root, 'pred', name), SQUARE);
    const told = '"cafe\\u0301" differs from "caf\\u00e9" in its Unicode form alone';
    const ran = await run(root);
    expect([ran.status, ran.err]).toEqual([3, expect.stringContaining(`no mask; ${told}`)]);
    const scored = await cli(['score', '--pred', 'pred', '--gt', 'masks'], root);
    expect([scored.status, scored.out + scored.err]).toEqual([3, expect.stringContaining(told)]);
  });
});

describe('names too long for a run folder', () => {
  it('are told by verify and by the plan, and the longest that fit are kept', async () => {
    const longest = 'a'.repeat(236);
    // 79 characters of three bytes are 237.
    const files = [`${longest}.png`, `${'b'.repeat(237)}.png`, `${'\u3042'.repeat(79)}.png`];
    const root = await dataset(files, files);
    const told = 'the name is 237 bytes long, and a run folder can keep 236; rename the files';
    const { status, samples, lines } = await verify(root);
    expect([status, samples]).toEqual([65, 1]);
    expect(lines.map((line) => line.slice(line.indexOf('data.')))).toEqual(
      ['', ''].map(() => `data.unsafe-path: ${told}`),
    );
    await writeMask(join(root, 'pred', `${longest}.png`), SQUARE);
    const { status: ran, err } = await run(root);
    expect(ran).toBe(3);
    expect(err).toContain('2 of 3 cells failed');
    expect(err).toContain(told);
  });

  it.runIf(process.platform === 'linux')('or for the path to it, are told by the plan', async () => {
    const name = `${'a'.repeat(200)}.png`;
    const root = await dataset([name, 'b.png'], [name, 'b.png']);
    for (const one of [name, 'b.png']) await writeMask(join(root, 'pred', one), SQUARE);
    let out = root;
    while (out.length < 3900) out = join(out, 'o'.repeat(Math.min(200, 3900 - out.length)));
    const { status, err } = await run(root, out);
    expect(err).toContain('the run folder and this name together make too long a path');
    expect(err).toContain('1 of 2 cells failed');
    expect(status).toBe(3);
  });
});
