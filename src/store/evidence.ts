import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { MaskbenchError } from '../core/errors.js';
import { hashFile } from '../core/hash-file.js';
import { sha256 } from '../core/hash.js';
import { evidenceMark, shardMark, UNSEALED, type CellCounts, type Evidence } from '../schema/evidence.js';
import { auditOf } from './audit.js';
import { openCells } from './cells.js';
import { hasSums, type Manifest } from './manifest.js';
import { noteComplete } from './known-files.js';
import { DOCUMENTS, LINES_FILES, RUN_FILES, type RunFolder } from './run-folder.js';
import { readSeal, writeSeal, type RunSeal, type SealedFile } from './seal.js';

/** What the files of a run are, read once from end to end. */
export interface Inspection {
  readonly evidence: Evidence;
  readonly cells: CellCounts;
  readonly files: Readonly<Record<string, SealedFile>>;
  /** Whether every cell of a usable sample is predicted, and scored by every metric that the manifest names. */
  readonly isComplete: boolean;
}

/**
 * Whether the files of a run are whole, and shown to be: what every reader asks that concludes anything from them. Every line,
 * the plan against the manifest, which records there may be at all, and where there is a seal every byte but the mattes'.
 *
 * @throws MaskbenchError `run.damaged` if something does not add up, naming what; `data.unreadable` for a line or document that
 *   is not what it should be; `run.partial` for a run that a check has stopped: nothing but its verdict follows from that.
 */
export async function readEvidence(folder: RunFolder, manifest: Manifest): Promise<Evidence> {
  const { evidence } = await inspectRun(folder, manifest);
  assertNotPartial(evidence, folder.path);
  return evidence;
}

function assertNotPartial(evidence: Evidence, where: string): void {
  if (evidence.kind !== 'partial') return;
  throw new MaskbenchError('run.partial', `the run is ${evidenceMark(evidence)}`, {
    where,
    remedy: 'its verdict is all that follows from it; "maskbench run" makes a whole one in another folder',
  });
}

/** As `readEvidence`, with all that was found. */
export async function inspectRun(folder: RunFolder, manifest: Manifest): Promise<Inspection> {
  const seal = await readSeal(folder);
  const found = await readFiles(folder, manifest);
  const { cells, files, isComplete } = found;
  const faults = [...found.faults, ...(seal === undefined ? [] : faultsOfSeal(seal, found, manifest))];
  const [first, ...others] = faults;
  if (first !== undefined) {
    const more = others.length === 0 ? '' : ` (and ${others.length} more: ${others.slice(0, 2).join('; ')})`;
    throw new MaskbenchError('run.damaged', `the run does not add up: ${first}${more}`, {
      where: folder.path,
      remedy: 'restore the folder as it was, or make the run again in another one',
    });
  }
  return { evidence: evidenceOf(manifest, seal, cells), cells, files, isComplete };
}

function evidenceOf(manifest: Manifest, seal: RunSeal | undefined, cells: CellCounts): Evidence {
  const { shard } = manifest.settings;
  const evidence = evidenceOfFiles(manifest, seal, cells);
  return shard === null ? evidence : { ...evidence, shard };
}

function evidenceOfFiles(manifest: Manifest, seal: RunSeal | undefined, cells: CellCounts): Evidence {
  if (seal !== undefined) {
    const { root, later, maskbenchVersion } = seal;
    return { kind: 'sealed', root, ...(later === true ? { later: maskbenchVersion } : {}) };
  }
  const { stopped } = manifest;
  if (stopped !== undefined && openOf(cells) > 0) return { kind: 'partial', ...cells, after: stopped.after };
  return hasSums(manifest) || openOf(cells) > 0 ? { kind: 'unfinished', ...cells } : UNSEALED;
}

/** Cells that are neither scored nor failed. */
export function openOf({ planned, scored, failed }: CellCounts): number {
  return planned - scored - failed;
}

/** @throws MaskbenchError `run.unfinished` or `run.partial` for evidence that nothing may be concluded from. */
export function assertFinished(evidence: Evidence, where: string): void {
  assertNotPartial(evidence, where);
  if (evidence.kind !== 'unfinished') return;
  const resume = `"maskbench resume ${where}"`;
  throw new MaskbenchError('run.unfinished', `the run is ${evidenceMark(evidence)}`, {
    where,
    remedy:
      openOf(evidence) > 0
        ? `finish it with ${resume} (if begun with --only or --no-score: repeat that command without it, with --resume)`
        : `${resume} or "maskbench verify --seal ${where}" seals it`,
  });
}

/** @throws MaskbenchError `run.unfinished` for evidence of a shard alone, too: the rest may say something else. */
export function assertWholeRun(evidence: Evidence, where: string): void {
  assertFinished(evidence, where);
  if (evidence.shard === undefined) return;
  throw new MaskbenchError('run.unfinished', `this is only ${shardMark(evidence.shard)} of a run`, {
    where,
    remedy: 'put all of them together with "maskbench merge"',
  });
}

/**
 * Seals a run in which nothing is left to do; another one stays as it is.
 *
 * @param later whether somebody else than the run does it
 */
export async function sealRun(
  folder: RunFolder,
  manifest: Manifest,
  { later = false }: { readonly later?: boolean } = {},
): Promise<Evidence> {
  const { evidence, cells, files, isComplete } = await inspectRun(folder, manifest);
  if (evidence.kind === 'sealed' || openOf(cells) > 0) return evidence;
  const seal = await writeSeal(folder, { cells, files }, later);
  if (isComplete) await noteComplete(folder, seal.root);
  return evidenceOf(manifest, seal, cells);
}

/**
 * What is looked at before anything of a run is changed: the evidence of one that has a seal. Where its root is known as that
 * of a run which was read from end to end and found complete, the same bytes are that run, and no line is parsed.
 *
 * @param isKnownComplete whether this root is known so
 * @throws MaskbenchError as `readEvidence`, for a run that has a seal.
 */
export async function evidenceOfSealed(
  folder: RunFolder,
  manifest: Manifest,
  isKnownComplete: (root: string) => Promise<boolean>,
): Promise<Pick<Inspection, 'evidence' | 'isComplete'> | undefined> {
  const seal = await readSeal(folder);
  if (seal === undefined) return undefined;
  if ((await isKnownComplete(seal.root)) && (await areAsSealed(folder, seal)))
    return { evidence: evidenceOf(manifest, seal, seal.cells), isComplete: true };
  const { evidence, isComplete } = await inspectRun(folder, manifest);
  assertNotPartial(evidence, folder.path);
  return { evidence, isComplete };
}

/** Whether every file of a run, and no other, is byte by byte what the seal says. */
async function areAsSealed(folder: RunFolder, { files }: RunSeal): Promise<boolean> {
  for (const file of [...DOCUMENTS, ...LINES_FILES]) {
    const sealed = files[RUN_FILES[file].name];
    const now = existsSync(folder[file]) ? await hashFile(folder[file]) : undefined;
    if (sealed?.sha256 !== now) return false;
  }
  return true;
}

interface FoundFiles {
  readonly cells: CellCounts;
  readonly isComplete: boolean;
  readonly files: Readonly<Record<string, SealedFile>>;
  /** What does not add up by itself. */
  readonly faults: readonly string[];
}

async function readFiles(folder: RunFolder, manifest: Manifest): Promise<FoundFiles> {
  const audit = auditOf(folder, manifest);
  const cells = await openCells(folder, manifest.settings, {
    read: audit.read,
    whole: manifest.metrics ?? [],
  });
  for (const file of ['truths', 'timings', 'scenarios', 'calls'] as const)
    for await (const _ of audit.read(file)) continue;
  const files: Record<string, SealedFile> = {};
  for (const file of DOCUMENTS) {
    if (!existsSync(folder[file])) continue;
    const bytes = await readFile(folder[file]);
    files[RUN_FILES[file].name] = { bytes: bytes.length, sha256: sha256(bytes) };
  }
  const orphans = cells.scoresOfNothing();
  const [orphan] = orphans;
  return {
    cells: cells.counts(),
    isComplete: cells.isComplete(),
    files: { ...files, ...audit.files() },
    faults: [
      ...audit.faults(),
      ...(orphan === undefined
        ? []
        : [
            `scores of mattes without a prediction: ${orphans.length}, the first in ${RUN_FILES.scores.name}:${orphan}`,
          ]),
    ],
  };
}

/** Where the files are not what the seal says of them. */
function faultsOfSeal(seal: RunSeal, { files, cells }: FoundFiles, manifest: Manifest): readonly string[] {
  const names = [...new Set([...Object.keys(seal.files), ...Object.keys(files)])];
  const changed = names.flatMap((name) => {
    const [was, now] = [seal.files[name], files[name]];
    if (was === undefined) return [`${name} was added after the seal`];
    if (now === undefined) return [`${name} is sealed, but missing`];
    if (was.sha256 === now.sha256 && was.bytes === now.bytes && was.lines === now.lines) return [];
    const [before, after] =
      was.lines === now.lines
        ? [`${was.bytes} bytes`, `${now.bytes}`]
        : [`${was.lines} lines`, `${now.lines}`];
    return [`${name} is not as it was sealed (${before} then, ${after} now)`];
  });
  const { planned, scored, failed } = seal.cells;
  const same = planned === cells.planned && scored === cells.scored && failed === cells.failed;
  const isOpen = openOf(seal.cells) > 0;
  const isTooOld = !hasSums(manifest) && seal.later !== true;
  return [
    ...changed,
    ...(isTooOld ? ['the seal is of a run without line sums, and such runs did not seal themselves'] : []),
    ...(same && !isOpen
      ? []
      : [
          `the seal says ${scored} scored and ${failed} failed of ${planned} cells, the records ${cells.scored} and ${cells.failed} of ${cells.planned}`,
        ]),
  ];
}
