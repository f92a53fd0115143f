import { readFile } from 'node:fs/promises';
import { MaskbenchError } from '../core/errors.js';
import type { RunCurves } from '../schema/page-input.js';
import { SCHEMA_VERSION } from '../schema/summary.js';
import type { CurvesOfCells } from './curves-of-cells.js';

/** The curves of curves.json: a few hundred numbers a model and dataset, however many images there were. */
export async function readCurves(path: string): Promise<readonly RunCurves[]> {
  const file = JSON.parse(await readFile(path, 'utf8')) as {
    readonly schemaVersion: number;
    readonly curves: readonly CurvesOfCells[];
  };
  if (file.schemaVersion !== SCHEMA_VERSION) {
    throw new MaskbenchError('run.mismatch', `the curves have schema version ${file.schemaVersion}`, {
      where: path,
      remedy: `this Maskbench reads version ${SCHEMA_VERSION}`,
    });
  }
  return file.curves.map(({ model, dataset, protocol, images, signature, curves }) => ({
    model,
    dataset,
    protocol,
    images,
    signature,
    curves,
  }));
}
