import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { publishedSchemas } from '../../src/schema/json-schemas.js';
import { SUMMARY } from '../reports/fixed-summary.js';
import { IS_BUILT } from '../support/cli.js';
import { NOTHING, SQUARE, WIDER, writeMasks } from '../support/mask-files.js';
import { score } from '../support/score-json.js';
import { useTempFolders } from '../support/temp-folder.js';
import { execute, makeWorkspace } from '../support/workspace.js';

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
