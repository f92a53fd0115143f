import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadModelSpec } from '../../src/runners/load-spec.js';
import { runnerOf } from '../../src/runners/runner-of.js';
import { loadNetworkSpec } from '../support/model-specs.js';
import type { MaskPathOf } from '../../src/runners/masks/mask-files.js';
import { SQUARE, writeMask } from '../support/mask-files.js';
import { floatValue, node, writeOnnx } from '../support/onnx-builder.js';
import { useTempFolders } from '../support/temp-folder.js';

const tempFolder = useTempFolders();

describe('a variation of a model', () => {
  it('has what the other has, save for the fields that it puts differently', async () => {
    const { spec } = await loadModelSpec({
      extends: 'u2net',
      name: 'u2net-bilinear',
      input: { resample: 'pillow-bilinear' },
    });
    const base = await loadNetworkSpec('u2net');
    if (base.feeding !== 'matte') throw new Error('not fed as a matte');
    expect(spec).toMatchObject({ name: 'u2net-bilinear', files: base.files, output: base.output });
    expect(spec).toHaveProperty('input', { ...base.input, resample: 'pillow-bilinear' });
    expect(spec.trainedOn).toEqual(base.trainedOn);
  });

  it('does not pass for the network whose figures were published', async () => {
    const { spec } = await loadModelSpec({ extends: 'u2net', name: 'other' });
    expect(spec.publishedAs).toBeUndefined();
    expect(spec.title).toBeUndefined();
  });

  it('finds the files of the other, wherever it lies itself', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'a'));
    await mkdir(join(folder, 'b'));
    const [input, output] = [floatValue('image', [1, 3, 8, 16]), floatValue('mask', [1, 3, 8, 16])];
    await writeOnnx(join(folder, 'a', 'm.onnx'), {
      graph: { inputs: [input], outputs: [output], nodes: [node('Relu', ['image'], 'mask')] },
    });
    await writeFile(
      join(folder, 'a', 'm.yaml'),
      'name: m\nfiles: file:m.onnx\ninput: { width: 8, height: 8 }\n',
    );
    await writeFile(join(folder, 'b', 'n.yaml'), 'extends: ../a/m.yaml\nname: n\ninput: { width: 16 }\n');
    const loaded = await loadModelSpec('./b/n.yaml', folder);
    expect(loaded.spec).toMatchObject({ name: 'n', input: { width: 16, height: 8 } });
    const { assets } = await runnerOf(loaded.spec).ensure(loaded, { offline: true });
    expect(assets).toMatchObject({ paths: { model: join(folder, 'a', 'm.onnx') } });
  });

  it('finds masks, their times and prompts of the other, wherever it lies itself', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'a'));
    await mkdir(join(folder, 'b'));
    await writeFile(join(folder, 'a', 'times.csv'), 'id,ms\n');
    await writeFile(
      join(folder, 'a', 'm.yaml'),
      'name: m\nfeeding: precomputed\nmasks: { path: "x/{id}.png", times: times.csv }\n',
    );
    const files = 'files: { encoder: file:e.onnx, decoder: file:d.onnx }';
    await writeFile(
      join(folder, 'a', 's.yaml'),
      `name: s\nfeeding: sam\n${files}\ninput: {}\nprompts: { file: p.yaml }\n`,
    );
    const loaded = await loadModelSpec({ extends: './a/m.yaml', name: 'n' }, folder);
    const { assets } = await runnerOf(loaded.spec).ensure(loaded, {});
    expect(assets).toMatchObject({ times: join(folder, 'a', 'times.csv') });
    const { pathOf } = assets as { pathOf: MaskPathOf };
    expect(pathOf({ dataset: 'd', id: '1' })).toBe(join(folder, 'a', 'x', '1.png'));
    const { spec } = await loadModelSpec({ extends: '../a/s.yaml', name: 't' }, join(folder, 'b'));
    expect(spec).toMatchObject({ prompts: { file: '../a/p.yaml' } });
  });

  it('finds folders of masks by dataset, wherever it lies itself', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'a'));
    await mkdir(join(folder, 'b'));
    await writeMask(join(folder, 'a', 'x', '1.png'), SQUARE);
    const masks = (text: string): string => `name: m\nfeeding: precomputed\nmasks: { ${text} }\n`;
    await writeFile(join(folder, 'a', 'm.yaml'), masks('folders: { d: { path: x } }'));
    const loaded = await loadModelSpec({ extends: '../a/m.yaml', name: 'n' }, join(folder, 'b'));
    const { assets } = await runnerOf(loaded.spec).ensure(loaded, {});
    const { pathOf } = assets as { pathOf: MaskPathOf };
    expect(pathOf({ dataset: 'd', id: '1' })).toBe(join(folder, 'a', 'x', '1.png'));
    for (const text of ['times: t.csv', 'path: x, folders: {}']) {
      await writeFile(join(folder, 'a', 'm.yaml'), masks(text));
      await expect(loadModelSpec('./a/m.yaml', folder)).rejects.toThrow(/either path or folders/);
    }
  });

  it('may vary a variation, but not itself', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'a.yaml'), 'extends: ./b.yaml\nname: a\n');
    await writeFile(join(folder, 'b.yaml'), 'extends: u2net\nname: b\ninput: { divideBy: 255 }\n');
    const { spec } = await loadModelSpec('./a.yaml', folder);
    expect(spec).toMatchObject({ name: 'a', input: { divideBy: 255 } });
    await writeFile(join(folder, 'b.yaml'), 'extends: ./a.yaml\nname: b\n');
    await expect(loadModelSpec('./a.yaml', folder)).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'variations extend each other in a circle',
    });
  });

  it('is refused with the name of the model that it varies where a field is none', async () => {
    await expect(
      loadModelSpec({ extends: 'u2net', name: 'x', input: { resampel: 'pillow-bilinear' } }),
    ).rejects.toMatchObject({ code: 'config.invalid', where: 'the variation of model "u2net"' });
    await expect(loadModelSpec({ extends: 'u2nett', name: 'x' })).rejects.toMatchObject({
      code: 'config.unknown-name',
    });
  });
});

describe('a second feeding that comes along', () => {
  it.each([
    ['isnet-anime-upstream', { fit: 'letterbox', divideBy: 255, mean: [0, 0, 0] }, { rescale: 'none' }],
    [
      'u2net_cloth_seg-upstream',
      { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
      { classes: { enlarge: 'masks' } },
    ],
  ])('%s: the same bytes fed as upstream feeds them', async (name, input, output) => {
    const { spec } = await loadModelSpec(name);
    const { spec: rembg } = await loadModelSpec(name.replace('-upstream', ''));
    expect(spec).toMatchObject({ name, input, output });
    expect(spec.files).toEqual(rembg.files);
  });
});
