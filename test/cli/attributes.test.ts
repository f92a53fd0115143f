import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plannedSample, type PlannedSample } from '../../src/schema/planned-sample.js';
import { cli, type CliResult } from '../support/cli.js';
import { SQUARE, WIDER, writeMask } from '../support/mask-files.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();
const IDS = ['p1_front', 'p1_side', 'p2_front', 'p2_side'];

/** A dataset of these ids, whose YAML file has further lines; and masks of them, in a run. */
async function workspace(extra: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await tempFolder();
  for (const [i, id] of IDS.entries()) {
    for (const side of ['im', 'gt']) await writeMask(join(root, 'data', side, `${id}.png`), SQUARE);
    await writeMask(join(root, 'pred', `${id}.png`), i % 2 === 0 ? SQUARE : WIDER);
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  await writeFile(
    join(root, 'd.yaml'),
    `name: d\nlayout: paired-folders\nroot: \${CONFIG_DIR}/data\nimages: { path: im }\ntruths: { path: gt }\n${extra}`,
  );
  await writeFile(
    join(root, 'run.yaml'),
    'name: r\nmodels: [{ name: mine, feeding: precomputed, masks: { path: pred } }]\ndatasets: [d.yaml]\n',
  );
  return root;
}

const run = (root: string, ...more: readonly string[]): Promise<CliResult> =>
  cli(['run', 'run.yaml', '--no-time', '--out', 'out', ...more], root);

async function planOf(root: string): Promise<readonly PlannedSample[]> {
  const text = await readFile(join(root, 'out', 'plan.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => plannedSample.parse(JSON.parse(line)));
}

const PATTERN = "attributes: { pattern: '{subject}_{view}' }\n";
const CSV = 'attributes: { file: ../list.csv }\n';

describe('attributes from the names of the files', () => {
  it('are in the plan, sliced by, counted, and change neither keys nor scores', async () => {
    const plain = await workspace('');
    expect((await run(plain)).status).toBe(0);
    const root = await workspace(`${PATTERN}unit: subject\n`);
    expect((await run(root)).status).toBe(0);
    const planned = await planOf(root);
    expect(planned.map(({ attributes, unit }) => ({ ...attributes, unit }))).toEqual([
      { subject: 'p1', view: 'front', unit: 'p1' },
      { subject: 'p1', view: 'side', unit: 'p1' },
      { subject: 'p2', view: 'front', unit: 'p2' },
      { subject: 'p2', view: 'side', unit: 'p2' },
    ]);
    expect(planned.map(({ cells }) => cells)).toEqual((await planOf(plain)).map(({ cells }) => cells));
    const scores = async (of: string): Promise<string> => {
      const lines = (await readFile(join(of, 'out', 'scores.jsonl'), 'utf8')).trimEnd().split('\n');
      return lines.sort().join('\n');
    };
    expect(await scores(root)).toBe(await scores(plain));
    const manifest = await readFile(join(root, 'out', 'manifest.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ settings: { datasets: [{ spec: { unit: 'subject' } }] } });
    const { out } = await cli(['report', 'out', '--by', 'view', '--format', 'csv'], root);
    expect(out).toMatch(/front.*mine.*1\b/);
    const bad = await cli(['report', 'out', '--columns', 'iou,foo'], root);
    expect(bad.err).toMatch(/the run has no metric "foo"; it has iou, dice, /);
    const stats = await cli(['datasets', 'stats', 'd.yaml'], root);
    expect(stats.out).toContain('subject: p1 2, p2 2\nview: front 2, side 2\nunits: 2, by "subject"\n');
  });

  it('that fit only some names are remarked upon, and a sample without its unit is a failed cell', async () => {
    const root = await workspace("attributes: { pattern: '{subject}_front' }\n");
    const verified = await cli(['datasets', 'verify', 'd.yaml'], root);
    const told = '{subject}_front: no attributes of 2 of the 4 samples: "p1_side", "p2_side"';
    expect(verified.out).toContain(`warning: ${told} (data.missing)`);
    expect(verified.status).toBe(0);
    const ran = await run(root);
    expect([ran.status, ran.err]).toEqual([0, expect.stringContaining(told)]);
    const strict = await workspace("attributes: { pattern: '{subject}_front' }\nunit: subject\n");
    const { status, err } = await run(strict);
    expect(err).toContain('failed: d/p1_side: ');
    expect(err).toContain('no "subject" is known of this image, so its unit is unknown');
    expect(status).toBe(3);
  });

  it.each([
    [
      "unit: { pattern: '^p1(' }\n",
      /d\.yaml:6:\d+: unit\.pattern: not a regular expression: Unterminated group/,
    ],
    [
      "unit: { pattern: '(p)(1)' }\n",
      /d\.yaml:6:\d+: unit\.pattern: it has 2 groups, and one names the unit/,
    ],
    ["unit: { patern: 'p1' }\n", /d\.yaml:6:\d+: unit.*patern/],
    [
      "unit: { pattern: '^q' }\n",
      /\^q: unit\.pattern of dataset "d" is found in no id; the first id is "p1_front"/,
    ],
    ["attributes: { pattern: 'nothing' }\n", /d\.yaml:6:\d+: .*placeholders/],
    ["attributes: { pattern: '{a}{b}' }\n", /d\.yaml:6:\d+: .*placeholders/],
    [
      "attributes: { pattern: '{width}_{b}' }\n",
      /"width" cannot be the name of an attribute: it is measured on every ground truth/,
    ],
    [
      "attributes: { pattern: '{split}_{b}' }\n",
      /"split" cannot be the name of an attribute: the layout sets it/,
    ],
    [`${PATTERN}unit: sujbect\n`, /no attribute for its unit "sujbect"; did you mean "subject"\?/],
    ['attributes: { file: a.csv, delimiter: x }\n', /d\.yaml:6:\d+: attributes\.delimiter: .*","/],
    [
      "attributes: { pattern: '{a}', id: x }\n",
      /d\.yaml:6:\d+: attributes: delimiter, id and columns need a file/,
    ],
    ['attributes: {}\n', /d\.yaml:6:\d+: attributes: expected either file or pattern/],
  ])('are refused as they are written: %j', async (extra, message) => {
    const { status, err } = await run(await workspace(extra));
    expect(err).toMatch(message);
    expect(status).toBe(64);
  });
});

describe('units from the names of the files', () => {
  it('are what the group of a pattern takes, or all that it matches, in the whole id', async () => {
    const root = await workspace("unit: { pattern: '^(p\\d)_' }\n");
    expect((await run(root)).status).toBe(0);
    expect((await planOf(root)).map(({ unit, attributes }) => ({ unit, ...attributes }))).toEqual([
      { unit: 'p1' },
      { unit: 'p1' },
      { unit: 'p2' },
      { unit: 'p2' },
    ]);
    expect((await cli(['report', 'out'], root)).out).toContain('2 units of 4 images');
    expect((await cli(['datasets', 'stats', 'd.yaml'], root)).out).toContain('units: 2, by "^(p\\d)_"\n');
    const whole = await workspace("unit: { pattern: 'f|s' }\n");
    expect((await run(whole)).status).toBe(0);
    expect((await planOf(whole)).map(({ unit }) => unit)).toEqual(['f', 's', 'f', 's']);
  });

  it('refuse by its id a sample in which the pattern is not found', async () => {
    const root = await workspace("unit: { pattern: '(front)?$' }\n");
    const { status, err } = await run(root);
    expect(err).toContain('failed: d/p1_side: ');
    expect(err).toContain('unit.pattern (front)?$ is not found in this id, so its unit is unknown');
    expect(err).not.toContain('failed: d/p1_front: ');
    expect(status).toBe(3);
  });
});

describe('attributes that are added to a dataset later', () => {
  it('are taken into a run that is resumed, whose scores stay', async () => {
    const root = await workspace('');
    expect((await run(root)).status).toBe(0);
    const scores = (): Promise<string> => readFile(join(root, 'out', 'scores.jsonl'), 'utf8');
    const before = await scores();
    const text = await readFile(join(root, 'd.yaml'), 'utf8');
    await writeFile(join(root, 'd.yaml'), `${text}${PATTERN}unit: view\n`);
    expect((await run(root, '--resume')).status).toBe(0);
    expect(await scores()).toBe(before);
    expect((await planOf(root)).map(({ unit }) => unit)).toEqual(['front', 'side', 'front', 'side']);
    const manifest = await readFile(join(root, 'out', 'manifest.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ settings: { datasets: [{ spec: { unit: 'view' } }] } });
    expect((await cli(['report', 'out', '--by', 'subject'], root)).out).toContain('p2');
    await writeFile(join(root, 'd.yaml'), `${text}licence: another\n`);
    expect((await run(root, '--resume')).err).toContain('under other settings');
  });
});

describe('attributes from a list', () => {
  it('are numbers where a whole column is, words else, and absent where empty', async () => {
    const list =
      '\ufeffid; age ;code;note\r\np1_front; 34.5 ;007;"a; b"\r\np1_side;-2;12; \r\np2_front;;x; c\r\np2_side;3;1;d\r\n';
    const root = await workspace("attributes: { file: '${CONFIG_DIR}/list.csv', delimiter: ';' }\n", {
      'list.csv': list,
    });
    expect((await run(root)).status).toBe(0);
    expect((await planOf(root)).map(({ attributes }) => attributes)).toEqual([
      { age: 34.5, code: '007', note: 'a; b' },
      { age: -2, code: '12' },
      { code: 'x', note: 'c' },
      { age: 3, code: '1', note: 'd' },
    ]);
    const { out } = await cli(['report', 'out', '--by', 'age'], root);
    expect(out).toContain('(none)');
    expect(out).toMatch(/ -2 [^]* 3 [^]* 34\.5 /);
  });

  it('may be chosen by column, and lack images, which is said', async () => {
    const list = 'file,width,note\np1_front,9,a\n';
    const root = await workspace('attributes: { file: ../list.csv, id: file, columns: [note] }\n', {
      'list.csv': list,
    });
    const { status, err } = await run(root);
    expect(err).toContain('list.csv: no attributes of 3 of the 4 samples: "p1_side", "p2_front", "p2_side"');
    expect(status).toBe(0);
    expect((await planOf(root))[0]?.attributes).toEqual({ note: 'a' });
  });

  it.each([
    ['id,a\np1_front,1\np1_front,2\n', /list\.csv:3: "p1_front" is already in line 2/],
    ['id,a\np1_front,1\nnobody,2\n', /list\.csv:3: no sample is called "nobody"/],
    [
      'id,a\np1_front.png,1\n',
      /list\.csv:2: no sample is called "p1_front\.png"; an id has no extension: "p1_front"/,
    ],
    ['name,a\np1_front,1\n', /list\.csv:1: no column "id"; its columns are "name", "a"/],
    ['id;a\np1_front;1\n', /list\.csv:1: no column "id"; its columns are "id;a"; is its delimiter ";"\?/],
    [
      'id,a\np1_front,3\np1_side,"0,5"\n',
      /list\.csv:3: "0,5" in column "a" has a decimal comma, or one between thousands; write numbers as 0\.5/,
    ],
    ['id,a\np1_front,1,2\n', /list\.csv:2: 3 fields where the header has 2/],
  ])('are refused by the line, in a run as in verify: %j', async (list, message) => {
    const root = await workspace(CSV, { 'list.csv': list });
    const ran = await run(root);
    expect(ran.err).toMatch(message);
    expect(ran.status).toBe(65);
    const verified = await cli(['datasets', 'verify', 'd.yaml'], root);
    expect(verified.out).toMatch(message);
    expect(verified.status).toBe(65);
  });

  it('in another encoding are refused by its name', async () => {
    const root = await workspace(CSV);
    await writeFile(join(root, 'list.csv'), Buffer.from('id,a\np1_front,\u00fc\n', 'latin1'));
    const { status, err } = await run(root);
    expect(err).toMatch(/list\.csv:2: bytes that are not UTF-8 .*; save it as UTF-8/);
    expect(status).toBe(65);
  });

  it('may be of images that a limit leaves out', async () => {
    const root = await workspace(CSV, { 'list.csv': `id,a\n${IDS.map((id) => `${id},x\n`).join('')}` });
    const { status } = await run(root, '--limit', '2');
    expect(status).toBe(0);
  });

  it('cut into thirds where there are many numbers', async () => {
    const root = await tempFolder();
    const ids = Array.from({ length: 66 }, (_, i) => `i${i}`);
    for (const id of ids) {
      for (const side of ['im', 'gt', 'pred']) await writeMask(join(root, side, `${id}.png`), SQUARE);
    }
    await writeFile(join(root, 'list.csv'), `id,age\n${ids.map((id, i) => `${id},${i + 0.5}\n`).join('')}`);
    const sides = 'images: { path: im }, truths: { path: gt }, attributes: { file: list.csv }';
    await writeFile(
      join(root, 'run.yaml'),
      `name: r\nmodels: [{ name: mine, feeding: precomputed, masks: { path: pred } }]\ndatasets: [{ name: d, layout: paired-folders, root: '\${CONFIG_DIR}', ${sides} }]\n`,
    );
    expect((await run(root)).status).toBe(0);
    const { out } = await cli(['report', 'out', '--by', 'age'], root);
    expect(out).toContain('0.5 to 21.5');
    expect(out).toContain('44.5 to 65.5');
  });
});

describe('a variation of a known dataset', () => {
  it('may name units by what its layout says, and attributes of its own', async () => {
    const root = await tempFolder();
    for (const id of ['5#Artifact#1#Basket#1', '5#Artifact#2#Bell#2', '21#Tool#2#Axe#3'])
      for (const side of ['im', 'gt', 'pred']) {
        const folder = side === 'pred' ? 'pred' : join('DIS-VD', side);
        await writeMask(join(root, folder, `${id}.png`), SQUARE);
      }
    await writeFile(join(root, 'list.csv'), 'id,light\nDIS-VD/21#Tool#2#Axe#3,dim\nDIS-TE1/elsewhere,x\n');
    const variation =
      "{ extends: dis5k, name: d, root: '${CONFIG_DIR}', splits: [DIS-VD], unit: group, attributes: { file: list.csv } }";
    await writeFile(
      join(root, 'run.yaml'),
      `name: r\nmodels: [{ name: mine, feeding: precomputed, masks: { path: pred } }]\ndatasets: [${variation}]\n`,
    );
    const { status, err } = await run(root);
    expect(err).toContain('no attributes of 2 of the 3 samples');
    expect(status).toBe(0);
    const planned = await planOf(root);
    expect(planned.map(({ unit }) => unit)).toEqual(['Tool', 'Artifact', 'Artifact']);
    expect(planned[0]?.attributes).toMatchObject({ split: 'DIS-VD', category: 'Axe', light: 'dim' });
  });
});
