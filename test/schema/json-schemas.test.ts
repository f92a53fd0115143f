import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { publishedSchemas } from '../../src/cli/json-schemas.js';
import { SUMMARY } from '../reports/fixed-summary.js';
import { cli, IS_BUILT } from '../support/cli.js';
import { NOTHING, SQUARE, WIDER, writeMasks } from '../support/mask-files.js';
import { score } from '../support/score-json.js';
import { useTempFolders } from '../support/temp-folder.js';
import { configText, execute, makeWorkspace, type Workspace } from '../support/workspace.js';

const tempFolder = useTempFolders();
const committed = (file: string): Promise<string> =>
  readFile(join(PACKAGE_ROOT, 'docs', 'schema', file), 'utf8');

async function validator(file: string): Promise<ValidateFunction> {
  return new Ajv2020({ allErrors: true }).compile(JSON.parse(await committed(file)) as object);
}

function complaints(validate: ValidateFunction, document: unknown): readonly string[] {
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

it.each(Object.entries(publishedSchemas()))(
  'docs/schema/%s is current (npm run schema)',
  async (file, text) => {
    expect(await committed(file)).toBe(text);
  },
);

describe('the published schema of summary.json', () => {
  let validate: ValidateFunction;
  beforeAll(async () => {
    validate = await validator('summary.schema.json');
  });

  it('holds for a real run that predicted, failed, scored by all protocols and was timed', async () => {
    const extra = 'scoring: { protocols: [fixed, sod, matting, cutout] }\n';
    const workspace = await makeWorkspace({ models: ['luma', 'not-a-number'], samples: 3, extra });
    try {
      await execute(workspace, { phases: { predict: true, score: true, time: true } });
      const summary = JSON.parse(await readFile(workspace.path('out', 'summary.json'), 'utf8')) as {
        readonly failures: readonly unknown[];
        readonly timing: readonly unknown[];
      };
      expect(summary.failures.length).toBeGreaterThan(0);
      expect(summary.timing.length).toBeGreaterThan(0);
      expect(complaints(validate, summary)).toEqual([]);
    } finally {
      await workspace.remove();
    }
  });

  it('refuses keys that it does not have, missing ones, and values of another kind', () => {
    expect(complaints(validate, SUMMARY)).toEqual([]);
    const { cells: _cells, ...without } = SUMMARY;
    expect(complaints(validate, without)).toEqual([" must have required property 'cells'"]);
    expect(complaints(validate, { ...SUMMARY, further: 1 })).toEqual([
      ' must NOT have additional properties',
    ]);
    expect(complaints(validate, { ...SUMMARY, name: 3 })).toEqual(['/name must be string']);
    expect(complaints(validate, { ...SUMMARY, schemaVersion: 2 })).toEqual([
      '/schemaVersion must be equal to constant',
    ]);
  });
});

describe.skipIf(!IS_BUILT)('the published schema of score --format json', () => {
  it('holds for one folder beside another, with failures, empty masks and flips', async () => {
    const validate = await validator('score.schema.json');
    const folder = await tempFolder();
    await writeMasks(folder, {
      'pred/a.png': WIDER,
      'pred/empty.png': NOTHING,
      'gt/a.png': SQUARE,
      'gt/empty.png': SQUARE,
      'gt/lost.png': SQUARE,
    });
    const argv = ['--pred', 'pred', '--gt', 'gt', '--json'];
    for (const protocol of ['fixed', 'fixed,sod,matting', 'matting']) {
      const { out } = await score(folder, ...argv, '--protocol', protocol);
      expect(complaints(validate, JSON.parse(out)), protocol).toEqual([]);
    }
  });

  it('holds for several methods and datasets', async () => {
    const validate = await validator('score.schema.json');
    const folder = await tempFolder();
    await writeMasks(folder, {
      'preds/A/DIS-VD/1.png': WIDER,
      'preds/B/DIS-VD/2.png': SQUARE,
      'data/DIS-VD/gt/1.png': SQUARE,
      'data/DIS-VD/gt/2.png': SQUARE,
    });
    const { out } = await score(
      folder,
      '--layout',
      'birefnet',
      '--pred',
      'preds',
      '--gt',
      'data',
      '--protocol',
      'fixed,sod',
      '--json',
    );
    const document = JSON.parse(out) as { readonly failures: readonly unknown[] };
    expect(document.failures).toHaveLength(2);
    expect(complaints(validate, document)).toEqual([]);
    expect(complaints(validate, { ...document, failures: [{ id: '1' }] })).not.toEqual([]);
  });
});

describe('the published schemas of what is asked of finished runs', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await makeWorkspace({ samples: 32, extra: 'scoring: { protocols: [fixed, sod] }\n' });
    // The same network, fed brighter pictures: worse masks.
    const spec = await readFile(workspace.path('luma.yaml'), 'utf8');
    await writeFile(
      workspace.path('bright.yaml'),
      spec.replace('name: luma', 'name: bright').replace('255', '200'),
    );
    const basics = (await readFile(workspace.config, 'utf8')).split('\n').slice(3).join('\n');
    await writeFile(workspace.config, configText(['luma', 'bright'], ['tiny'], basics));
    await execute(workspace, { phases: { predict: true, score: true, time: true } });
  }, 120_000);
  afterAll(() => workspace.remove());

  async function printed(...argv: readonly string[]): Promise<Record<string, unknown>> {
    const { out } = await cli(argv, workspace.folder);
    return JSON.parse(out) as Record<string, unknown>;
  }
  const models = ['--model-a', 'luma', '--model-b', 'bright'];

  it('hold for compare, with slices, moved images and stored times', async () => {
    const validate = await validator('comparison.schema.json');
    const comparison = await printed('compare', 'out', 'out', '--json', ...models);
    expect(comparison['pairs']).toMatchObject([{ latency: { kind: 'stored' } }]);
    expect(complaints(validate, comparison)).toEqual([]);
    expect(complaints(validate, { ...comparison, pairs: [{}] })).not.toEqual([]);
  });

  it('hold for check, also with times measured for it', async () => {
    const validate = await validator('verdict.schema.json');
    await writeFile(
      workspace.path('gate.yaml'),
      `version: 2
name: all
accuracy: [{ metric: iou, margin: 0.01 }]
floors: [{ metric: iou, mean: 0.1 }]
losses: [{ metric: iou, over: 0.1, maximumShare: 0.1 }]
latency: { maximumRatio: 5, measure: { processes: 2, images: 1, rounds: 1, warmup: 3 } }
size: { maximumRatio: 1 }
improve: [{ metric: sod.mae }]
`,
    );
    const sides = ['--baseline', 'out', '--candidate', 'out', '--gate', 'gate.yaml', ...models];
    const verdict = await printed('check', ...sides, '--json');
    expect(complaints(validate, verdict)).toEqual([]);
    expect(complaints(validate, { ...verdict, verdict: 'perhaps' })).not.toEqual([]);
    const measured = await printed('check', ...sides, '--json', '--remeasure');
    expect(measured['comparison']).toMatchObject({ pairs: [{ latency: { kind: 'remeasured' } }] });
    expect(complaints(validate, measured)).toEqual([]);
  });

  it('hold for rank', async () => {
    const validate = await validator('ranking.schema.json');
    const ranking = await printed('rank', 'out', '--format', 'json', '--metrics', 'iou,sod.s');
    expect(ranking['tables']).toHaveLength(2);
    expect(complaints(validate, ranking)).toEqual([]);
    expect(complaints(validate, { ...ranking, alpha: null })).toEqual(['/alpha must be number']);
  });

  it('hold for a baseline', async () => {
    const validate = await validator('baseline.schema.json');
    await cli(['baseline', 'set', 'main', '--run', 'out'], workspace.folder);
    const baseline = JSON.parse(
      await readFile(workspace.path('baselines', 'main', 'baseline.json'), 'utf8'),
    ) as Record<string, unknown>;
    expect(complaints(validate, baseline)).toEqual([]);
    expect(complaints(validate, { ...baseline, schemaVersion: 2 })).not.toEqual([]);
  });
});
