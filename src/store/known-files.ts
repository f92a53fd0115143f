import type { BigIntStats } from 'node:fs';
import { appendFile, rename, stat } from 'node:fs/promises';
import { inBatches, openJsonl } from '../core/jsonl.js';
import { ownVersion } from '../core/package-root.js';
import { quickStat } from '../core/quick-stat.js';
import { discardDraft, draftOf } from '../core/write-whole.js';
import {
  readMaskFacts,
  readPictureFacts,
  type FileReader,
  type MaskFileFacts,
  type PictureFacts,
} from '../datasets/file-reader.js';
import type { ChosenValues, EarlierDecisions } from '../datasets/values/survey.js';
import {
  asLine,
  KNOWN_VERSION,
  LONGEST,
  readKnown,
  type KnownFile,
  type KnownLine,
  type ReadLine,
} from './known-lines.js';
import type { SampleName } from './records.js';
import type { RunFolder } from './run-folder.js';

/**
 * What planning found of every file of a run, in `files.cache` of its folder, so that a resumed run does not open again what
 * the file system says has not changed. It is no evidence, and nothing but a plan reads it: a line that is missing, damaged or of another
 * version costs the time of reading its files again (docs/evidence.md).
 */
export interface KnownFiles extends EarlierDecisions {
  /** What is known of a sample's files. Samples are asked for in the order of the plan, with what the system just said of them. */
  of(sample: SampleName, stats?: ReadonlyMap<string, BigIntStats>): Promise<SampleFiles>;
  /** Keeps what was found of them, in the same order. */
  add(files: SampleFiles): Promise<void>;
  /** Whether a run with this root was read from end to end, and every cell was done. To be asked last. */
  isComplete(root: string): Promise<boolean>;
  /** Puts what was found in its place, where it is more than before; with the root of a run that was found complete. */
  accept(root?: string): Promise<void>;
  discard(): Promise<void>;
}

/** Reads the files of one sample, each once, and not at all where it is known. */
export interface SampleFiles extends FileReader {
  /** The line to keep; undefined where nothing may be kept. */
  line(): { readonly text: string; readonly isNew: boolean } | undefined;
}

/** Lines looked at ahead where one is missing. */
const WINDOW = 64;
/**
 * A file that was changed so shortly before it was read may have been changed once more by the same tick of its clock. On
 * another file system that clock may be another one.
 */
const MARGIN_NS = { same: 2_000_000_000n, other: 600_000_000_000n };
const TICK_NS = 10_000_000n;

/** Opens what is known of a run, to be read and written anew along with its plan. */
export async function openKnownFiles({ cache: path }: RunFolder): Promise<KnownFiles> {
  const draft = draftOf(path);
  await discardDraft(draft);
  const writer = await openJsonl(draft.path);
  const kept = inBatches(writer.appendLines);
  const head: KnownLine = { kind: 'known', version: KNOWN_VERSION, maskbenchVersion: ownVersion() };
  await writer.append(head);
  const now = await stat(draft.path, { bigint: true });
  const lines = readKnown(path, head.maskbenchVersion);
  const ahead: ReadLine[] = [];
  let isDirty = false;
  let isKnownComplete = false;
  let isClosed = false;

  /** The next line that is meant; those before it go. */
  const find = async (isMeant: (record: KnownLine) => boolean): Promise<ReadLine | undefined> => {
    for (let i = 0; i < WINDOW; i++) {
      if (i === ahead.length) {
        const next = await lines.next();
        if (next.done === true) return undefined;
        ahead.push(next.value);
      }
      if (isMeant(ahead[i].record)) return ahead.splice(0, i + 1)[i];
    }
    return undefined;
  };
  const keep = async (of: string, isNew: boolean): Promise<void> => {
    isDirty ||= isNew;
    await kept.add(of);
  };
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await lines.return(undefined);
    await writer.close();
  };
  const discard = async (): Promise<void> => {
    await close();
    await discardDraft(draft);
  };
  return {
    async of({ dataset, id }, stats) {
      const found = await find((of) => of.kind === 'sample' && of.id === id && of.dataset === dataset);
      const known = found?.record.kind === 'sample' ? found.record.files : [];
      const before = { files: known, text: found?.text, stats };
      return filesOf({ dataset, id }, before, (of) => isSettled(of, now));
    },
    async add(files) {
      const own = files.line();
      if (own !== undefined) await keep(own.text, own.isNew);
    },
    async find(question) {
      const found = await find((of) => of.kind === 'values' && of.question === question);
      if (found?.record.kind !== 'values') return undefined;
      const { decided, remarks } = found.record;
      await keep(found.text, false);
      return { kind: 'chosen', decided, remarks };
    },
    async keep(question, { decided, remarks }: ChosenValues) {
      const own = asLine({ kind: 'values', question, decided, remarks });
      if (own.length <= LONGEST) await keep(own, true);
    },
    async isComplete(root) {
      const isIt = ({ record }: ReadLine): boolean => record.kind === 'complete' && record.root === root;
      isKnownComplete = ahead.splice(0).some(isIt);
      while (!isKnownComplete) {
        const next = await lines.next();
        if (next.done === true) break;
        isKnownComplete = isIt(next.value);
      }
      return isKnownComplete;
    },
    async accept(root) {
      if (root !== undefined) await keep(asLine({ kind: 'complete', root }), !isKnownComplete);
      await kept.flush();
      await close();
      // Not forced to the disk: what a power cut leaves of it shows in the sums of its lines. And no run fails for it.
      if (isDirty) await rename(draft.path, path).catch(() => undefined);
      await discardDraft(draft);
    },
    discard,
  };
}

/** Says of a run that was just sealed that it was read from end to end, and every cell is done. */
export async function noteComplete({ cache: path }: RunFolder, root: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true)
    await appendFile(path, `${asLine({ kind: 'complete', root })}\n`).catch(() => undefined);
}

/** Equal where nobody has touched a file: an owner can set its times back, but not the last one, that of its change. */
function stateOf({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return `${size} ${mtimeNs} ${ctimeNs} ${ino}`;
}

/** Whether a later change of a file that was read from `now` on must show in its times. */
function isSettled({ ctimeNs, dev }: BigIntStats, now: BigIntStats): boolean {
  // A file system that counts whole seconds or hundredths keeps less than is needed, and often no time of change of its own.
  if (ctimeNs % TICK_NS === 0n) return false;
  return ctimeNs + (dev === now.dev ? MARGIN_NS.same : MARGIN_NS.other) <= now.mtimeNs;
}

function filesOf(
  sample: SampleName,
  before: {
    readonly files: readonly KnownFile[];
    readonly text: string | undefined;
    readonly stats: ReadonlyMap<string, BigIntStats> | undefined;
  },
  isToKeep: (stats: BigIntStats) => boolean,
): SampleFiles {
  const { files: known, text: textBefore } = before;
  const found: KnownFile[] = [];
  let isNew = false;
  const once = <F extends PictureFacts | MaskFileFacts>(
    isKind: (of: KnownFile) => (KnownFile & F) | undefined,
    read: (path: string) => Promise<F & { readonly stats: BigIntStats }>,
    toKnown: (state: string, facts: F) => KnownFile,
  ): ((path: string) => Promise<F>) => {
    const asked = new Map<string, Promise<F>>();
    const look = async (path: string): Promise<F> => {
      const stats = known.length === 0 ? undefined : (before.stats?.get(path) ?? (await quickStat(path)));
      const state = stats && stateOf(stats);
      for (const of of known) {
        const facts = of.state === state ? isKind(of) : undefined;
        if (facts === undefined) continue;
        found.push(of);
        return facts;
      }
      const facts = await read(path);
      if (!isToKeep(facts.stats)) return facts;
      isNew = true;
      found.push(toKnown(stateOf(facts.stats), facts));
      return facts;
    };
    return (path) => {
      const facts = asked.get(path) ?? look(path);
      asked.set(path, facts);
      return facts;
    };
  };
  return {
    picture: once(
      (of) => ('width' in of ? of : undefined),
      readPictureFacts,
      (state, { sha256, width, height }) => ({ state, sha256, width, height }),
    ),
    mask: once(
      (of) => ('header' in of ? of : undefined),
      readMaskFacts,
      (state, { sha256, header }) => ({ state, sha256, header }),
    ),
    line() {
      if (!isNew && textBefore !== undefined && found.length === known.length)
        return { text: textBefore, isNew };
      if (found.length === 0) return undefined;
      const own = asLine({ kind: 'sample', ...sample, files: found });
      return own.length > LONGEST ? undefined : { text: own, isNew: true };
    },
  };
}
