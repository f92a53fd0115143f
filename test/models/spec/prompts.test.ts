import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pointLists } from '../../../src/models/pixels/sam.js';
import { openPrompts, type PromptsSpec } from '../../../src/models/spec/prompts.js';
import { networkSchemas } from '../../../src/models/spec/spec.js';
import { useTempFolders } from '../../support/temp-folder.js';

const tempFolder = useTempFolders();

function prompts(fields: Record<string, unknown>): PromptsSpec {
  return networkSchemas.sam.parse({
    name: 'm',
    feeding: 'sam',
    files: { encoder: 'file:e.onnx', decoder: 'file:d.onnx' },
    input: {},
    prompts: fields,
  }).prompts;
}

describe('what is asked of an image', () => {
  it('is the pixel at the centre where nothing is said, as rembg asks', async () => {
    const promptOf = await openPrompts(prompts({}), undefined);
    expect(promptOf('humans', 'a')).toBeUndefined();
    expect(pointLists(undefined, 7, 4)).toEqual([{ points: [[3, 2]], labels: [1] }]);
  });

  it("is the file's, else the dataset's, else the default", async () => {
    const path = join(await tempFolder(), 'prompts.yaml');
    await writeFile(path, 'unit: pixels\nimages:\n  humans/a: [{ point: [4, 2] }]\n');
    const spec = prompts({
      default: [{ point: [0.5, 0.25] }],
      datasets: { humans: [{ box: [0, 0, 1, 0.5] }] },
      file: 'prompts.yaml',
    });
    const promptOf = await openPrompts(spec, path);
    expect(pointLists(promptOf('humans', 'a'), 10, 8)).toEqual([{ points: [[4, 2]], labels: [1] }]);
    expect(pointLists(promptOf('humans', 'b'), 10, 8)).toEqual([
      {
        points: [
          [0, 0],
          [10, 4],
        ],
        labels: [2, 3],
      },
    ]);
    expect(pointLists(promptOf('dis5k', 'a'), 10, 8)).toEqual([{ points: [[5, 2]], labels: [1] }]);
  });

  it('may be several objects, each with its own marks', async () => {
    const spec = prompts({
      default: [[{ point: [0, 0] }, { point: [1, 1], label: 0 }], [{ point: [0.5, 0.5] }]],
    });
    const promptOf = await openPrompts(spec, undefined);
    expect(pointLists(promptOf('any', 'any'), 4, 4)).toEqual([
      {
        points: [
          [0, 0],
          [4, 4],
        ],
        labels: [1, 0],
      },
      { points: [[2, 2]], labels: [1] },
    ]);
  });

  it('is refused with file and line where it is no prompt', async () => {
    const path = join(await tempFolder(), 'prompts.yaml');
    await writeFile(path, 'images:\n  humans/a: [{ point: [4] }]\n');
    await expect(openPrompts(prompts({}), path)).rejects.toMatchObject({
      code: 'config.invalid',
      where: expect.stringMatching(/prompts\.yaml:2:/) as unknown,
    });
  });
});
