import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../../src/core/package-root.js';
import { describeError, exitStatusOf } from '../../../src/core/errors.js';
import { assertDecidable, loadGate, measureOf, metricsOfGate } from '../../../src/analysis/gate/gate.js';
import { loadRunConfig } from '../../../src/store/config.js';
import { paperGate } from '../../support/paper-sides.js';
import { useTempFolders } from '../../support/temp-folder.js';

const tempFolder = useTempFolders();

async function lineFor(text: string): Promise<string> {
  const folder = await tempFolder();
  await writeFile(join(folder, 'gate.yaml'), `version: 2\n${text}`);
  try {
    await loadGate('gate.yaml', folder);
  } catch (error) {
    expect(exitStatusOf(error)).toBe(64);
    return describeError(error).replace(folder, '');
  }
  throw new Error('the gate was accepted');
}

describe('a gate', () => {
  it('that comes with Maskbench is found by its name, and every one of them is valid', async () => {
    const files = await readdir(join(PACKAGE_ROOT, 'configs', 'gates'));
    expect(files).toContain('rollout.yaml');
    for (const file of files) {
      const { gate, sha256 } = await loadGate(file.replace('.yaml', ''), await tempFolder());
      expect(gate.name).toBe(file.replace('.yaml', ''));
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('of the user goes before one of ours with the same name', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'rollout'), 'version: 2\nname: mine\nsize: { maximumRatio: 1 }\n');
    expect((await loadGate('rollout', folder)).gate.name).toBe('mine');
  });

  it('that is not there is said to be missing', async () => {
    await expect(loadGate('none.yaml', await tempFolder())).rejects.toMatchObject({ code: 'data.missing' });
  });

  it('with an unknown key, metric or phase is refused with line and column', async () => {
    expect(await lineFor('name: g\naccuracy:\n  - { metric: iou, margn: 0.01 }\n')).toBe(
      '/gate.yaml:4:20: accuracy.0: unknown key "margn"; did you mean "margin"?',
    );
    expect(await lineFor('name: g\naccuracy:\n  - { metric: iuo, margin: 0.01 }\n')).toBe(
      '/gate.yaml:4:7: accuracy.0.metric: unknown metric "iuo"; did you mean "iou"?',
    );
    expect(await lineFor('name: g\nlatency: { phase: decoding, maximumRatio: 1 }\n')).toContain(
      'latency.phase',
    );
  });

  it('with a figure that every score passes, or none, is refused, and says what would be right', async () => {
    for (const [rule, said] of [
      [
        'accuracy: [{ metric: iou, margin: 5 }]',
        ':4:27: accuracy.0.margin: a margin for iou must lie below 1 (5 % is 0.05)',
      ],
      ['accuracy: [{ metric: iou, margin: 1 }]', 'a margin for iou must lie below 1'],
      [
        'slices: [{ attribute: split, values: [a], metric: iou, margin: 1 }]',
        'slices.0.margin: a margin for iou',
      ],
      ['losses: [{ metric: iou, over: 2 }]', 'losses.0.over: a loss for iou must lie below 1 (5 % is 0.05)'],
      [
        'floors: [{ metric: iou, mean: 80 }]',
        'floors.0.mean: a floor for iou must lie above 0 and at most 1',
      ],
      [
        'catastrophes: [{ metric: iou, worseThan: 50 }]',
        'worseThan for iou must lie above 0 and at most 1 (50 % is 0.5)',
      ],
      [
        'catastrophes: [{ metric: mae, worseThan: 1 }]',
        'worseThan for mae must lie at or above 0 and below 1',
      ],
      ['never: [{ metric: iou, worseThan: 0, ids: [a] }]', 'never.0.worseThan: worseThan for iou'],
      [
        'never: [{ metric: matting.sad, worseThan: -1, ids: [a] }]',
        'worseThan for matting.sad must lie at or above 0',
      ],
    ] as const) {
      expect(await lineFor(`name: g\nsize: { maximumRatio: 1 }\n${rule}\n`), rule).toContain(said);
    }
    const most = { metric: 'iou', worseThan: 1 };
    expect(() => paperGate({ catastrophes: [most], floors: [{ metric: 'mae', mean: 0 }] })).not.toThrow();
  });

  it('that asks for nothing is refused: it would pass everything', async () => {
    expect(await lineFor('name: g\n')).toContain('the gate asks for nothing');
    expect(await lineFor('name: g\naccuracy: []\n')).toContain('the gate asks for nothing');
  });

  it('requires no rule that it has not', async () => {
    expect(await lineFor('name: g\nrequired: [latency]\nsize: { maximumRatio: 1 }\n')).toBe(
      '/gate.yaml:3:12: required.0: the gate has no rule "latency" to require',
    );
    expect(await lineFor('name: g\nrequired: [speed]\nsize: { maximumRatio: 1 }\n')).toContain('required.0');
    const gate = paperGate({
      required: ['latency', 'size'],
      latency: { maximumRatio: 1 },
      size: { maximumRatio: 1 },
    }).gate;
    expect(() => assertDecidable(gate, false)).toThrow(
      'the gate "paper" requires latency, and no times are measured',
    );
    expect(() => assertDecidable(gate, true)).not.toThrow();
  });

  it('allows a tail rule one image in a hundred, and no number of images', async () => {
    const { gate } = paperGate({ losses: [{ metric: 'iou', over: 0.1 }] });
    expect(gate.losses).toEqual([{ metric: 'iou', over: 0.1, maximumShare: 0.01 }]);
    expect(await lineFor('name: g\nlosses: [{ metric: iou, over: 0.1, maximum: 0 }]\n')).toContain(
      'unknown key "maximum"',
    );
  });

  it('of an older version is refused, and says how it is rewritten', async () => {
    const folder = await tempFolder();
    for (const [text, said] of [
      [
        'name: g\nlosses: [{ metric: iou, over: 0.1, maximum: 0 }]\n',
        '"maskbench gate migrate old.yaml" prints it rewritten',
      ],
      ['version: 1\nname: g\n', '"maskbench gate migrate old.yaml" prints it rewritten'],
      [
        'version: 3\nname: g\nnew: rule\n',
        'a later version of Maskbench wrote this gate; this one reads version 2',
      ],
    ]) {
      await writeFile(join(folder, 'old.yaml'), text);
      const error: unknown = await loadGate('old.yaml', folder).catch((thrown: unknown) => thrown);
      expect([exitStatusOf(error), describeError(error)]).toEqual([64, expect.stringContaining(said)]);
    }
  });

  it('is told from other files, for which there is nothing to migrate', async () => {
    const folder = await tempFolder();
    for (const [text, said] of [
      [
        'name: g\nmodels: [luma]\ndatasets: [d]\n',
        'this is no gate but the config of a run; a gate has rules such as accuracy',
      ],
      [
        'schemaVersion: 1\nmaskbenchVersion: 1\nsettings: {}\n',
        'this is no gate but a file that Maskbench wrote',
      ],
      ['name: g\nfiles: file:m.onnx\ninput: { width: 4 }\n', 'this is no gate but the spec of a model'],
    ] as const) {
      await writeFile(join(folder, 'other.yaml'), text);
      const line = describeError(await loadGate('other.yaml', folder).catch((thrown: unknown) => thrown));
      expect(line).toContain(said);
      expect(line).not.toContain('migrate');
    }
    await writeFile(join(folder, 'gate.yaml'), 'version: 2\nname: g\nsize: { maximumRatio: 1 }\n');
    await expect(loadRunConfig('gate.yaml', folder)).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'this is a gate file, and no config of a run',
    });
  });

  it('has no rule on the mean of a metric without an end, unless it says what it assumes', async () => {
    const rule = 'accuracy: [{ metric: iou, margin: 0.1 }, { metric: matting.sad, margin: 1 }]\n';
    expect(await lineFor(`name: g\n${rule}`)).toContain(
      'gate.yaml:3:44: accuracy.1.metric: matting.sad has no largest or no smallest value, so no bound holds for its mean; take a metric within a range (docs/metrics.md), or say "assume: no-rare-disasters"',
    );
    const rules = { accuracy: [{ metric: 'matting.sad', margin: 1 }] };
    expect(paperGate({ ...rules, assume: 'no-rare-disasters' }).gate.assume).toBe('no-rare-disasters');
    expect(paperGate({ losses: [{ metric: 'matting.sad', over: 1 }] }).gate.losses).toHaveLength(1);
  });

  it('refuses negative margins and shares beyond 1', async () => {
    expect(await lineFor('name: g\naccuracy: [{ metric: iou, margin: -1 }]\n')).toContain(
      'accuracy.0.margin',
    );
    expect(await lineFor('name: g\nlosses: [{ metric: iou, over: 0.1, maximumShare: 2 }]\n')).toContain(
      'losses.0.maximumShare',
    );
  });

  it('refuses a ratio that is no improvement', async () => {
    for (const key of ['sizeRatio', 'memoryRatio']) {
      for (const ratio of [1, 1.2])
        expect(await lineFor(`name: g\nimprove: [{ ${key}: ${ratio} }]\n`)).toContain('no improvement');
      expect(paperGate({ improve: [{ [key]: 0.99 }] }).gate.improve).toEqual([{ [key]: 0.99 }]);
    }
  });

  it('knows the metrics that its rules are about, each once', () => {
    const { gate } = paperGate({
      accuracy: [{ metric: 'iou', margin: 0.01 }],
      losses: [{ metric: 'iou', over: 0.1 }],
      improve: [{ metric: 'mae' }, { sizeRatio: 0.5 }],
    });
    expect(metricsOfGate(gate)).toEqual(['iou', 'mae']);
  });

  it('says how times are measured, also where it only asks for faster ones', () => {
    expect(measureOf(paperGate({ improve: [{ latency: 'predict' }] }).gate)).toEqual({
      processes: 6,
      images: 16,
      rounds: 3,
      warmup: 20,
    });
  });
});
