import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSummary } from '../../src/pipeline/summarise.js';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { readManifest, runFolder } from '../../src/store/run-folder.js';
import { cli, type CliResult } from '../support/cli.js';
import { shortOrLong } from '../support/long.js';
import { linesOf, recordsOf, reseal, sealedLine, writeLines } from '../support/reseal.js';
import { PICTURE } from '../support/tiny-datasets.js';
import { writeTinyModel } from '../support/tiny-models.js';
import { configText, makeWorkspace, type Workspace } from '../support/workspace.js';

const IMAGES = 32;
const BASICS =
  'accuracy: { processes: 1, threads: 1 }\ntime: { profile: quick, images: 2, rounds: 1, threads: 1 }\n';
const FLOOR = 'minimumImages: 5\nfloors: [{ metric: iou, mean: 0.1 }]\n';

let workspace: Workspace;
const at = (...names: readonly string[]): string => workspace.path(...names);
const maskbench = (...argv: readonly string[]): Promise<CliResult> => cli(argv, workspace.folder);

beforeAll(async () => {
  workspace = await makeWorkspace({ samples: IMAGES });
  await mkdir(at('alt'));
  await writeTinyModel(workspace.folder, 'inverse');
  const spec = await readFile(at('luma.yaml'), 'utf8');
  await writeFile(at('alt', 'luma.yaml'), spec.replace('file:luma.onnx', 'file:../inverse.onnx'));
  await writeFile(at('timed.yaml'), configText(['luma'], ['tiny'], BASICS));
  await writeFile(at('alt.yaml'), configText(['alt/luma'], ['tiny'], BASICS));
  await writeFile(at('gate.yaml'), `version: 2\nname: any\n${FLOOR}`);
  await writeFile(at('strict.yaml'), `version: 2\nname: strict\nevidence: sealed\n${FLOOR}`);
  for (const [config, out, ...options] of [
    ['timed.yaml', 'before', '--limit', `${IMAGES / 2}`],
    ['timed.yaml', 'other', '--shard', '2/2', '--no-time'],
    ['alt.yaml', 'alt-run', '--limit', `${IMAGES / 2}`],
  ] as const) {
    const { status, err } = await maskbench('run', config, '--out', out, '--offline', ...options);
    expect(status, err).toBe(0);
  }
}, 300_000);
afterAll(() => workspace.remove());

type Json = Record<string, unknown>;

/** A run to be damaged. */
class Victim {
  readonly folder: string;
  constructor(folder: string) {
    this.folder = folder;
  }
  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }
  matte(id: string): string {
    return this.path('predictions', 'luma', 'tiny', `${id}.png`);
  }
  /** The lines of a file, changed. */
  async lines(file: string, change: (lines: readonly string[]) => readonly string[]): Promise<void> {
    const path = this.path(`${file}.jsonl`);
    const before = await linesOf(path);
    const after = change(before);
    expect(after).not.toEqual(before);
    await writeLines(path, after);
  }
  /** One record of a file as text, its sum left as it was. */
  async edit(file: string, from: string | RegExp, to: string, line = 0): Promise<void> {
    await this.lines(file, (lines) => lines.map((text, i) => (i === line ? text.replace(from, to) : text)));
  }
  async append(file: string, change: (record: Json) => Json): Promise<void> {
    const [record] = await recordsOf(this.path(`${file}.jsonl`));
    const { sum: _, ...rest } = change(record ?? {});
    await this.lines(file, (lines) => [...lines, JSON.stringify(rest)]);
  }
  async json(name: string, from: string | RegExp, to: string): Promise<void> {
    const text = await readFile(this.path(name), 'utf8');
    expect(text.replace(from, to)).not.toBe(text);
    await writeFile(this.path(name), text.replace(from, to));
  }
}

interface Damage {
  /** Before anything is resealed. */
  readonly as: (victim: Victim) => Promise<unknown>;
  /** What else the attacker says in the seal, or whether lines stay without sums. */
  readonly seal?: Parameters<typeof reseal>[1];
}

const first = (n: number) => (lines: readonly string[]) => lines.slice(n);

/** By the words of the table in docs/evidence.md. */
const DAMAGES: Readonly<Record<string, Damage>> = {
  'Ten lines are dropped from the plan': { as: (run) => run.lines('plan', first(10)) },
  'Ten samples are dropped everywhere, the fingerprint is computed again': {
    async as(run) {
      const dropped = new Set((await recordsOf(run.path('plan.jsonl'))).slice(0, 10).map(({ id }) => id));
      for (const file of ['plan', 'predictions', 'scores', 'truths', 'timings'])
        await run
          .lines(file, (lines) => lines.filter((line) => !dropped.has((JSON.parse(line) as Json)['id'])))
          .catch((error: unknown) => {
            if (file !== 'timings') throw error;
          });
      const left = await recordsOf(run.path('plan.jsonl'));
      const hash = createHash('sha256');
      for (const line of left
        .map((of) =>
          JSON.stringify([of['id'], of['imageSha256'], of['truthSha256'], of['width'], of['height']]),
        )
        .sort())
        hash.update(`${line}\n`);
      await run.json('manifest.json', /"fingerprint": "[^"]*"/, `"fingerprint": "${hash.digest('hex')}"`);
      await run.json('manifest.json', /"samples": \d+/, `"samples": ${left.length}`);
      await sumUp(run);
    },
  },
  'An image\u2019s digest is edited in the plan': {
    as: (run) => run.edit('plan', /"imageSha256":"../, '"imageSha256":"zz'),
  },
  'A path is edited in the plan': {
    as: (run) => run.edit('plan', '"imagePath":"', '"imagePath":"/elsewhere'),
  },
  'A planned sample appears twice': {
    as: (run) => run.lines('plan', (lines) => [...lines, ...lines.slice(0, 1)]),
  },
  'A score is edited': { as: (run) => run.edit('scores', /"iou":[\d.]+/, '"iou":0.123456') },
  'A score is edited, and the run is summed up again': {
    async as(run) {
      await run.edit('scores', /"iou":[\d.]+/, '"iou":0.123456');
      const edited = await linesOf(run.path('scores.jsonl'));
      await writeLines(
        run.path('scores.jsonl'),
        edited.map((line) => sealedLine(JSON.parse(line) as Json)),
      );
      await sumUp(run);
      await writeLines(run.path('scores.jsonl'), edited);
    },
  },
  'A score is dropped': { as: (run) => run.lines('scores', first(1)) },
  'Two scores are swapped': {
    as: (run) => run.lines('scores', ([a = '', b = '', ...more]) => [b, a, ...more]),
  },
  'A score appears twice': {
    as: (run) => run.lines('scores', (lines) => [...lines, ...lines.slice(0, 1)]),
  },
  'Half a line is appended to the scores': {
    as: (run) => writeFile(run.path('scores.jsonl'), '{"key":"ab', { flag: 'a' }),
  },
  'A score of another key is appended': {
    as: (run) => run.append('scores', (record) => ({ ...record, key: 'f'.repeat(24) })),
  },
  'A score of a sample that is not planned is appended': {
    as: (run) => run.append('scores', (record) => ({ ...record, id: 'nobody' })),
  },
  'A score of an unknown model is appended': {
    as: (run) => run.append('scores', (record) => ({ ...record, model: 'nobody' })),
  },
  'A line of another shard is copied in': {
    async as(run) {
      const [line = ''] = (await linesOf(at('other', 'scores.jsonl'))).filter((of) => /"id":"03\d"/.test(of));
      await run.lines('scores', (lines) => [...lines, line]);
    },
  },
  'Predictions and scores of another model\u2019s run are copied in': {
    async as(run) {
      for (const file of ['predictions.jsonl', 'scores.jsonl', 'predictions'])
        await cp(at('alt-run', file), run.path(file), { recursive: true });
    },
  },
  'A prediction\u2019s times are edited': {
    as: (run) => run.edit('predictions', /"inferenceMs":[\d.]+/, '"inferenceMs":0.001'),
  },
  'A failed line follows a done one': { as: (run) => run.append('predictions', failedOf) },
  'A failed line follows a done one, and the run is summed up again': {
    async as(run) {
      await run.append('predictions', failedOf);
      await sumUp(run);
    },
  },
  'The predictions are removed': { as: (run) => rm(run.path('predictions.jsonl')) },
  'A prediction is dropped': { as: (run) => run.lines('predictions', first(1)) },
  'A prediction of another key is appended': {
    as: (run) => run.append('predictions', (record) => ({ ...record, key: 'f'.repeat(24) })),
  },
  'A ground truth\u2019s attributes are edited': {
    as: (run) => run.edit('truths', /"ipq":[\d.]+/, '"ipq":1'),
  },
  'A ground truth\u2019s digest is edited': {
    as: (run) => run.edit('truths', /"truthSha256":"../, '"truthSha256":"zz'),
  },
  'A time is edited': {
    as: (run) =>
      run.lines('timings', (lines) =>
        lines.map((line) => line.replace(/("kind":"sample".*"inferenceMs":)[\d.]+/, '$10.001')),
      ),
  },
  'A timed prediction is dropped': {
    as: (run) =>
      run.lines('timings', (lines) => {
        const i = lines.findIndex((line) => line.includes('"kind":"sample"'));
        return lines.filter((_, k) => k !== i);
      }),
  },
  'Two mattes are swapped': {
    async as(run) {
      const [a, b] = (await recordsOf(run.path('plan.jsonl'))).map(({ id }) => run.matte(String(id)));
      await rename(a ?? '', run.path('aside'));
      await rename(b ?? '', a ?? '');
      await rename(run.path('aside'), b ?? '');
    },
  },
  'A matte is emptied': { as: async (run) => writeFile(await someMatte(run), '') },
  'A matte is removed': { as: async (run) => rm(await someMatte(run)) },
  'A matte is replaced by one that the model did not make': {
    async as(run) {
      const { width, height } = PICTURE;
      const pixels = Buffer.alloc(width * height, 255);
      await sharp(pixels, { raw: { width, height, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toFile(await someMatte(run));
    },
  },
  'The summary is edited': { as: (run) => run.json('summary.json', /"mean": 0\.\d+/, '"mean": 0.999') },
  'The threshold is edited in the manifest': {
    as: (run) => run.json('manifest.json', /"threshold": \d+/, '"threshold": 12'),
  },
  'The device is edited in the manifest': {
    as: (run) => run.json('manifest.json', '"device": "cpu"', '"device": "webgpu"'),
  },
  'A fingerprint is edited in the manifest': {
    as: (run) => run.json('manifest.json', /"fingerprint": "../, '"fingerprint": "zz'),
  },
  'A metric is removed from the manifest': {
    as: (run) => run.json('manifest.json', /"kappa",\s*/, ''),
  },
  'The model\u2019s digest is edited in the manifest': {
    as: (run) => run.json('manifest.json', /("sha256": ")(..)/, '$1ff'),
  },
  'The model\u2019s digest is edited in the manifest, and the run is summed up again': {
    async as(run) {
      await run.json('manifest.json', /("sha256": ")(..)/, '$1ff');
      await sumUp(run);
    },
  },
  'The curves are removed': { as: (run) => rm(run.path('curves.json')) },
  'The seal is edited': { as: (run) => run.json('seal.json', /"scored": \d+/, '"scored": 1') },
  'The seal is removed': { as: (run) => rm(run.path('seal.json')) },
  'The records are set back to version 1 and lose their sums': {
    as: loseSums,
    seal: { sums: false },
  },
  'The same, and the seal is removed': {
    async as(run) {
      await loseSums(run);
      await rm(run.path('seal.json'));
    },
    seal: { sums: false },
  },
  'The same, and it is sealed as sealed later': {
    async as(run) {
      await loseSums(run);
      await reseal(run.folder, { sums: false, more: { later: true } });
    },
    seal: { sums: false, more: { later: true } },
  },
  'It is replaced by another complete run': {
    async as(run) {
      await rm(run.folder, { recursive: true });
      await cp(at('alt-run'), run.folder, { recursive: true });
    },
  },
};

function failedOf({ key, model, dataset, id }: Json): Json {
  const failure = { code: 'model.output', message: 'nothing' };
  return { key, model, dataset, id, status: 'failed', failure };
}

async function someMatte(run: Victim): Promise<string> {
  const [record] = await recordsOf(run.path('plan.jsonl'));
  return run.matte(String(record?.['id']));
}

async function sumUp(run: Victim): Promise<void> {
  const folder = runFolder(run.folder);
  await writeSummary(folder, await readManifest(folder));
}

async function loseSums(run: Victim): Promise<void> {
  await run.json('manifest.json', '"recordsVersion": 2', '"recordsVersion": 1');
  for (const file of ['plan', 'predictions', 'scores', 'truths', 'timings'])
    await run.lines(file, (lines) => lines.map((line) => line.replace(/,"sum":"\w+"\}$/, '}')));
}

/** What a message is of: the first thing that it says does not add up. */
const LAYERS: Readonly<Record<string, RegExp>> = {
  line: /the sum at the end of the line|not add up: a line without its sum/,
  plan: /not add up: (plan\.jsonl has|the samples of|\S+ is planned twice)/,
  structure:
    /not add up: (a record of (an unknown|a sample)|scores of mattes without a prediction|measured on another)/,
  seal: /not add up: (\S+ (is not as it was sealed|was added after|is sealed, but missing)|the seal )|its root is not/,
  mattes: /matte(s are| is) not th/,
  summary: /the summary does not match/,
};
const REFUSED = new Set(['line', 'plan', 'structure', 'seal']);

let made = 0;

/** What every command that concludes something says of a run. */
async function ask(folder: string, all: boolean): Promise<Readonly<Record<string, CliResult>>> {
  const name = `${++made}`;
  const some = {
    verify: await maskbench('verify', folder),
    check: await maskbench('check', '--baseline', 'before', '--candidate', folder, '--gate', 'gate.yaml'),
  };
  if (!all) return some;
  return {
    ...some,
    report: await maskbench('report', folder, '--format', 'markdown'),
    compare: await maskbench('compare', 'before', folder),
    rank: await maskbench('rank', folder),
    'baseline set': await maskbench('baseline', 'set', `b${name}`, '--run', folder),
    merge: await maskbench('merge', folder, 'other', '--out', `merged-${name}`),
  };
}

/** The layer that says something, and what the commands that must agree with that say. */
function layerOf(said: Readonly<Record<string, CliResult>>): string {
  const verify = said['verify'];
  const [layer] = Object.entries(LAYERS).find(([, words]) => words.test(verify?.err ?? '')) ?? [];
  const refusals = Object.entries(said).filter(([, { err }]) => LAYERS_OF_READERS.some((of) => of.test(err)));
  if (layer !== undefined) {
    expect(verify?.status, verify?.err).toBe(65);
    const all = REFUSED.has(layer) ? Object.keys(said) : [];
    expect(refusals.map(([command]) => command)).toEqual(all);
    for (const [command, { status, err }] of refusals) {
      expect(status, `${command}: ${err}`).toBe(65);
      expect(err).toMatch(LAYERS[layer] ?? '');
    }
    return layer;
  }
  expect(verify?.status, verify?.err).toBe(0);
  expect(refusals).toEqual([]);
  const mark = /unfinished \(|unsealed \(0\.1\)/.exec(verify?.out ?? '')?.[0].split(' ')[0];
  for (const command of ['report', 'compare'] as const) {
    const of = said[command];
    if (of?.status === 0) expect(of.out).toContain(mark === undefined ? 'sealed' : `${mark} (`);
  }
  if (mark === 'unfinished') {
    for (const command of ['check', 'rank', 'baseline set', 'merge'])
      if (said[command] !== undefined)
        expect(said[command], command).toMatchObject({
          status: 65,
          err: expect.stringContaining('the run is unfinished') as string,
        });
  }
  if (mark !== undefined) return mark;
  const { status, err } = said['check'] ?? {};
  if (Number(status) < 64) return 'nobody';
  expect(err).toContain('cannot be compared');
  if (said['compare'] !== undefined) expect(said['compare'].status).toBe(status);
  return 'comparison';
}
const LAYERS_OF_READERS = [...REFUSED].map((layer) => LAYERS[layer] ?? /$^/);

const rows = (await readFile(join(PACKAGE_ROOT, 'docs', 'evidence.md'), 'utf8'))
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, , as = '']) => as in LAYERS || ['nobody', 'unfinished', 'unsealed', 'comparison'].includes(as))
  .map(([, damage = '', as = '', resealed = '', remains = '']) => ({
    damage: damage.replaceAll("'", '\u2019'),
    as,
    resealed,
    remains,
  }));

describe('what is done to a run, and who finds it', () => {
  it('is a table of all the damages of this test, and of no others', () => {
    expect(rows.map(({ damage }) => damage)).toEqual(Object.keys(DAMAGES));
    expect(rows.length).toBeGreaterThan(15);
  });

  const asked = new Set<string>();
  it.each(rows)(
    '$damage: $as, resealed: $resealed',
    { timeout: 120_000 },
    async ({ damage, as, resealed, remains }) => {
      const run = new Victim(at(`victim-${++made}`));
      await cp(at('before'), run.folder, { recursive: true });
      await DAMAGES[damage]?.as(run);
      // All seven commands go through one reader: in short each layer is asked by all of them once.
      const isToAsk = (layer: string): boolean => shortOrLong(!asked.has(layer), true);
      expect(layerOf(await ask(run.folder, isToAsk(as)))).toBe(as);
      asked.add(as);
      await reseal(run.folder, DAMAGES[damage]?.seal);
      const said = await ask(run.folder, isToAsk(resealed));
      expect(layerOf(said)).toBe(resealed);
      if (remains.includes('`check` and `compare` refuse it'))
        expect(said['check']?.err).toContain('cannot be compared');
      asked.add(resealed);
      await rm(run.folder, { recursive: true });
    },
  );
});
