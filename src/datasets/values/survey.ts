import { availableParallelism } from 'node:os';
import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { canonicalJson, sha256 } from '../../core/hash.js';
import { mapInOrder } from '../../core/map-in-order.js';
import { factsOf } from '../../image/mask-facts.js';
import { encodingOf } from '../../image/mask-header.js';
import { mostPixels } from '../../image/pixel-limit.js';
import { decodeRawMask } from '../../image/raw-mask.js';
import { readMask } from '../../image/read-mask.js';
import type { DecidedReading, MaskReading, MaskValues } from '../../schema/mask-values.js';
import type { MaskFileFacts } from '../file-reader.js';
import { sayReading, type MaskRole } from './contradiction.js';
import { decideValues, type Looked, type ValuesDecision } from './decide-values.js';

/** Masks of a dataset whose pixels are looked at, at most. */
const LOOKED_AT = 256;
const SEED = 'mask values';
/** Of those the masks that are read as the user says, to see whether that gives anything. */
const READ = 32;

export interface SurveyRequest {
  readonly role: MaskRole;
  /** What the user would set, for messages: `truths.values`, `--gt-values`. */
  readonly field: string;
  readonly wanted: MaskValues | undefined;
}

/** Gathers what the masks of one dataset are, one after another in any order, and decides what their values mean. */
export interface MaskSurvey {
  add(id: string, path: string, file: MaskFileFacts): void;
  /** Decodes some of the masks: always the same ones of a set, and some of every kind of encoding. */
  decide(signal?: AbortSignal, earlier?: EarlierDecisions): Promise<ValuesDecision>;
}

export type ChosenValues = Extract<ValuesDecision, { kind: 'chosen' }>;

/** What was decided before, by a digest of all that a decision depends on. */
export interface EarlierDecisions {
  /** What is found is kept. */
  find(question: string): Promise<ChosenValues | undefined>;
  keep(question: string, decision: ChosenValues): Promise<void>;
}

interface Candidate {
  readonly rank: string;
  readonly path: string;
  readonly sha256: string;
}

export function createSurvey({ role, field, wanted }: SurveyRequest): MaskSurvey {
  const counts = new Map<string, number>();
  const candidates = new Map<string, Candidate[]>();
  const byRank = (a: Candidate, b: Candidate): number => (a.rank < b.rank ? -1 : 1);
  const { channel, ignore } = typeof wanted === 'object' ? wanted : {};
  return {
    add(id, path, { header, sha256: bytes }) {
      const encoding = encodingOf(header);
      counts.set(encoding, (counts.get(encoding) ?? 0) + 1);
      const own = candidates.get(encoding) ?? [];
      candidates.set(encoding, own);
      own.push({ rank: sha256(`${SEED} ${id}`), path, sha256: bytes });
      // The lowest ranks are a sample whose members do not depend on the order; no more than that is held.
      if (own.length >= 2 * LOOKED_AT) own.sort(byRank).splice(LOOKED_AT);
    },
    async decide(signal, earlier) {
      const chosen = inTurns([...candidates.values()].map((own) => own.sort(byRank))).slice(0, LOOKED_AT);
      const encodings = Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
      const files = chosen.map((of) => of.sha256);
      const question = sha256(canonicalJson({ role, field, wanted, encodings, files, most: mostPixels() }));
      const before = await earlier?.find(question);
      if (before !== undefined) return before;
      const looked: Looked[] = [];
      const look = async ({ path }: Candidate): Promise<Looked | undefined> => {
        try {
          return { path, facts: factsOf(await decodeRawMask(path), channel, new Set(ignore)) };
        } catch (error) {
          // One that cannot be read is a failed cell later on, and says nothing here.
          if (error instanceof MaskbenchError && error.code.startsWith('data.')) return undefined;
          throw error;
        }
      };
      for await (const one of mapInOrder(chosen, availableParallelism(), look)) {
        throwIfCancelled(signal);
        if (one !== undefined) looked.push(one);
      }
      const decision = await withForeground(
        decideValues({ role, field, wanted, encodings, looked }),
        looked.slice(0, READ),
      );
      // Of bytes that could not be read today, tomorrow may say more.
      const isWhole = looked.length === chosen.length;
      if (isWhole && decision.kind === 'chosen') await earlier?.keep(question, decision);
      return decision;
    },
  };
}

/** A decision with a remark where what the user says gives nothing. */
async function withForeground(decision: ValuesDecision, read: readonly Looked[]): Promise<ValuesDecision> {
  if (decision.kind === 'refused') return decision;
  const { reading } = decision.decided;
  if (!['labels', 'threshold'].includes(reading.as) || (await someForeground(read, reading))) return decision;
  const none = `none of ${read.length} masks has foreground, read as ${sayReading(reading)}`;
  return { ...decision, remarks: [...decision.remarks, none] };
}

/** Whether any of these masks has foreground; false of none would say nothing. */
async function someForeground(looked: readonly Looked[], reading: MaskReading): Promise<boolean> {
  for (const { path } of looked) {
    const mask = readMask(await decodeRawMask(path), reading);
    if (mask === undefined || mask.data.some((value) => value > 0)) return true;
  }
  return looked.length === 0;
}

/** The first of each list, then the second of each, and so on. */
function inTurns<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}

/**
 * The choice, for whoever cannot go on without.
 *
 * @throws MaskbenchError `data.values`, naming a mask, what it holds and what to set.
 */
export function orRefuse(decision: ValuesDecision, subject: string): DecidedReading {
  if (decision.kind === 'chosen') return decision.decided;
  const { message, where, remedy } = decision;
  throw new MaskbenchError('data.values', `${subject}: ${message}`, { where, remedy });
}
