import { appendFile, readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/schema/summary.js';
import { cli, type CliResult } from '../support/cli.js';
import { floatValue, node, writeOnnx } from '../support/onnx-builder.js';
import { TINY_SIDE } from '../support/tiny-models.js';
import { makeWorkspace, type Workspace } from '../support/workspace.js';

let workspace: Workspace;
let result: CliResult;
let summary: Summary;

beforeAll(async () => {
  workspace = await makeWorkspace({ samples: 6 });
  const jpeg = await readFile(workspace.path('data', 'im', '000.jpg'));
  await writeFile(workspace.path('data', 'im', '000.jpg'), jpeg.subarray(0, Math.floor(jpeg.length / 2)));
  await writeFile(workspace.path('data', 'gt', '001.png'), '');
  await sharp({ create: { width: 70, height: 56, channels: 3, background: '#fff' } })
    .png()
    .toFile(workspace.path('data', 'gt', '002.png'));
  await writeFile(workspace.path('data', 'im', '003.jpg'), 'no picture at all');
  result = await cli(['run', 'run.yaml'], workspace.folder);
  summary = JSON.parse(await readFile(workspace.path('runs', 'tiny-run', 'summary.json'), 'utf8')) as Summary;
});
afterAll(() => workspace.remove());

/** What stderr says of a cell. */
function lineOf(id: string): string {
  const lines = result.err
    .split('\n')
    .filter((line) => line.startsWith('failed: ') && line.includes(`tiny/${id}: `));
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

describe('files that are no usable pair', () => {
  it('end the run with 3, and the rest is scored and timed', () => {
    expect(result.status).toBe(3);
    expect(summary.cells).toEqual({ planned: 6, scored: 2, failed: 4 });
    expect(result.err).toContain('4 of 6 cells failed; summary.json says why');
    expect(result.out).toMatch(/luma .* 2\/6/);
    expect(summary.timing.length).toBeGreaterThan(0);
  });

  it('end each phase alone with 3 where it is its own that failed', async () => {
    const run = async (...more: readonly string[]): Promise<number | null> =>
      (await cli(['run', 'run.yaml', '--out', 'runs/phases', ...more], workspace.folder)).status;
    expect(await run('--no-time', '--no-score')).toBe(3);
    expect(await run('--only', 'predict', '--resume')).toBe(3);
    expect(await run('--only', 'score')).toBe(3);
    const clean = await makeWorkspace({ samples: 2 });
    try {
      for (const more of [
        ['--no-time', '--no-score'],
        ['--only', 'predict', '--resume'],
        ['--only', 'score'],
      ])
        expect(await cli(['run', 'run.yaml', ...more], clean.folder)).toMatchObject({
          status: 0,
        });
    } finally {
      await clean.remove();
    }
  });

  it('end timing with 3 where a model could not be timed, alone and after the other phases', async () => {
    const broken = await makeWorkspace({ samples: 2 });
    try {
      const shape = [1, 3, TINY_SIDE, TINY_SIDE];
      await writeOnnx(broken.path('luma.onnx'), {
        graph: {
          inputs: [floatValue('image', shape)],
          outputs: [floatValue('map', shape)],
          nodes: [node('NoSuchOperator', ['image'], 'map')],
        },
      });
      await appendFile(broken.config, 'scenarios: [{ kind: offline, batches: [1], seconds: 0.05 }]\n');
      const alone = await cli(['run', 'run.yaml', '--only', 'time', '--out', 'timed'], broken.folder);
      expect(alone.err).toMatch(/warning: luma could not be timed: /);
      expect(alone.err).toContain('1 of 1 model could not be timed as asked for; --resume tries again\n');
      expect(alone.status).toBe(3);
      const again = await cli(['time', 'run.yaml', '--resume', '--out', 'timed'], broken.folder);
      expect(again.status).toBe(3);
    } finally {
      await broken.remove();
    }
  });

  it('are told with what mends them, where sizes differ', async () => {
    expect(result.err).toContain(
      'warning: 1 image has a mask of another size; in a new folder, --resize resizes mattes to the size of their ground truths',
    );
    const argv = ['run', 'run.yaml', '--no-time', '--resize', '--json', '--out', 'runs/resized'];
    const resized = await cli(argv, workspace.folder);
    const { cells, failures, signatures } = JSON.parse(resized.out) as Summary;
    expect(cells).toEqual({ planned: 6, scored: 3, failed: 3 });
    expect(failures.map(({ id }) => id)).toEqual(['000', '001', '003']);
    expect(signatures.every((signature) => signature.includes('|resize:bilinear|'))).toBe(true);
    expect(resized.err).not.toContain('another size');
    const other = await cli(
      ['run', 'run.yaml', '--no-time', '--resume', '--out', 'runs/resized'],
      workspace.folder,
    );
    expect(other.status).toBe(64);
    expect(other.err).toMatch(/made under other settings: scoring \(resize: true there, resize: false now\)/);
  });

  it.each([
    [
      '000',
      /im.000\.jpg: not a readable image \((.*premature end.*|damaged)\); expected an undamaged PNG, JPEG/i,
      'data.unreadable',
    ],
    ['001', /gt.001\.png: the file is empty \(0 bytes\)$/, 'data.empty'],
    [
      '002',
      /the prediction is 72 x 56, its ground truth 70 x 56; expected equal sizes/,
      'data.size-mismatch',
    ],
    ['003', /im.003\.jpg: not a readable image \((.*unsupported image format|damaged)\)/, 'data.unreadable'],
  ])('are named once, with what is wrong: %s', (id, line, code) => {
    expect(lineOf(id)).toMatch(line);
    const failures = summary.failures.filter((failure) => failure.id === id);
    expect(failures.map(({ failure }) => failure.code)).toEqual([code]);
  });
});
