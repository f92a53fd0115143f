import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { MaskbenchError } from '../core/errors.js';
import { writingTo } from '../core/failed-write.js';
import { canonicalJson, sha256 } from '../core/hash.js';
import { mapInOrder } from '../core/map-in-order.js';
import { ownVersion } from '../core/package-root.js';
import { decodeMatte } from '../image/codec.js';
import type { Summary } from '../schema/summary.js';
import type { MatteFault, Verification } from '../schema/verification.js';
import { openCells } from '../store/cells.js';
import { assertFinished, inspectRun, openOf, sealRun } from '../store/evidence.js';
import { lockRun } from '../store/lock.js';
import { keepsAll } from '../store/kept-mattes.js';
import { hasSums, type Manifest } from '../store/manifest.js';
import { readSummary } from '../store/read-summary.js';
import type { SampleName } from '../store/records.js';
import { plannedSamples, readManifest, readRecords, type RunFolder } from '../store/run-folder.js';
import { readSeal } from '../store/seal.js';
import { mattesToKeep } from '../store/worst-cells.js';
import { summarise } from './summarise.js';

/** Mattes decoded at once. */
const WIDTH = 4;

/**
 * Looks at every byte of a run: lines, plan, structure and seal as every reader does, then its summary and its mattes.
 *
 * @param label what messages call it
 * @throws MaskbenchError as `readEvidence`; `run.damaged` for a summary that is not what the records come to. Mattes that are
 *   not those that were predicted are in what is returned (`assertMattes`).
 */
export async function verifyRun(folder: RunFolder, label: string): Promise<Verification> {
  const manifest = await readManifest(folder);
  const { evidence, cells, files } = await inspectRun(folder, manifest);
  const all = Object.values(files);
  return {
    run: label,
    evidence,
    cells,
    files: all.length,
    lines: all.reduce((sum, { lines = 0 }) => sum + lines, 0),
    sums: hasSums(manifest) ? 'all' : 'as far as there are',
    summary: await verifySummary(folder, manifest),
    mattes: await verifyMattes(folder, manifest),
  };
}

/**
 * Seals a run that somebody has verified: an old one, or one that ended before its seal.
 *
 * @throws MaskbenchError `run.unfinished` while cells are open; `usage` where the folder cannot be written to; as `verifyRun` and `assertMattes`.
 */
export async function verifyAndSeal(folder: RunFolder, label: string): Promise<Verification> {
  const manifest = await readManifest(folder);
  const lock = await writingTo(folder.path, () => lockRun(folder.path));
  try {
    const found = await verifyRun(folder, label);
    assertMattes(found);
    if (openOf(found.cells) > 0) assertFinished(found.evidence, label);
    const evidence = await writingTo(folder.path, () => sealRun(folder, manifest, { later: true }));
    return { ...found, evidence };
  } finally {
    await lock.release();
  }
}

/** Faults that are told one by one. */
const TOLD = 3;

/** @throws MaskbenchError `run.damaged` for mattes that are not those that were predicted. */
export function assertMattes({ run, mattes: { faults } }: Verification): void {
  if (faults.length === 0) return;
  const named = faults
    .slice(0, TOLD)
    .map(({ model, dataset, id, found }) => `${model} ${dataset}/${id} is ${found}`);
  const more = faults.length > TOLD ? ` and ${faults.length - TOLD} more` : '';
  const count = faults.length === 1 ? '1 matte is not the one' : `${faults.length} mattes are not those`;
  throw new MaskbenchError('run.damaged', `${count} that the model gave: ${named.join(', ')}${more}`, {
    where: run,
    remedy: 'restore them, or make the run again in another folder',
  });
}

/** Held against the records only where this very version summed them up: another one may do it in other ways. */
async function verifySummary(folder: RunFolder, manifest: Manifest): Promise<Verification['summary']> {
  if (!existsSync(folder.summary)) return 'none';
  const seal = await readSeal(folder);
  if (seal?.maskbenchVersion !== ownVersion() || seal.later === true) return 'not compared';
  const { summary } = await summarise(folder, manifest);
  // Through JSON, as the file has gone.
  const fresh = JSON.parse(JSON.stringify(summary)) as Summary;
  if (canonicalJson(await readSummary(folder)) === canonicalJson(fresh)) return 'as the records';
  throw new MaskbenchError('run.damaged', 'the summary does not match the records', {
    where: folder.summary,
    remedy: 'restore it, or make the run again in another folder',
  });
}

async function verifyMattes(folder: RunFolder, { settings }: Manifest): Promise<Verification['mattes']> {
  const cells = await openCells(folder, settings);
  const isToKeep = await mattesToKeep(settings, cells);
  let notKept = 0;
  const digests = new Map<string, string>();
  for await (const record of readRecords(folder, 'predictions'))
    if (record.status === 'done') digests.set(matteName(record.model, record), record.matteSha256);
  let checked = 0;
  const faults: MatteFault[] = [];
  async function* mattes() {
    for await (const { dataset, id } of plannedSamples(folder))
      for (const model of cells.models)
        if (isToKeep(model, { dataset, id })) yield { model, dataset, id };
        else if (cells.isPredicted(model, { dataset, id })) notKept++;
  }
  const looked = mapInOrder(mattes(), WIDTH, async ({ model, dataset, id }) => {
    const wanted = digests.get(matteName(model, { dataset, id }));
    const found = await faultOfMatte(folder.matte(model, dataset, id), wanted);
    return found === undefined ? undefined : ({ model, dataset, id, found } as const);
  });
  for await (const fault of looked) {
    checked++;
    if (fault !== undefined) faults.push(fault);
  }
  return { checked, ...(keepsAll(settings) ? {} : { notKept }), faults };
}

/**
 * @param wanted SHA-256 of its pixels
 * @throws MaskbenchError `data.too-large` where the limit of pixels does not let it be decoded
 */
async function faultOfMatte(
  path: string,
  wanted: string | undefined,
): Promise<MatteFault['found'] | undefined> {
  const file = await stat(path).catch(() => undefined);
  if (file === undefined) return 'missing';
  if (file.size === 0) return 'empty';
  const matte = await decodeMatte(path).catch((error: unknown) => {
    if (error instanceof MaskbenchError && error.code === 'data.too-large') throw error;
    return undefined;
  });
  return matte !== undefined && sha256(matte.data) === wanted ? undefined : 'changed';
}

function matteName(model: string, { dataset, id }: SampleName): string {
  return `${model}/${dataset}/${id}`;
}
